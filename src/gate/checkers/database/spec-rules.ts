import { isRecord, type JsonRecord, listOf, recordOf } from '../../../domain/contract/openapi-document';
import type { ApiOperation } from '../../facts/api-description';
import type { Table } from '../../facts/database';
import { requestBodyOf, successSchema } from '../../probes/operation-shape';

/** Something the API promises of a property, which the column behind it should hold on its own. */
export interface SpecRule {
  readonly table: Table;
  readonly column: string;
  /** `NewOrder.sku`, for people. */
  readonly property: string;
  readonly rule:
    | { readonly kind: 'required' }
    | { readonly kind: 'max-length'; readonly length: number }
    | { readonly kind: 'enum'; readonly values: readonly unknown[] };
}

type Resolve = (schema: unknown) => JsonRecord;

const AFFIXES =
  /^(?:[Nn]ew|[Cc]reated?|[Ii]nsert|[Ss]ave)(?=[A-Z_])|(?:Input|Request|Response|Dto|DTO|View|Resource|Model|Entity|Body|Payload|Create|Out|In|Read|Base|Record|Item)$/g;
const PARTIAL =
  /^(?:[Uu]pdate|[Pp]atch|[Ee]dit|[Pp]artial|[Cc]hange)(?=[A-Z_])|(?:Update|Patch|Edit|Changes|Partial|Filter|Query|Search|Summary|Page|List)(?:Input|Request|Dto|DTO)?$/;

/** What the schemas of an API say of the tables behind them, matched by name. */
export function specRules(
  document: JsonRecord,
  operations: readonly ApiOperation[],
  tables: readonly Table[],
  resolve: Resolve,
): SpecRule[] {
  const rules = new Map<string, SpecRule>();
  const add = (rule: SpecRule): void => {
    const key = `${rule.table.schema}.${rule.table.name}.${rule.column}:${rule.rule.kind}`;
    const before = rules.get(key);
    // Of two lengths the wider is what the column has to take.
    if (
      before?.rule.kind === 'max-length' &&
      rule.rule.kind === 'max-length' &&
      before.rule.length >= rule.rule.length
    )
      return;
    rules.set(key, rule);
  };
  for (const { name, schema, table } of resources(document, operations, tables, resolve)) {
    for (const rule of rulesOfSchema(name, flatten(schema, resolve), table, resolve)) add(rule);
  }
  return [...rules.values()];
}

interface Resource {
  readonly name: string;
  readonly schema: JsonRecord;
  readonly table: Table;
}

function resources(
  document: JsonRecord,
  operations: readonly ApiOperation[],
  tables: readonly Table[],
  resolve: Resolve,
): Resource[] {
  const components = {
    ...recordOf(recordOf(document['components'])['schemas']),
    ...recordOf(document['definitions']),
  };
  const named = Object.entries(components).flatMap(([name, schema]): Resource[] => {
    const table = resourceTable(name, tables);
    return table === undefined ? [] : [{ name, schema: resolve(schema), table }];
  });
  // Schemas written where they are used are about what the path names.
  const inline = operations.flatMap((operation): Resource[] => {
    const method = operation.method.toLowerCase();
    if (method !== 'get' && method !== 'post') return [];
    const segment =
      operation.path
        .split('/')
        .filter((part) => part !== '' && !part.startsWith('{'))
        .at(-1) ?? '';
    const table = tableNamed(segment, tables);
    const isItem = operation.path.endsWith('}');
    const schema =
      method === 'post' && !isItem
        ? requestBodyOf(operation)?.schema
        : method === 'get' && isItem
          ? successSchema(operation)
          : undefined;
    if (table === undefined || !isRecord(schema)) return [];
    return [{ name: `${operation.method.toUpperCase()} ${operation.path}`, schema: resolve(schema), table }];
  });
  return [...named, ...inline];
}

/** The table a type is about: `NewOrder` and `OrderInput` are of `orders`, a change or a page of orders is of none. */
export function resourceTable(name: string, tables: readonly Table[]): Table | undefined {
  return PARTIAL.test(name) ? undefined : tableNamed(name.replace(AFFIXES, '').replace(AFFIXES, ''), tables);
}

/** `Order`, `order_items`, `orderItems` and `/order-items` are the tables `orders` and `order_items`. */
export function tableNamed(name: string, tables: readonly Table[]): Table | undefined {
  const wanted = singular(snake(name));
  return wanted === '' ? undefined : tables.find((table) => singular(snake(table.name)) === wanted);
}

/** A name in lower case with underscores. */
export function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
    .replace(/^_+|_+$/g, '');
}

function singular(name: string): string {
  if (/(?:ss|us|is)$/.test(name)) return name;
  return name
    .replace(/ies$/, 'y')
    .replace(/(?<=x|ch|sh|ss)es$/, '')
    .replace(/s$/, '');
}

/** Properties and required names of a schema, those of `allOf` included. */
function flatten(
  schema: JsonRecord,
  resolve: Resolve,
  depth = 0,
): { properties: JsonRecord; required: readonly string[] } {
  const parts =
    depth > 4 ? [] : listOf(schema['allOf']).map((part) => flatten(resolve(part), resolve, depth + 1));
  return {
    properties: Object.assign(
      {},
      ...parts.map(({ properties }) => properties),
      recordOf(schema['properties']),
    ) as JsonRecord,
    required: [...parts.flatMap(({ required }) => required), ...listOf(schema['required']).map(String)],
  };
}

function rulesOfSchema(
  name: string,
  { properties, required }: ReturnType<typeof flatten>,
  table: Table,
  resolve: Resolve,
): SpecRule[] {
  return Object.entries(properties).flatMap(([property, raw]): SpecRule[] => {
    const schema = resolve(raw);
    const column = table.columns.find((one) => snake(one.name) === snake(property));
    if (column === undefined || column.generated) return [];
    const frame = { table, column: column.name, property: `${name}.${property}` };
    const length = schema['maxLength'];
    const values = listOf(schema['enum']).filter((value) => value !== null);
    return [
      ...(required.includes(property) && !mayBeNull(schema) && schema['writeOnly'] !== true
        ? [{ ...frame, rule: { kind: 'required' } } as const]
        : []),
      ...(typeof length === 'number' && values.length === 0
        ? [{ ...frame, rule: { kind: 'max-length', length } } as const]
        : []),
      ...(values.length > 0 ? [{ ...frame, rule: { kind: 'enum', values } } as const] : []),
    ];
  });
}

function mayBeNull(schema: JsonRecord): boolean {
  const { type, nullable } = schema;
  if (nullable === true || type === 'null' || (Array.isArray(type) && type.includes('null'))) return true;
  const options = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])];
  return options.some((one) => isRecord(one) && mayBeNull(one)) || listOf(schema['enum']).includes(null);
}
