import {
  buildSchema,
  type ConstDirectiveNode,
  getNamedType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql';
import type { Table } from '../../facts/database';
import { CannotTell } from '../../checker';
import { resourceTable, snake, type SpecRule } from './spec-rules';

interface Field {
  readonly name: string;
  readonly type: GraphQLType;
  readonly directives: readonly ConstDirectiveNode[];
}

/** Names of directives that give a length, as the usual libraries have them. */
const LENGTHS = ['constraint', 'length', 'size'];

/** What the types of a GraphQL schema say of the tables behind them, matched by name. */
export function graphqlRules(sdl: string, tables: readonly Table[]): SpecRule[] {
  const schema = read(sdl);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const rules = new Map<string, SpecRule>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(isObjectType(type) || isInputObjectType(type)) || type.name.startsWith('__')) continue;
    const table = roots.some((root) => root === type) ? undefined : resourceTable(type.name, tables);
    if (table === undefined) continue;
    for (const field of fieldsOf(type)) {
      for (const rule of rulesOfField(type.name, field, table)) {
        rules.set(`${table.schema}.${table.name}.${rule.column}:${rule.rule.kind}`, rule);
      }
    }
  }
  return [...rules.values()];
}

function read(sdl: string): GraphQLSchema {
  try {
    return buildSchema(sdl, { assumeValidSDL: true });
  } catch (error) {
    throw new CannotTell(`the GraphQL schema cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}

function fieldsOf(type: GraphQLObjectType | GraphQLInputObjectType): Field[] {
  const fields = type.getFields();
  return Object.keys(fields).flatMap((name) => {
    const field = fields[name];
    return field === undefined
      ? []
      : [{ name, type: field.type, directives: field.astNode?.directives ?? [] }];
  });
}

function rulesOfField(type: string, field: Field, table: Table): SpecRule[] {
  const column = table.columns.find(({ name }) => snake(name) === snake(field.name));
  const bare = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (column === undefined || column.generated || isListType(bare)) return [];
  const frame = { table, column: column.name, property: `${type}.${field.name}` };
  const named = getNamedType(field.type);
  const length = lengthOf(field);
  return [
    ...(isNonNullType(field.type) ? [{ ...frame, rule: { kind: 'required' } } as const] : []),
    ...(isEnumType(named)
      ? [{ ...frame, rule: { kind: 'enum', values: named.getValues().map(({ name }) => name) } } as const]
      : []),
    ...(length === null ? [] : [{ ...frame, rule: { kind: 'max-length', length } } as const]),
  ];
}

/** `name: String! @constraint(maxLength: 200)`. */
function lengthOf({ directives }: Field): number | null {
  const given = directives
    .filter(({ name }) => LENGTHS.includes(name.value))
    .flatMap((directive) => directive.arguments ?? [])
    .find(({ name }) => /^max(?:Length)?$/.test(name.value));
  return given?.value.kind === Kind.INT ? Number(given.value.value) : null;
}
