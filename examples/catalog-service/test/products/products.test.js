// Needs nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CATALOGUE, createApp, product, tokenFor } from '../support/app.js';

const operation = (name) =>
  readFileSync(new URL(`../../operations/${name}.graphql`, import.meta.url), 'utf8');
const LIST = operation('product-list');
const CHANGE = operation('change-price');

test('products are listed by name, with their category', async () => {
  const { ask } = await createApp();
  const { data, errors } = await ask(LIST, { first: 2 });
  assert.equal(errors, undefined);
  assert.deepEqual(
    data.products.edges.map(({ node }) => [node.name, node.category.name, node.price]),
    [
      ['Earl Grey', 'Tea', { cents: 690, currency: 'EUR' }],
      ['Sencha', 'Tea', { cents: 890, currency: 'EUR' }],
    ],
  );
});

test('products of one category, and of one that does not exist', async () => {
  const { ask } = await createApp();
  const ids = async (categoryId) =>
    (await ask(LIST, { first: 10, categoryId })).data.products.edges.map(({ node }) => node.id);
  assert.deepEqual(await ids('cups'), ['p-3']);
  assert.deepEqual(await ids('socks'), []);
});

test('a product is found by its id, and null stands for none', async () => {
  const { ask } = await createApp();
  const { data } = await ask('{ there: product(id: "p-3") { name } none: product(id: "p-9") { name } }');
  assert.deepEqual(data, { there: { name: 'Small cup' }, none: null });
});

test('categories are listed by name', async () => {
  const { ask } = await createApp();
  const { data } = await ask('{ categories { edges { node { name } } } }');
  assert.deepEqual(
    data.categories.edges.map(({ node }) => node.name),
    ['Cups', 'Tea'],
  );
});

test('a list takes two reads however many products it has', async () => {
  const many = Array.from({ length: 90 }, (_, index) =>
    product(`p-${index}`, `P${index}`, index % 2 ? 'tea' : 'cups', 1),
  );
  for (const products of [many.slice(0, 3), many]) {
    const { ask, calls } = await createApp({ catalogue: { ...CATALOGUE, products } });
    const { data } = await ask(LIST, { first: 100 });
    assert.equal(data.products.edges.length, products.length);
    assert.deepEqual(calls, ['products.list', 'categories.findMany']);
  }
});

test('staff change a price, and everybody sees it', async () => {
  const { ask } = await createApp();
  const { data } = await ask(
    CHANGE,
    { input: { productId: 'p-1', cents: 950 } },
    await tokenFor('s', { roles: ['staff'] }),
  );
  assert.deepEqual(data.changePrice.errors, []);
  assert.equal(data.changePrice.product.price.cents, 950);
  assert.match(data.changePrice.product.priceChangedAt, /^\d{4}-\d\d-\d\dT.*Z$/);
  const seen = await ask('{ product(id: "p-1") { price { cents } } }');
  assert.equal(seen.data.product.price.cents, 950);
});

for (const [input, error] of [
  [
    { productId: 'p-9', cents: 1 },
    { code: 'NOT_FOUND', path: ['productId'] },
  ],
  [
    { productId: 'p-1', cents: -1 },
    { code: 'OUT_OF_RANGE', path: ['cents'] },
  ],
  [
    { productId: 'p-1', cents: 100_000_001 },
    { code: 'OUT_OF_RANGE', path: ['cents'] },
  ],
]) {
  test(`the price ${JSON.stringify(input)} is refused with ${error.code}`, async () => {
    const { ask } = await createApp();
    const { data } = await ask(CHANGE, { input }, await tokenFor('s', { roles: ['staff'] }));
    assert.equal(data.changePrice.product, null);
    assert.deepEqual(
      data.changePrice.errors.map(({ code, path }) => ({ code, path })),
      [error],
    );
  });
}

test('a price is refused to strangers and to customers', async () => {
  const { ask } = await createApp();
  const input = { productId: 'p-1', cents: 1 };
  const codes = [await ask(CHANGE, { input }), await ask(CHANGE, { input }, await tokenFor('c'))].map(
    ({ errors }) => errors[0].extensions.code,
  );
  assert.deepEqual(codes, ['UNAUTHENTICATED', 'FORBIDDEN']);
  const { data } = await ask('{ product(id: "p-1") { price { cents } priceChangedAt } }');
  assert.deepEqual(data.product, { price: { cents: 890 }, priceChangedAt: null });
});
