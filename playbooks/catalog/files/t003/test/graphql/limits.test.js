// Needs nothing.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { getIntrospectionQuery, parse, validate } from 'graphql';
import { rules } from '../../src/graphql/rules.js';
import { loadSchema } from '../../src/graphql/schema.js';
import { createApp, testConfig } from '../support/app.js';

const OPERATIONS = new URL('../../operations/', import.meta.url);
const schema = loadSchema();

function faultsOf(text, { variables = {}, env } = {}) {
  const made = rules.map((makeRule) => makeRule({ config: testConfig(env), variables }));
  return validate(schema, parse(text), made).map(
    ({ message, extensions }) => `${extensions.code}: ${message}`,
  );
}

/** From a product to its reviews to their product, and so on. */
const nested = (levels) =>
  `{ product(id: "p-1") ${'{ reviews(first: 1) { edges { node { product '.repeat(levels)}{ id }${' } } } }'.repeat(levels)} }`;

test('every operation of clients is within the limits with pages of 20', () => {
  for (const name of readdirSync(OPERATIONS)) {
    const text = readFileSync(new URL(name, OPERATIONS), 'utf8');
    assert.deepEqual(faultsOf(text, { variables: { id: 'p', first: 20, input: {} } }), [], name);
  }
});

test('a document may be as deep as configured, and not one level more', () => {
  assert.deepEqual(faultsOf(nested(2), { env: { QUERY_MAX_DEPTH: '10' } }), []);
  assert.deepEqual(faultsOf(nested(2), { env: { QUERY_MAX_DEPTH: '9' } }), [
    'QUERY_TOO_DEEP: This document is 10 levels deep, and 9 is the most.',
  ]);
});

test('depth is seen through fragments', () => {
  const text = `
    query { product(id: "p-1") { ...a } }
    fragment a on Product { reviews { edges { node { ... on Review { product { ...b } } } } } }
    fragment b on Product { reviews { edges { node { id } } } }`;
  assert.deepEqual(faultsOf(text, { env: { QUERY_MAX_DEPTH: '8' } }), [
    'QUERY_TOO_DEEP: This document is 9 levels deep, and 8 is the most.',
  ]);
});

test('a fragment counts wherever it stands', () => {
  const fragment = 'fragment f on Product { reviews(first: 5) { edges { node { id } } } }';
  const twice = `{ product(id: "p-1") { ...f reviews(first: 1) { edges { node { product { ...f } } } } } } ${fragment}`;
  assert.deepEqual(faultsOf(twice, { env: { QUERY_MAX_DEPTH: '8', QUERY_MAX_COST: '18' } }), [
    'QUERY_TOO_DEEP: This document is 9 levels deep, and 8 is the most.',
    'QUERY_TOO_COSTLY: This document costs 19, and 18 is the most; ask for shorter pages or fewer lists.',
  ]);
});

test('pages within pages multiply, also when their length is a variable or the default', () => {
  const text = `query ($first: Int! = 100) {
    products(first: $first) { edges { node { reviews { edges { node { id } } } } } }
  }`;
  // 1 for the list, 1 for edges, then per product: itself, its list, its edges and ten reviews.
  assert.deepEqual(faultsOf(text, { env: { QUERY_MAX_COST: '1000' } }), [
    'QUERY_TOO_COSTLY: This document costs 1302, and 1000 is the most; ask for shorter pages or fewer lists.',
  ]);
  assert.deepEqual(faultsOf(text, { env: { QUERY_MAX_COST: '132' }, variables: { first: 10 } }), []);
  assert.equal(faultsOf(text, { env: { QUERY_MAX_COST: '131' }, variables: { first: 10 } }).length, 1);
});

test('aliases are counted one by one', () => {
  const list = 'products(first: 100) { edges { node { category { id } } } }';
  const many = Array.from({ length: 20 }, (_, index) => `a${index}: ${list}`).join(' ');
  assert.deepEqual(faultsOf(`{ ${list} }`), []);
  assert.match(faultsOf(`{ ${many} }`)[0], /^QUERY_TOO_COSTLY: This document costs 4040,/);
});

test('mutations in great number are refused', () => {
  const one = (index) =>
    `m${index}: addReview(input: { productId: "p-${index}", stars: 1, text: "x" }) { errors { code } }`;
  const document = (count) =>
    `mutation { ${Array.from({ length: count }, (_, index) => one(index)).join(' ')} }`;
  assert.deepEqual(faultsOf(document(10)), []);
  assert.match(faultsOf(document(40))[0], /^QUERY_TOO_COSTLY/);
});

test('fragments that double one another are measured quickly, and those in a circle at all', () => {
  const doubling = Array.from(
    { length: 30 },
    (_, index) =>
      `fragment f${index} on Product { a: reviews { edges { node { product { ...f${index + 1} } } } } b: reviews { edges { node { product { ...f${index + 1} } } } } }`,
  ).join('\n');
  const text = `{ product(id: "p") { ...f0 } } ${doubling} fragment f30 on Product { id }`;
  assert.deepEqual(
    faultsOf(text).map((fault) => fault.split(':', 1)[0]),
    ['QUERY_TOO_DEEP', 'QUERY_TOO_COSTLY'],
  );
  faultsOf(
    '{ product(id: "p") { ...f } } fragment f on Product { reviews { edges { node { product { ...f } } } } }',
  );
});

test('the usual introspection is let through', () => {
  assert.deepEqual(faultsOf(getIntrospectionQuery()), []);
});

test('what is refused is not executed', async () => {
  const { ask, calls } = await createApp({ env: { QUERY_MAX_COST: '3' } });
  const { data, errors } = await ask('{ products(first: 2) { edges { node { id } } } }');
  assert.equal(data, undefined);
  assert.equal(errors[0].extensions.code, 'QUERY_TOO_COSTLY');
  assert.deepEqual(calls, []);
  const within = await ask('{ products(first: 1) { edges { node { id } } } }');
  assert.equal(within.errors, undefined);
});

test('limits out of range are faults of the environment', () => {
  assert.throws(
    () => testConfig({ QUERY_MAX_DEPTH: '0', QUERY_MAX_COST: 'many' }),
    /QUERY_MAX_DEPTH.*QUERY_MAX_COST/,
  );
});
