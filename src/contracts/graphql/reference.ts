import type * as GraphqlModule from 'graphql';
import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { html, type Html } from '../../html/html';
import { page, tableOf } from '../html';

type Graphql = typeof GraphqlModule;

/** What can be asked of a schema, and its types, for people. */
export async function graphqlReference(
  schema: GraphQLSchema,
  about: { readonly name: string; readonly hash: string },
): Promise<string> {
  const graphql = await import('graphql');
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
    (type) => type !== null && type !== undefined,
  );
  const others = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !graphql.isSpecifiedScalarType(type))
    .filter((type) => !roots.some(({ name }) => name === type.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const rowsOf = (type: GraphQLNamedType): readonly (readonly (Html | string)[])[] => {
    if (graphql.isEnumType(type)) {
      return type
        .getValues()
        .map(({ name, description, deprecationReason }) => [
          html`<code>${name}</code>`,
          '',
          said(description, deprecationReason),
        ]);
    }
    if (graphql.isUnionType(type)) {
      return type
        .getTypes()
        .map(({ name, description }) => [html`<code>${name}</code>`, '', description ?? '']);
    }
    if (graphql.isInputObjectType(type)) {
      return Object.values(type.getFields()).map((field) => [
        html`<code>${field.name}</code>`,
        field.type.toString(),
        said(field.description, field.deprecationReason),
      ]);
    }
    return graphql.isObjectType(type) || graphql.isInterfaceType(type)
      ? Object.values(type.getFields()).map(fieldRow)
      : [];
  };
  const sectionOf = (type: GraphQLNamedType): Html =>
    html`<section id="type-${type.name}">
      <h2>${kindOf(graphql, type)} <code>${type.name}</code></h2>
      <p>${type.description ?? ''}</p>
      ${tableOf(['Name', 'Type', 'What it is'], rowsOf(type))}
    </section>`;
  return page(
    about.name,
    html`<header>
        <h1>${about.name}</h1>
        <p class="muted">GraphQL schema, contract <code>${about.hash}</code></p>
      </header>
      <nav>
        <ul>
          ${[...roots, ...others].map(
            ({ name }) =>
              html`<li>
                <a href="#type-${name}"><code>${name}</code></a>
              </li>`,
          )}
        </ul>
      </nav>
      ${[...roots, ...others].map(sectionOf)}`,
  );
}

function fieldRow(field: GraphQLField<unknown, unknown>): readonly (Html | string)[] {
  const args = field.args.map(({ name, type }) => `${name}: ${type.toString()}`).join(', ');
  return [
    html`<code>${field.name}${args === '' ? '' : `(${args})`}</code>`,
    field.type.toString(),
    said(field.description, field.deprecationReason),
  ];
}

function said(description: string | null | undefined, deprecated: string | null | undefined): string {
  const gone = deprecated === null || deprecated === undefined ? '' : ` Deprecated: ${deprecated}`;
  return `${description ?? ''}${gone}`.trim();
}

function kindOf(graphql: Graphql, type: GraphQLNamedType): string {
  if (graphql.isEnumType(type)) return 'enum';
  if (graphql.isUnionType(type)) return 'union';
  if (graphql.isInputObjectType(type)) return 'input';
  if (graphql.isInterfaceType(type)) return 'interface';
  return graphql.isScalarType(type) ? 'scalar' : 'type';
}
