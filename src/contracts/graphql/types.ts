import type { GraphQLArgument, GraphQLInputField, GraphQLNamedType, GraphQLSchema } from 'graphql';

/** Scalars as they travel in JSON; one of the schema's own can be anything. */
const SCALARS: Readonly<Record<string, string>> = {
  Int: 'number',
  Float: 'number',
  String: 'string',
  Boolean: 'boolean',
  ID: 'string',
};

/** TypeScript types of a schema: one for each of its types, and `<Type><Field>Args` for what fields take. */
export async function graphqlTypes(schema: GraphQLSchema): Promise<string> {
  const graphql = await import('graphql');
  const taken = (inputs: readonly (GraphQLArgument | GraphQLInputField)[]): string[] =>
    inputs.flatMap((one) => [
      ...comment(one.description, '  '),
      `  readonly ${one.name}${isOptional(one) ? '?' : ''}: ${written(one.type.toString())};`,
    ]);
  const isOptional = (one: GraphQLArgument | GraphQLInputField): boolean =>
    !one.type.toString().endsWith('!') || one.defaultValue !== undefined;
  const block = (type: GraphQLNamedType, head: string, lines: readonly string[]): string[] => [
    ...comment(type.description),
    `${head} {`,
    ...lines,
    '}',
    '',
  ];
  const lines = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((type): string[] => {
      if (graphql.isScalarType(type)) {
        // `String`, `Boolean` … mean the same here as in the schema.
        return [
          ...comment(type.description),
          `export type ${nameOf(type)} = ${SCALARS[type.name] ?? 'unknown'};`,
          '',
        ];
      }
      if (graphql.isEnumType(type)) {
        const names = type.getValues().map(({ name }) => JSON.stringify(name));
        return [...comment(type.description), `export type ${nameOf(type)} = ${names.join(' | ')};`, ''];
      }
      if (graphql.isUnionType(type)) {
        const names = type.getTypes().map(nameOf);
        return [...comment(type.description), `export type ${nameOf(type)} = ${names.join(' | ')};`, ''];
      }
      if (graphql.isInputObjectType(type)) {
        return block(type, `export interface ${nameOf(type)}`, taken(Object.values(type.getFields())));
      }
      const fields = Object.values(type.getFields());
      const possible = graphql.isInterfaceType(type)
        ? schema.getPossibleTypes(type).map(({ name }) => JSON.stringify(name))
        : [JSON.stringify(type.name)];
      return [
        ...block(type, `export interface ${nameOf(type)}`, [
          `  readonly __typename?: ${possible.length === 0 ? 'string' : possible.join(' | ')};`,
          ...fields.flatMap((field) => [
            ...comment(field.description, '  '),
            `  readonly ${field.name}: ${written(field.type.toString())};`,
          ]),
        ]),
        ...fields
          .filter(({ args }) => args.length > 0)
          .flatMap((field) => [
            `export interface ${type.name}${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}Args {`,
            ...taken(field.args),
            '}',
            '',
          ]),
      ];
    });
  return [
    '/* Types of the API contract, generated from the schema; what is edited here is lost with the next revision. */',
    '',
    ...lines,
  ].join('\n');
}

/** Words TypeScript keeps for itself. */
const RESERVED = /^(?:any|bigint|boolean|never|null|number|object|string|symbol|undefined|unknown|void)$/;

const safeName = (name: string): string => (RESERVED.test(name) ? `${name}_` : name);
const nameOf = ({ name }: GraphQLNamedType): string => safeName(name);

/** A type as the schema writes it (`[Product!]!`), in TypeScript. */
function written(type: string): string {
  return type.endsWith('!') ? bare(type.slice(0, -1)) : `${bare(type)} | null`;
}

function bare(type: string): string {
  return type.startsWith('[') ? `readonly (${written(type.slice(1, -1))})[]` : safeName(type);
}

function comment(text: string | null | undefined, indent = ''): string[] {
  if (text === null || text === undefined || text.trim() === '') return [];
  const clean = text.replace(/\*\//g, '*\\/').replace(/\s+/g, ' ').trim();
  return [`${indent}/** ${clean} */`];
}
