// Needs nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE, createApp, product } from '../support/app.js';

const PAGE = `query ($first: Int!, $after: String) {
  products(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } }
}`;

test('pages follow one another until there is no next', async () => {
  const names = ['d', 'b', 'b', 'e', 'a'];
  const { ask } = await createApp({
    catalogue: { ...CATALOGUE, products: names.map((name, index) => product(`p-${index}`, name, 'tea', 1)) },
  });
  const seen = [];
  let after = null;
  for (;;) {
    const { data } = await ask(PAGE, { first: 2, after });
    seen.push(data.products.edges.map(({ node }) => node.id));
    after = data.products.pageInfo.endCursor;
    if (!data.products.pageInfo.hasNextPage) break;
  }
  assert.deepEqual(seen, [['p-4', 'p-1'], ['p-2', 'p-0'], ['p-3']]);
});

test('a page behind the end is empty and has no cursor', async () => {
  const { ask } = await createApp();
  const { data } = await ask(PAGE, { first: 100 });
  const { endCursor } = data.products.pageInfo;
  const behind = await ask(PAGE, { first: 1, after: endCursor });
  assert.deepEqual(behind.data.products, { edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
});

for (const variables of [
  { first: 0 },
  { first: 101 },
  { first: -1 },
  { first: 1, after: 'no cursor' },
  { first: 1, after: '' },
]) {
  test(`${JSON.stringify(variables)} is refused`, async () => {
    const { ask } = await createApp();
    const { data, errors } = await ask(PAGE, variables);
    assert.equal(data, null);
    assert.equal(errors[0].extensions.code, 'BAD_INPUT');
  });
}
