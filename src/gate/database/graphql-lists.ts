import {
  getNamedType,
  type GraphQLField,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isRecord, recordOf } from '../../domain/contract/openapi-document';
import type { Conversation } from '../probes/conversation';
import type { Exchange } from '../probes/exchange';
import {
  callOf,
  graphqlRequest,
  objectFields,
  readGraphqlSchema,
  rootFields,
} from '../probes/graphql-request';
import { parseJson, rowsIn } from '../probes/operation-shape';
import type { AskedList } from './service-run';

type Field = GraphQLField<unknown, unknown>;

const AMOUNT = /^(?:first|limit|take|page_?size|per_?page|size|count)$/i;
/** How deep objects in objects are asked for: what a row refers to, then only the row itself. */
const DEPTHS = [2, 1];
const WRAPPERS = ['edges', 'node', 'nodes', 'items', 'results', 'data', 'entries', 'rows'];

/** The root fields for queries that answer with a list or a connection. */
export function graphqlLists(conversation: Conversation): readonly AskedList[] {
  return rootFields(readGraphqlSchema(conversation), 'query')
    .filter((field) => isList(field))
    .map((field) => ({
      name: `query ${field.name}`,
      isSure: true,
      ask: async (amount) => {
        // Found out first, so that a refusal is none of its cost.
        const document = await acceptedDocument(conversation, field, amount);
        return () => conversation.send(null, 'valid', graphqlRequest(conversation, document));
      },
      rows: (body) => {
        const data = recordOf(recordOf(parseJson(body))['data'])[field.name];
        return data === undefined || data === null ? null : rowsIn(data);
      },
    }));
}

/** Every query field a few times, those of one thing with the ids that lists told. */
export async function readAllFields(conversation: Conversation, rounds: number): Promise<void> {
  const fields = rootFields(readGraphqlSchema(conversation), 'query');
  const ids = new Map<string, string>();
  for (const field of fields.filter(isList)) {
    const document = await acceptedDocument(conversation, field, 20);
    for (let round = 0; round < rounds; round += 1) {
      const { response } = await conversation.send(null, 'valid', graphqlRequest(conversation, document));
      for (const id of idsIn(recordOf(parseJson(response?.body ?? ''))['data'])) {
        ids.set(rowTypeOf(field.type), id);
      }
    }
  }
  for (const field of fields.filter((one) => !isList(one))) {
    const id = ids.get(getNamedType(field.type).name);
    const given: Record<string, string> =
      id === undefined
        ? {}
        : Object.fromEntries(
            field.args.filter(({ name }) => /id$/i.test(name)).map(({ name }) => [name, JSON.stringify(id)]),
          );
    for (let round = 0; round < rounds; round += 1) {
      await conversation.send(
        null,
        'valid',
        graphqlRequest(conversation, `{ ${withSelection(field, given, 2)} }`),
      );
    }
  }
}

/** Asks with as much below the rows as the service does not refuse. */
async function acceptedDocument(conversation: Conversation, field: Field, amount: number): Promise<string> {
  const argument = field.args.find(({ name }) => AMOUNT.test(name))?.name;
  const given: Record<string, string> = argument === undefined ? {} : { [argument]: String(amount) };
  const documents = DEPTHS.map((depth) => `{ ${withSelection(field, given, depth)} }`);
  for (const document of documents) {
    if (!isRefused(await conversation.send(null, 'valid', graphqlRequest(conversation, document))))
      return document;
  }
  return documents.at(-1) ?? `{ ${callOf(field)} }`;
}

function isRefused({ response }: Exchange): boolean {
  const answer = parseJson(response?.body ?? '');
  return response === null || response.status >= 400 || !isRecord(answer) || answer['errors'] !== undefined;
}

function withSelection(field: Field, given: Readonly<Record<string, string>>, depth: number): string {
  return callOf(field, given).replace(/ \{ __typename \}$/, selectionOf(field.type, depth));
}

/** All plain fields, and those of the objects below; wrappers of rows are no level of their own. */
function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (!isObjectType(named)) return ' { __typename }';
  const open = Object.values(named.getFields()).filter((field) =>
    field.args.every((one) => !isNonNullType(one.type) || one.defaultValue !== undefined),
  );
  const chosen = open.flatMap((field) => {
    if (isLeafType(getNamedType(field.type))) return [field.name];
    const inner = WRAPPERS.includes(field.name) ? depth : depth - 1;
    return inner <= 0 || isPageInfo(field) ? [] : [`${field.name}${selectionOf(field.type, inner)}`];
  });
  return ` { ${chosen.length === 0 ? '__typename' : chosen.join(' ')} }`;
}

const isPageInfo = ({ type }: Field): boolean => getNamedType(type).name.endsWith('PageInfo');

function isList(field: Field): boolean {
  return rowsField(field.type) !== null;
}

/** Where the rows are in a type: in itself, or in a field of a connection; null: nowhere. */
function rowsField(type: GraphQLOutputType): string | null {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return isLeafType(getNamedType(bare)) ? null : '';
  const fields = objectFields(type);
  return WRAPPERS.find((name) => isRows(fields[name])) ?? null;
}

function isRows(field: Field | undefined): boolean {
  if (field === undefined) return false;
  return isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
}

/** Name of the type of the rows. */
function rowTypeOf(type: GraphQLOutputType): string {
  const name = rowsField(type);
  const inner = name === null || name === '' ? type : (objectFields(type)[name]?.type ?? type);
  const node = objectFields(inner)['node'];
  return getNamedType(node?.type ?? inner).name;
}

function idsIn(data: unknown, depth = 0): string[] {
  if (depth > 4) return [];
  if (Array.isArray(data)) return data.slice(0, 3).flatMap((entry) => idsIn(entry, depth + 1));
  if (!isRecord(data)) return [];
  const { id } = data;
  if (typeof id === 'string' || typeof id === 'number') return [String(id)];
  return Object.values(data).flatMap((value) => idsIn(value, depth + 1));
}
