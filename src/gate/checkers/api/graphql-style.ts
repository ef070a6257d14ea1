import type { SpecFinding } from './spec-checker';
import { isIntrospective, unwrapType, type SchemaSyntax } from './graphql-reading';
import { wordsOf } from './words';

const PASCAL = /^[A-Z][A-Za-z0-9]*$/;
const CAMEL = /^[a-z][A-Za-z0-9]*$/;
const UPPER = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
/** What a field of Query or Mutation needs not say. */
const PREFIXES: Readonly<Record<'query' | 'mutation' | 'subscription', RegExp>> = {
  query: /^(?:get|list|fetch|retrieve|query)(?=[A-Z_])/,
  mutation: /^mutation(?=[A-Z_])/,
  subscription: /^subscription(?=[A-Z_])/,
};
const SUFFIX: Readonly<Record<'query' | 'mutation' | 'subscription', RegExp>> = {
  query: /[a-z]Query$/,
  mutation: /[a-z]Mutation$/,
  subscription: /[a-z]Subscription$/,
};

/** Where a schema leaves the best practice of GraphQL, as far as that is sure. */
export function findStyleFaults(schema: SchemaSyntax): SpecFinding[] {
  return [
    ...typeNameFaults(schema),
    ...fieldNameFaults(schema),
    ...rootFaults(schema),
    ...nullabilityFaults(schema),
    ...idFaults(schema),
    ...connectionFaults(schema),
    ...deprecationFaults(schema),
  ];
}

function typeNameFaults({ types, lineOf }: SchemaSyntax): SpecFinding[] {
  return types.flatMap((type) => {
    const name = type.name.value;
    const faults: SpecFinding[] = [];
    if (!PASCAL.test(name) && !isIntrospective(name)) {
      faults.push({
        key: `type-name ${name}`,
        text: `the type ${name} is not in PascalCase`,
        line: lineOf(type.name),
      });
    }
    if ('values' in type) {
      const odd = (type.values ?? []).filter((value) => !UPPER.test(value.name.value));
      faults.push(
        ...odd.map((value) => ({
          key: `enum-value ${name}.${value.name.value}`,
          text: `the value ${value.name.value} of ${name} is not in UPPER_CASE`,
          line: lineOf(value),
        })),
      );
    }
    return faults;
  });
}

/** Camel case, unless most names of several words are in snake case. */
function fieldNameFaults({ objects, inputs, lineOf }: SchemaSyntax): SpecFinding[] {
  const named = [
    ...objects.flatMap(({ name, fields }) =>
      fields.flatMap((field) => [
        { owner: name, node: field },
        ...(field.arguments ?? []).map((node) => ({ owner: `${name}.${field.name.value}`, node })),
      ]),
    ),
    ...inputs.flatMap(({ name, fields }) => fields.map((node) => ({ owner: name, node }))),
  ].filter(({ node }) => !isIntrospective(node.name.value));
  const several = named.filter(({ node }) => wordsOf(node.name.value).length > 1);
  const snake = several.filter(({ node }) => /^[a-z0-9]+(?:_[a-z0-9]+)+$/.test(node.name.value));
  if (snake.length > 3 && snake.length * 2 > several.length) return [];
  return named
    .filter(({ node }) => !CAMEL.test(node.name.value))
    .map(({ owner, node }) => ({
      key: `field-name ${owner}.${node.name.value}`,
      text: `${owner}.${node.name.value} is not in camelCase`,
      line: lineOf(node.name),
    }));
}

function rootFaults({ objects, roots, lineOf }: SchemaSyntax): SpecFinding[] {
  return (['query', 'mutation', 'subscription'] as const).flatMap((kind) => {
    const fields = objects.find(({ name }) => name === roots[kind])?.fields ?? [];
    return fields
      .filter(({ name }) => PREFIXES[kind].test(name.value) || SUFFIX[kind].test(name.value))
      .map(({ name }) => ({
        key: `root-field-name ${roots[kind]}.${name.value}`,
        text: `${roots[kind]}.${name.value} says in its name that it is a ${kind}; name what it is about`,
        line: lineOf(name),
      }));
  });
}

/** Relay itself leaves the entries of these nullable. */
const RELAY_LISTS = new Set(['edges', 'nodes', '_entities']);

function nullabilityFaults({ objects, lineOf }: SchemaSyntax): SpecFinding[] {
  return objects.flatMap(({ name, fields }) =>
    fields
      .filter((field) => !RELAY_LISTS.has(field.name.value) && unwrapType(field.type).hasNullableEntries)
      .map((field) => ({
        key: `nullable-entries ${name}.${field.name.value}`,
        text: `${name}.${field.name.value} is a list whose entries may be null; write [${unwrapType(field.type).name}!]`,
        line: lineOf(field.name),
      })),
  );
}

function idFaults({ objects, lineOf }: SchemaSyntax): SpecFinding[] {
  return objects.flatMap(({ name, fields }) =>
    fields
      .filter(
        (field) =>
          field.name.value === 'id' && ['Int', 'Float', 'String'].includes(unwrapType(field.type).name),
      )
      .map((field) => ({
        key: `id-type ${name}`,
        text: `${name}.id is of type ${unwrapType(field.type).name}; ids are of type ID`,
        line: lineOf(field.name),
      })),
  );
}

function connectionFaults({ objects, lineOf }: SchemaSyntax): SpecFinding[] {
  const missing = (
    name: string,
    owned: readonly string[],
    wanted: readonly string[],
    node: Parameters<typeof lineOf>[0],
  ): SpecFinding[] =>
    wanted
      .filter((field) => !owned.includes(field))
      .map((field) => ({
        key: `connection ${name}.${field}`,
        text: `${name} has no field \`${field}\``,
        line: lineOf(node),
      }));
  return objects.flatMap(({ name, fields }) => {
    const owned = fields.map((field) => field.name.value);
    const [first] = fields;
    if (first === undefined) return [];
    if (name === 'PageInfo') return missing(name, owned, ['hasNextPage', 'endCursor'], first);
    if (!/[a-z]Connection$/.test(name)) return [];
    const faults = missing(name, owned, ['pageInfo'], first);
    return owned.includes('edges') || owned.includes('nodes')
      ? faults
      : [...faults, ...missing(name, owned, ['edges'], first)];
  });
}

function deprecationFaults({ objects, lineOf }: SchemaSyntax): SpecFinding[] {
  return objects.flatMap(({ name, fields }) =>
    fields
      .filter((field) =>
        (field.directives ?? []).some(
          (directive) => directive.name.value === 'deprecated' && (directive.arguments ?? []).length === 0,
        ),
      )
      .map((field) => ({
        key: `deprecation-reason ${name}.${field.name.value}`,
        text: `${name}.${field.name.value} is deprecated without a reason`,
        line: lineOf(field.name),
      })),
  );
}
