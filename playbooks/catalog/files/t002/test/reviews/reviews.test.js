// Needs nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createApp, tokenFor } from '../support/app.js';

const operation = (name) =>
  readFileSync(new URL(`../../operations/${name}.graphql`, import.meta.url), 'utf8');
const PAGE = operation('product-page');
const ADD = operation('add-review');
const REMOVE = operation('remove-review');

const review = (fields) => ({ input: { productId: 'p-1', stars: 4, text: 'Good.', ...fields } });

async function addAs(ask, customer, fields) {
  const { data, errors } = await ask(
    ADD,
    review(fields),
    await tokenFor(customer, { name: `Name of ${customer}` }),
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data.addReview.errors, []);
  return data.addReview.review;
}

async function pageOf(ask, variables, token) {
  const { data, errors } = await ask(PAGE, { id: 'p-1', first: 10, ...variables }, token);
  assert.equal(errors, undefined);
  return data.product;
}

test('a product without reviews has no average', async () => {
  const { ask } = await createApp();
  const { rating, reviews } = await pageOf(ask);
  assert.deepEqual(rating, { average: null, count: 0 });
  assert.deepEqual(reviews, { totalCount: 0, edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
});

test('a customer writes a review, and everybody reads it', async () => {
  const { ask } = await createApp();
  const written = await addAs(ask, 'c-1', { stars: 5, text: '  Fresh & green. <b>Really</b>\n' });
  assert.deepEqual(written.product, { id: 'p-1', rating: { average: 5, count: 1 } });
  const { reviews } = await pageOf(ask);
  const { writtenAt, ...rest } = reviews.edges[0].node;
  assert.match(writtenAt, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.deepEqual(rest, {
    id: written.id,
    stars: 5,
    text: 'Fresh & green. <b>Really</b>',
    authorName: 'Name of c-1',
    isMine: false,
  });
});

test('the caller is told which review is theirs', async () => {
  const { ask } = await createApp();
  await addAs(ask, 'c-1');
  await addAs(ask, 'c-2');
  const { reviews } = await pageOf(ask, {}, await tokenFor('c-1'));
  assert.deepEqual(
    reviews.edges.map(({ node }) => node.isMine),
    [false, true],
  );
});

test('the average is the mean in hundredths', async () => {
  const { ask } = await createApp();
  for (const [customer, stars] of [
    ['a', 5],
    ['b', 4],
    ['c', 4],
  ])
    await addAs(ask, customer, { stars });
  assert.deepEqual((await pageOf(ask)).rating, { average: 4.33, count: 3 });
});

test('pages go from the newest to the oldest, and a new review does not shift them', async () => {
  const { ask } = await createApp();
  for (const customer of ['a', 'b', 'c', 'd', 'e']) await addAs(ask, customer, { text: customer });
  const seen = [];
  let after = null;
  for (;;) {
    const { reviews } = await pageOf(ask, { first: 2, after });
    seen.push(reviews.edges.map(({ node }) => node.text));
    if (seen.length === 1) await addAs(ask, 'f');
    after = reviews.pageInfo.endCursor;
    if (!reviews.pageInfo.hasNextPage) break;
  }
  assert.deepEqual(seen, [['e', 'd'], ['c', 'b'], ['a']]);
});

test('one removes a review of one’s own and may write another', async () => {
  const { ask } = await createApp();
  const { id } = await addAs(ask, 'c-1');
  const { data } = await ask(REMOVE, { input: { reviewId: id } }, await tokenFor('c-1'));
  assert.deepEqual(data.removeReview, {
    removedReviewId: id,
    product: { id: 'p-1', rating: { average: null, count: 0 } },
    errors: [],
  });
  await addAs(ask, 'c-1', { stars: 1 });
  assert.deepEqual((await pageOf(ask)).rating, { average: 1, count: 1 });
});

test('staff remove a review of anybody', async () => {
  const { ask } = await createApp();
  const { id } = await addAs(ask, 'c-1');
  const { data } = await ask(REMOVE, { input: { reviewId: id } }, await tokenFor('s', { roles: ['staff'] }));
  assert.equal(data.removeReview.removedReviewId, id);
});

test('a mutation sees what the ones before it in the same document did', async () => {
  const { ask } = await createApp();
  const token = await tokenFor('c-1', { roles: ['staff'] });
  const { id } = await addAs(ask, 'c-1');
  const { data } = await ask(
    `mutation ($id: ID!) {
      changePrice(input: { productId: "p-1", cents: 2 }) { product { rating { count } reviews { totalCount } } }
      removeReview(input: { reviewId: $id }) { product { rating { count } reviews { totalCount } } }
    }`,
    { id },
    token,
  );
  assert.deepEqual(data.changePrice.product, { rating: { count: 1 }, reviews: { totalCount: 1 } });
  assert.deepEqual(data.removeReview.product, { rating: { count: 0 }, reviews: { totalCount: 0 } });
});
