// Needs nothing. Counts reads and answers; nothing is timed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenFor } from '../support/app.js';
import { createShop, DOCUMENTS } from './shop.js';

for (const [name, { query, variables }] of Object.entries(DOCUMENTS)) {
  test(`${name}: the number of reads does not grow with the data`, async () => {
    const reads = [];
    for (const size of [
      { products: 5, reviewsEach: 2 },
      { products: 200, reviewsEach: 30 },
    ]) {
      const { ask, calls } = await createShop(size);
      const { errors } = await ask(query, variables, await tokenFor('measured'));
      assert.equal(errors, undefined);
      reads.push(calls.toSorted());
    }
    assert.deepEqual(reads[1], reads[0]);
    assert.ok(reads[0].length <= 4, reads[0].join(', '));
  });
}

test('the longest list that is let in answers as many objects as it costs, in two reads', async () => {
  const { ask, calls } = await createShop({ products: 100, reviewsEach: 30 });
  const query = (first) =>
    `{ products(first: 100) { edges { node { id reviews(first: ${first}) { edges { node { id } } } } } } }`;
  const { data } = await ask(query(26));
  const reviews = data.products.edges.flatMap(({ node }) => node.reviews.edges);
  assert.equal(reviews.length, 2_600);
  assert.deepEqual(calls, ['products.list', 'reviews.pages']);

  const refused = await ask(query(27));
  assert.match(refused.errors[0].message, /costs 3002, and 3000 is the most/);
});
