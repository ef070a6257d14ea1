import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { MockScript } from '../mock-server';

/** A type as a mock needs it; built-in introspection types are left out. */
type MockType =
  | { readonly kind: 'scalar'; readonly value: unknown }
  | {
      readonly kind: 'object';
      readonly fields: Readonly<Record<string, MockField>>;
      readonly of: readonly string[];
    }
  | { readonly kind: 'abstract'; readonly types: readonly string[] };

interface MockField {
  readonly type: string;
  /** How many lists are around it. */
  readonly lists: number;
}

/** Answers queries and mutations with one sample of every type asked for; lists have one entry. */
export async function graphqlMock(schema: GraphQLSchema): Promise<MockScript> {
  const { isAbstractType, isEnumType, isInterfaceType, isObjectType, isScalarType } = await import('graphql');
  const typeOf = (type: GraphQLNamedType): MockType | null => {
    if (isScalarType(type)) return { kind: 'scalar', value: SCALARS[type.name] ?? sampleOfName(type.name) };
    if (isEnumType(type)) return { kind: 'scalar', value: type.getValues()[0]?.name ?? null };
    if (isAbstractType(type)) {
      const types = schema.getPossibleTypes(type).map(({ name }) => name);
      return { kind: 'abstract', types: [...types].sort() };
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return null;
    const fields = Object.values(type.getFields()).map((field): [string, MockField] => [
      field.name,
      { type: namedOf(field.type.toString()), lists: listsOf(field.type.toString()) },
    ]);
    return {
      kind: 'object',
      fields: Object.fromEntries(fields),
      of: type.getInterfaces().map(({ name }) => name),
    };
  };
  const types = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((type): [string, MockType][] => {
      const row = typeOf(type);
      return row === null ? [] : [[type.name, row]];
    });
  return {
    code: CODE,
    data: {
      query: schema.getQueryType()?.name ?? null,
      mutation: schema.getMutationType()?.name ?? null,
      types: Object.fromEntries(types),
    },
  };
}

const SCALARS: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1.5,
  Boolean: true,
  String: 'text',
  ID: '1',
};

function sampleOfName(name: string): unknown {
  if (/date-?time|timestamp|instant/i.test(name)) return '2026-01-15T10:00:00Z';
  if (/date/i.test(name)) return '2026-01-15';
  if (/json|object/i.test(name)) return {};
  if (/int|long|big|decimal|number/i.test(name)) return 1;
  if (/ur[il]/i.test(name)) return 'https://example.com/';
  return 'text';
}

const namedOf = (type: string): string => type.replace(/[[\]!]/g, '');
const listsOf = (type: string): number => type.split('[').length - 1;

const CODE = String.raw`
// As much of the query language as picking fields takes: fields, aliases, arguments (skipped), fragments.
function parse(text) {
  const tokens = text.match(/"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?[0-9][0-9.eE+-]*|[{}()\[\]:!$=@|&]/g) ?? [];
  let at = 0;
  const peek = () => tokens[at];
  const take = (wanted) => {
    const token = tokens[at];
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      throw new Error('The document cannot be read' + (wanted === undefined ? '.' : ': ' + wanted + ' is missing.'));
    }
    at += 1;
    return token;
  };
  const skipGroup = () => {
    let depth = 0;
    do {
      const token = take();
      if ('({['.includes(token)) depth += 1;
      if (')}]'.includes(token)) depth -= 1;
    } while (depth > 0);
  };
  const skipDirectives = () => {
    while (peek() === '@') {
      take('@');
      take();
      if (peek() === '(') skipGroup();
    }
  };
  const selection = () => {
    const fields = [];
    take('{');
    while (peek() !== '}') {
      if (peek() === '...') {
        take('...');
        let on = null;
        if (peek() === 'on') {
          take('on');
          on = take();
        } else if (peek() !== '{' && peek() !== '@') {
          fields.push({ spread: take() });
          skipDirectives();
          continue;
        }
        skipDirectives();
        fields.push({ on, inside: selection() });
        continue;
      }
      let name = take();
      let alias = name;
      if (peek() === ':') {
        take(':');
        name = take();
      }
      if (peek() === '(') skipGroup();
      skipDirectives();
      fields.push({ alias, name, inside: peek() === '{' ? selection() : null });
    }
    take('}');
    return fields;
  };
  const document = { operations: [], fragments: {} };
  while (at < tokens.length) {
    if (peek() === '{') {
      document.operations.push({ kind: 'query', name: null, inside: selection() });
      continue;
    }
    const kind = take();
    if (kind === 'fragment') {
      const name = take();
      take('on');
      const on = take();
      skipDirectives();
      document.fragments[name] = { on, inside: selection() };
      continue;
    }
    const name = /^[_A-Za-z]/.test(peek() ?? '') ? take() : null;
    if (peek() === '(') skipGroup();
    skipDirectives();
    document.operations.push({ kind, name, inside: selection() });
  }
  return document;
}

const MOST_DEPTH = 30;

function pick(typeName, fields, document, depth) {
  let name = typeName;
  if (CONTRACT.types[name]?.kind === 'abstract') {
    const wanted = fields.map((field) => field.on ?? document.fragments[field.spread]?.on).find((on) => CONTRACT.types[name].types.includes(on));
    name = wanted ?? CONTRACT.types[name].types[0];
  }
  const type = CONTRACT.types[name];
  if (type === undefined || type.kind !== 'object') throw new Error('The contract has no fields in ' + typeName + '.');
  if (depth > MOST_DEPTH) throw new Error('The document is nested too deep.');
  const result = {};
  for (const field of fields) {
    if (field.name !== undefined) {
      if (field.name === '__typename') {
        result[field.alias] = name;
        continue;
      }
      if (!Object.hasOwn(type.fields, field.name)) throw new Error('Cannot query field "' + field.name + '" on type "' + name + '".');
      const { type: inner, lists } = type.fields[field.name];
      const scalar = CONTRACT.types[inner]?.kind === 'scalar';
      if (scalar !== (field.inside === null)) throw new Error('Field "' + field.name + '" of "' + name + '" ' + (scalar ? 'has no fields.' : 'needs a selection of fields.'));
      let value = scalar ? CONTRACT.types[inner].value : pick(inner, field.inside, document, depth + 1);
      for (let wrapped = 0; wrapped < lists; wrapped += 1) value = [value];
      result[field.alias] = value;
      continue;
    }
    const part = field.spread === undefined ? field : document.fragments[field.spread];
    if (part === undefined) throw new Error('There is no fragment ' + field.spread + '.');
    if (part.on === null || part.on === name || type.of.includes(part.on) || CONTRACT.types[part.on]?.types?.includes(name)) {
      Object.assign(result, pick(name, part.inside, document, depth + 1));
    }
  }
  return result;
}

function answer({ method, body }) {
  if (method === 'OPTIONS') return { status: 204, headers: {}, body: null };
  if (method !== 'POST') return problem(405, 'GraphQL documents are sent with POST.');
  const { query, operationName } = JSON.parse(body);
  const headers = { 'content-type': 'application/json' };
  try {
    const document = parse(String(query));
    const operation = operationName === undefined || operationName === null ? document.operations[0] : document.operations.find(({ name }) => name === operationName);
    const root = operation === undefined ? null : CONTRACT[operation.kind];
    if (root === null || root === undefined) throw new Error('The contract has no such operation.');
    return { status: 200, headers, body: JSON.stringify({ data: pick(root, operation.inside, document, 0) }) };
  } catch (error) {
    return { status: 200, headers, body: JSON.stringify({ errors: [{ message: error.message }] }) };
  }
}
`;
