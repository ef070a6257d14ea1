import {
  isRecord,
  listOf,
  recordOf,
  type JsonRecord,
  type Resolve,
} from '../../domain/contract/openapi-document';

/** One place in a body. */
export interface FieldRow {
  /** Steps as in a JSON pointer, with `*` for every entry of a list or value of a map; empty: the whole. */
  readonly pointer: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** Rows that may still be made for one document: schemas in schemas multiply. */
export interface FieldBudget {
  left: number;
}

const DEEPEST = 10;
const MOST_FIELDS = 2000;

/** Every place in a value of a schema. What holds itself is entered once. */
export function fieldsOf(schema: unknown, resolve: Resolve, budget: FieldBudget): FieldRow[] {
  const rows: FieldRow[] = [];
  const walk = (value: unknown, pointer: string, required: boolean, open: ReadonlySet<JsonRecord>): void => {
    if (rows.length >= MOST_FIELDS || budget.left <= 0) return;
    budget.left -= 1;
    const at = flat(resolve(value), resolve);
    rows.push({
      pointer,
      type: typeOf(at, resolve),
      required,
      description: typeof at['description'] === 'string' ? at['description'] : '',
    });
    const there = resolve(value);
    if (open.has(there) || open.size > DEEPEST) return;
    const inside = new Set([...open, there]);
    const must = new Set(listOf(at['required']));
    for (const name of Object.keys(recordOf(at['properties'])).sort()) {
      const step = name.replaceAll('~', '~0').replaceAll('/', '~1');
      walk(recordOf(at['properties'])[name], `${pointer}/${step}`, must.has(name), inside);
    }
    if (isRecord(at['items'])) walk(at['items'], `${pointer}/*`, true, inside);
    if (isRecord(at['additionalProperties'])) {
      walk(at['additionalProperties'], `${pointer}/*`, false, inside);
    }
    const choices = [...listOf(at['oneOf']), ...listOf(at['anyOf'])];
    for (const [index, choice] of choices.entries()) {
      if (isRecord(choice)) walk(choice, `${pointer}/(${nameOf(choice, index)})`, false, inside);
    }
  };
  walk(schema, '', true, new Set());
  return rows;
}

/** A schema together with what it is made of by `allOf`. */
function flat(schema: JsonRecord, resolve: Resolve, depth = 0): JsonRecord {
  if (!Array.isArray(schema['allOf']) || depth > DEEPEST) return schema;
  const { allOf, ...own } = schema;
  return [own, ...listOf(allOf).map((part) => flat(resolve(part), resolve, depth + 1))].reduce<JsonRecord>(
    (whole, part) => ({
      ...part,
      ...whole,
      properties: { ...recordOf(part['properties']), ...recordOf(whole['properties']) },
      required: [...listOf(whole['required']), ...listOf(part['required'])],
    }),
    {},
  );
}

function nameOf(choice: JsonRecord, index: number): string {
  const ref = choice['$ref'];
  return typeof ref === 'string' ? (ref.split('/').at(-1) ?? ref) : String(index + 1);
}

/** In a few words: `string (date-time), at most 40 characters`. */
function typeOf(schema: JsonRecord, resolve: Resolve): string {
  const types = Array.isArray(schema['type']) ? listOf(schema['type']) : [schema['type']];
  const named = types.filter((type) => typeof type === 'string').map(String);
  const nullable = schema['nullable'] === true ? ['null'] : [];
  const plain = [...named, ...nullable].join(' or ') || guessed(schema);
  const { format, pattern, minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const limits = [
    typeof format === 'string' ? format : '',
    range('', minimum, maximum),
    range('characters', minLength, maxLength),
    range('entries', minItems, maxItems),
    typeof pattern === 'string' ? `matches ${pattern.slice(0, 200)}` : '',
    schema['const'] === undefined ? '' : `always ${JSON.stringify(schema['const'])}`,
    Array.isArray(schema['enum'])
      ? `one of ${listOf(schema['enum'])
          .slice(0, 50)
          .map((one) => JSON.stringify(one))
          .join(', ')}`
      : '',
    schema['readOnly'] === true ? 'only in answers' : '',
    schema['writeOnly'] === true ? 'only in requests' : '',
    schema['deprecated'] === true ? 'deprecated' : '',
  ].filter((part) => part !== '');
  const of = isRecord(schema['items']) ? ` of ${guessed(flat(resolve(schema['items']), resolve))}` : '';
  return `${plain}${plain === 'array' ? of : ''}${limits.length === 0 ? '' : ` (${limits.join('; ')})`}`;
}

function guessed(schema: JsonRecord): string {
  if (typeof schema['type'] === 'string') return schema['type'];
  if (isRecord(schema['properties'])) return 'object';
  if (schema['items'] !== undefined) return 'array';
  if (Array.isArray(schema['oneOf']) || Array.isArray(schema['anyOf'])) return 'one of several';
  if (Array.isArray(schema['enum'])) return 'a choice';
  return schema['const'] === undefined ? 'anything' : 'a constant';
}

function range(unit: string, least: unknown, most: unknown): string {
  const [from, to] = [least, most].map((bound) => (typeof bound === 'number' ? String(bound) : ''));
  if (from === '' && to === '') return '';
  const text =
    from === ''
      ? `at most ${to ?? ''}`
      : to === ''
        ? `at least ${from ?? ''}`
        : `${from ?? ''} to ${to ?? ''}`;
  return unit === '' ? text : `${text} ${unit}`;
}
