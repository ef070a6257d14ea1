import {
  getNamedType,
  isEnumType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { isRecord, listOf, recordOf } from '../../domain/contract/openapi-document';
import type { Conversation } from '../probes/conversation';
import { callOf, graphqlRequest, readGraphqlSchema, rootFields } from '../probes/graphql-request';
import { parseJson } from '../probes/operation-shape';
import type { Exchange } from '../probes/exchange';
import { shown, type ValueMismatch } from './body-mismatches';
import type { Exercised } from './exercise-operations';
import { recordExchange } from './judge-answer';

const DEEPEST = 4;
const MOST_FIELDS = 200;

/** Asks for every query, then every mutation, with all fields that need no arguments, and looks at the answers' types. */
export async function exerciseGraphql(conversation: Conversation): Promise<Exercised> {
  const schema = readGraphqlSchema(conversation);
  const exchanges: Exercised['exchanges'][number][] = [];
  const notExecuted: string[] = [];
  let served = 0;
  for (const kind of ['query', 'mutation'] as const) {
    const root = (kind === 'query' ? schema.getQueryType() : schema.getMutationType())?.name ?? '';
    for (const field of rootFields(schema, kind)) {
      const name = `${root}.${field.name}`;
      const call = `${callOf(field).replace(/ \{ __typename \}$/, '')}${selectionOf(field.type, 0, { left: MOST_FIELDS })}`;
      const document = `${kind} { ${call} }`;
      const exchange = await conversation.send(null, 'sample', graphqlRequest(conversation, document));
      const { mismatches, reason } = judge(schema, field, exchange);
      exchanges.push(recordExchange({ operation: name, from: 'sample' }, exchange, mismatches));
      if (reason === null) served += 1;
      else notExecuted.push(`${name}: ${reason}`.slice(0, 500));
    }
  }
  return { exchanges, notExecuted, served };
}

function selectionOf(type: GraphQLOutputType, depth: number, budget: { left: number }): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (!isObjectType(named)) return ' { __typename }';
  const parts = ['__typename'];
  for (const field of Object.values(named.getFields())) {
    budget.left -= 1;
    const inner = getNamedType(field.type);
    const needs = field.args.some((one) => isNonNullType(one.type) && one.defaultValue === undefined);
    if (budget.left < 0 || needs || (!isLeafType(inner) && depth >= DEEPEST)) continue;
    parts.push(`${field.name}${selectionOf(field.type, depth + 1, budget)}`);
  }
  return ` { ${parts.join(' ')} }`;
}

/** What differs, and why nothing was served; a refusal of what was asked for is no difference. */
function judge(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  { response, fault }: Exchange,
): { readonly mismatches: readonly ValueMismatch[]; readonly reason: string | null } {
  const only = (pointer: string, expected: string, got: string) => ({
    mismatches: [{ pointer, expected, got: got.slice(0, 500) }],
    reason: 'it was not served',
  });
  if (response === null) return only('status', 'an answer', fault ?? 'none');
  const body = parseJson(response.body);
  if (!isRecord(body)) return only('', 'a GraphQL answer', shown(response.body));
  const errors = listOf(body['errors']).map((error) => String(recordOf(error)['message']));
  const data = body['data'];
  // Without `data` the document itself was refused: it asks for what the contract has.
  if (!isRecord(data)) {
    return data === null && errors.length > 0
      ? { mismatches: [], reason: `answered with an error: ${errors[0] ?? ''}` }
      : only('/errors/0', 'that the document is valid', errors[0] ?? shown(body));
  }
  const value = data[field.name];
  const mismatches = [...differences(schema, field.type.toString(), value, `/data/${field.name}`)].slice(
    0,
    50,
  );
  const isRefused = (value === null || value === undefined) && errors.length > 0;
  return { mismatches, reason: isRefused ? `answered with an error: ${errors[0] ?? ''}` : null };
}

/** @param type as the schema writes it: `[Product!]!` */
function* differences(
  schema: GraphQLSchema,
  type: string,
  value: unknown,
  pointer: string,
): Generator<ValueMismatch> {
  const isOwed = type.endsWith('!');
  if (value === undefined || (isOwed && value === null)) {
    yield { pointer, expected: type, got: shown(value) };
    return;
  }
  if (value === null) return;
  const inner = isOwed ? type.slice(0, -1) : type;
  if (inner.startsWith('[')) {
    if (!Array.isArray(value)) {
      yield { pointer, expected: type, got: shown(value) };
      return;
    }
    for (const [index, entry] of (value as unknown[]).entries()) {
      yield* differences(schema, inner.slice(1, -1), entry, `${pointer}/${String(index)}`);
    }
    return;
  }
  const named = schema.getType(inner);
  if (isObjectType(named)) {
    if (!isRecord(value)) {
      yield { pointer, expected: inner, got: shown(value) };
      return;
    }
    for (const [name, field] of Object.entries(named.getFields())) {
      if (Object.hasOwn(value, name))
        yield* differences(schema, field.type.toString(), value[name], `${pointer}/${name}`);
    }
    return;
  }
  const choices = isEnumType(named) ? named.getValues().map(({ name }) => name) : null;
  if (named !== undefined && isLeafType(named) && !fitsLeaf(inner, value, choices)) {
    yield { pointer, expected: inner, got: shown(value) };
  }
}

function fitsLeaf(name: string, value: unknown, choices: readonly string[] | null): boolean {
  if (choices !== null) return typeof value === 'string' && choices.includes(value);
  switch (name) {
    case 'Int':
      return Number.isInteger(value);
    case 'Float':
      return typeof value === 'number';
    case 'Boolean':
      return typeof value === 'boolean';
    case 'String':
    case 'ID':
      return typeof value === 'string';
    default:
      return true; // what a scalar of the schema's own looks like only its service knows
  }
}
