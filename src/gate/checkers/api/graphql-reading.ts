import type {
  DocumentNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  TypeDefinitionNode,
  TypeNode,
} from 'graphql';
import type { GraphqlDescription } from '../../facts/api-description';

const MOST_TOKENS = 500_000;

/** A schema as its syntax tree, with the names of its root types. */
export interface SchemaSyntax {
  readonly types: readonly TypeDefinitionNode[];
  /** Object and interface types with the fields of their extensions; inputs have their own. */
  readonly objects: readonly ObjectFields[];
  readonly inputs: readonly { readonly name: string; readonly fields: readonly InputValueDefinitionNode[] }[];
  readonly roots: Readonly<Record<'query' | 'mutation' | 'subscription', string>>;
  readonly lineOf: (node: { readonly loc?: { readonly start: number } | undefined }) => number;
}

export interface ObjectFields {
  readonly name: string;
  readonly fields: readonly FieldDefinitionNode[];
}

/** Reads SDL that has been parsed before. */
export async function readSyntax({ text }: Pick<GraphqlDescription, 'text'>): Promise<SchemaSyntax> {
  const { parse, Kind, isTypeDefinitionNode } = await import('graphql');
  const document: DocumentNode = parse(text, { maxTokens: MOST_TOKENS });
  const roots = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  const types: TypeDefinitionNode[] = [];
  const objects: { name: string; fields: FieldDefinitionNode[] }[] = [];
  const inputs: { name: string; fields: readonly InputValueDefinitionNode[] }[] = [];
  for (const node of document.definitions) {
    if (isTypeDefinitionNode(node)) types.push(node);
    if (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) {
      for (const { operation, type } of node.operationTypes ?? []) roots[operation] = type.name.value;
    } else if (
      node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
      node.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION
    ) {
      inputs.push({ name: node.name.value, fields: node.fields ?? [] });
    } else if (
      node.kind === Kind.OBJECT_TYPE_DEFINITION ||
      node.kind === Kind.OBJECT_TYPE_EXTENSION ||
      node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      node.kind === Kind.INTERFACE_TYPE_EXTENSION
    ) {
      const known = objects.find(({ name }) => name === node.name.value);
      if (known === undefined) objects.push({ name: node.name.value, fields: [...(node.fields ?? [])] });
      else known.fields.push(...(node.fields ?? []));
    }
  }
  const starts = lineStarts(text);
  return { types, objects, inputs, roots, lineOf: ({ loc }) => lineAt(starts, loc?.start ?? 0) };
}

const isListType = ({ kind }: TypeNode): boolean => kind.startsWith('List');
const isRequired = ({ kind }: TypeNode): boolean => kind.startsWith('NonNull');

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** The name at the bottom of a type, and its innermost list, if any. */
export function unwrapType(type: TypeNode): {
  readonly name: string;
  readonly isList: boolean;
  readonly hasNullableEntries: boolean;
} {
  if ('name' in type) return { name: type.name.value, isList: false, hasNullableEntries: false };
  const inner = unwrapType(type.type);
  if (!isListType(type)) return inner;
  return {
    ...inner,
    isList: true,
    hasNullableEntries: inner.hasNullableEntries || !isRequired(type.type),
  };
}

export const isIntrospective = (name: string): boolean => name.startsWith('_');
