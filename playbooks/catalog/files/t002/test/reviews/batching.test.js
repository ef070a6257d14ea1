// Needs nothing. Counts calls of repositories; nothing is timed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CATALOGUE, createApp, product, tokenFor } from '../support/app.js';

const RATED = readFileSync(new URL('../../operations/rated-products.graphql', import.meta.url), 'utf8');
const ADD = `mutation ($input: AddReviewInput!) { addReview(input: $input) { errors { code } } }`;

async function createShop(size) {
  const products = Array.from({ length: size }, (_, index) =>
    product(`p-${index}`, `Product ${index}`, 'tea', 1),
  );
  const app = await createApp({ catalogue: { ...CATALOGUE, products } });
  for (const { id } of products) {
    for (const customer of ['a', 'b', 'c']) {
      await app.ask(ADD, { input: { productId: id, stars: 3, text: customer } }, await tokenFor(customer));
    }
  }
  app.calls.length = 0;
  return app;
}

test('a page of products with ratings and reviews takes the same reads however many products it has', async () => {
  for (const size of [2, 40]) {
    const { ask, calls } = await createShop(size);
    const { data, errors } = await ask(RATED, { first: 100 });
    assert.equal(errors, undefined);
    assert.equal(data.products.edges.length, size);
    for (const { node } of data.products.edges) {
      assert.deepEqual(node.rating, { average: 3, count: 3 });
      assert.deepEqual(
        node.reviews.edges.map((edge) => edge.node.text),
        ['c', 'b'],
      );
    }
    assert.deepEqual(calls.toSorted(), ['products.list', 'reviews.pages', 'reviews.ratings']);
  }
});

test('from reviews back to their products takes one read more, not one for each review', async () => {
  const { ask, calls } = await createShop(5);
  const { data } = await ask(
    '{ products(first: 5) { edges { node { reviews { edges { node { product { name category { name } } } } } } } } }',
  );
  assert.equal(data.products.edges[4].node.reviews.edges[0].node.product.name, 'Product 4');
  assert.deepEqual(calls, ['products.list', 'reviews.pages', 'products.findMany', 'categories.findMany']);
});

test('two aliases that ask for different pages each get their own', async () => {
  const { ask, calls } = await createShop(2);
  const { data } = await ask(`{
    products(first: 2) {
      edges { node {
        newest: reviews(first: 1) { edges { node { text } } }
        all: reviews(first: 3) { edges { node { text } } }
        same: reviews(first: 1) { totalCount }
      } }
    }
  }`);
  for (const { node } of data.products.edges) {
    assert.deepEqual(
      node.newest.edges.map((edge) => edge.node.text),
      ['c'],
    );
    assert.deepEqual(
      node.all.edges.map((edge) => edge.node.text),
      ['c', 'b', 'a'],
    );
    assert.equal(node.same.totalCount, 3);
  }
  assert.deepEqual(calls, ['products.list', 'reviews.pages', 'reviews.pages']);
});
