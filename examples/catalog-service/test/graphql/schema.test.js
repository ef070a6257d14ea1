// Needs nothing. What schema.graphql, operations/ and the examples in documents must keep to.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  validate,
} from 'graphql';
import { loadSchema } from '../../src/graphql/schema.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const schema = buildSchema(readFileSync(`${ROOT}schema.graphql`, 'utf8'));
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const fields = types
  .filter((type) => isObjectType(type) || isInputObjectType(type))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ at: `${type.name}.${field.name}`, type, field })),
  );

test('every type, field, argument and value of the schema has a description', () => {
  const parts = [
    ...types.map((type) => [type.name, type]),
    ...fields.map(({ at, field }) => [at, field]),
    ...fields.flatMap(({ at, field }) => (field.args ?? []).map((arg) => [`${at}(${arg.name}:)`, arg])),
    ...types
      .filter(isEnumType)
      .flatMap((type) => type.getValues().map((value) => [`${type.name}.${value.name}`, value])),
  ];
  const bare = parts
    .filter(([, part]) => !part.description?.trim())
    .map(([name]) => `${name} has no description`);
  assert.deepEqual(bare, []);
});

test('every list is a page of a connection, or the errors of a payload', () => {
  const lists = fields.filter(({ field }) => isListType(getNullableType(field.type)));
  const free = lists.filter(
    ({ type, field }) =>
      !(field.name === 'edges' && type.name.endsWith('Connection')) &&
      !(field.name === 'errors' && type.name.endsWith('Payload')) &&
      type.name !== 'UserError',
  );
  assert.deepEqual(
    free.map(({ at }) => `${at} is a list without a limit`),
    [],
  );
});

test('every connection takes first and after', () => {
  const connections = fields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
  assert.notEqual(connections.length, 0);
  for (const { at, field } of connections) {
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, String(arg.type)]));
    assert.equal(args.first, 'Int!', `${at} takes first`);
    assert.equal(args.after, 'String', `${at} takes after`);
  }
});

test('every mutation takes one input and answers a payload with errors', () => {
  for (const field of Object.values(schema.getMutationType().getFields())) {
    const name = field.name[0].toUpperCase() + field.name.slice(1);
    assert.deepEqual(
      field.args.map((arg) => `${arg.name}: ${arg.type}`),
      [`input: ${name}Input!`],
    );
    assert.equal(String(field.type), `${name}Payload!`);
    assert.equal(String(schema.getType(`${name}Payload`).getFields().errors.type), '[UserError!]!');
  }
});

test('every operation in operations/ fits the schema', () => {
  const operations = readdirSync(`${ROOT}operations`).map((name) => [
    `operations/${name}`,
    readFileSync(`${ROOT}operations/${name}`, 'utf8'),
  ]);
  assert.deepEqual(operations.flatMap(faultsOf), []);
});

test('every example in README.md and docs/ fits the schema', () => {
  const documents = [
    'README.md',
    ...readdirSync(`${ROOT}docs`, { recursive: true }).map((name) => `docs/${name}`),
  ];
  const examples = documents
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readFileSync(ROOT + path, 'utf8').matchAll(/^```graphql\n(.*?)^```/gms)].map(([, text]) => [
        path,
        text,
      ]),
    );
  assert.notEqual(examples.length, 0);
  assert.deepEqual(examples.flatMap(faultsOf), []);
});

test('the resolvers fit the schema', () => {
  assert.doesNotThrow(loadSchema);
});

function faultsOf([name, text]) {
  return validate(schema, parse(text)).map((error) => `${name}: ${error.message}`);
}
