import {
  buildSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { CannotTell } from '../checker';
import type { ProbeRequest } from '../facts/service';
import type { Conversation } from './conversation';
import { EXAMPLE_PASSWORD } from './schema-value';

/** The schema of the conversation's API. @throws CannotTell where it cannot be read */
export function readGraphqlSchema({ schema }: Conversation): GraphQLSchema {
  try {
    return buildSchema(schema ?? '', { assumeValidSDL: true });
  } catch (error) {
    throw new CannotTell(`the GraphQL schema cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}

/** Where the API takes its documents. */
export const graphqlPath = ({ settings }: Conversation): string => settings.api?.basePath ?? '/graphql';

export function graphqlRequest(
  conversation: Conversation,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): ProbeRequest {
  return {
    method: 'POST',
    path: graphqlPath(conversation),
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: { query },
  };
}

/** Fields of the root type for queries or mutations. */
export function rootFields(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation',
): readonly GraphQLField<unknown, unknown>[] {
  const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(type?.getFields() ?? {});
}

/** A call of a field with its required arguments, or the given literals in their place. */
export function callOf(
  field: GraphQLField<unknown, unknown>,
  given: Readonly<Record<string, string>> = {},
): string {
  const args = field.args
    .filter((one) => given[one.name] !== undefined || isRequired(one))
    .map((one) => `${one.name}: ${given[one.name] ?? literalOf(one.type, one.name)}`);
  const selected = selectionOf(field.type);
  return `${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${selected}`;
}

const isRequired = (one: GraphQLArgument): boolean =>
  isNonNullType(one.type) && one.defaultValue === undefined;

/** The smallest selection a type allows. */
function selectionOf(type: GraphQLOutputType): string {
  return isLeafType(getNamedType(type)) ? '' : ' { __typename }';
}

/** A literal of an input type, made of required parts only. */
function literalOf(type: GraphQLInputType, name: string, depth = 0): string {
  if (isNonNullType(type)) return literalOf(type.ofType, name, depth);
  if (isListType(type)) return `[${depth > 4 ? '' : literalOf(type.ofType, name, depth + 1)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    if (depth > 4) return '{}';
    const fields = Object.values(type.getFields()).filter(
      (one) => isNonNullType(one.type) && one.defaultValue === undefined,
    );
    return `{ ${fields.map((one) => `${one.name}: ${literalOf(one.type, one.name, depth + 1)}`).join(', ')} }`;
  }
  switch (type.name) {
    case 'Int':
    case 'Float':
      return '1';
    case 'Boolean':
      return 'true';
    case 'ID':
      return '"1"';
    default:
      return JSON.stringify(
        /passw/i.test(name) ? EXAMPLE_PASSWORD : /mail/i.test(name) ? 'probe-a@example.com' : 'probe',
      );
  }
}

/** The fields of a type that are plain values or objects. */
export function objectFields(
  type: GraphQLOutputType,
): Readonly<Record<string, GraphQLField<unknown, unknown>>> {
  const named = getNamedType(type);
  return isObjectType(named) ? named.getFields() : {};
}
