// Needs a temporary folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal } from '../../src/store/journal.js';
import { createApp, tokenFor } from '../support/app.js';

const operation = (name) =>
  readFileSync(new URL(`../../operations/${name}.graphql`, import.meta.url), 'utf8');
const ADD = operation('add-review');
const REMOVE = operation('remove-review');
const COUNT = '{ product(id: "p-1") { reviews { totalCount } } }';

const review = (fields) => ({ input: { productId: 'p-1', stars: 4, text: 'Good.', ...fields } });
const codes = (errors) => errors.map(({ code, path }) => `${path.join('.')}: ${code}`);

for (const [fields, expected] of [
  [{ productId: 'p-9' }, ['productId: NOT_FOUND']],
  [{ stars: 0 }, ['stars: OUT_OF_RANGE']],
  [{ stars: 6 }, ['stars: OUT_OF_RANGE']],
  [{ text: ' \n ' }, ['text: INVALID_TEXT']],
  [{ text: 'x'.repeat(2001) }, ['text: INVALID_TEXT']],
  [{ text: 'beep\u0007' }, ['text: INVALID_TEXT']],
  [{ stars: -1, text: '' }, ['stars: OUT_OF_RANGE', 'text: INVALID_TEXT']],
]) {
  test(`a review with ${JSON.stringify(fields).slice(0, 40)} is refused as ${expected.join(', ')}`, async () => {
    const { ask } = await createApp();
    const { data } = await ask(ADD, review(fields), await tokenFor('c-1'));
    assert.equal(data.addReview.review, null);
    assert.deepEqual(codes(data.addReview.errors), expected);
    assert.equal((await ask(COUNT)).data.product.reviews.totalCount, 0);
  });
}

test('2000 characters are let in, whatever they take in memory', async () => {
  const { ask } = await createApp();
  const { data } = await ask(ADD, review({ text: '🍵'.repeat(2000) }), await tokenFor('c-1'));
  assert.deepEqual(data.addReview.errors, []);
});

test('a customer reviews a product once, also when both requests come at the same moment', async () => {
  const { ask } = await createApp();
  const token = await tokenFor('c-1');
  const answers = await Promise.all([ask(ADD, review(), token), ask(ADD, review(), token)]);
  assert.deepEqual(
    answers.flatMap(({ data }) => codes(data.addReview.errors)),
    ['productId: ALREADY_REVIEWED'],
  );
  assert.equal((await ask(COUNT)).data.product.reviews.totalCount, 1);
});

test('strangers neither write nor remove', async () => {
  const { ask } = await createApp();
  for (const answer of [await ask(ADD, review()), await ask(REMOVE, { input: { reviewId: 'x' } })]) {
    assert.equal(answer.data, null);
    assert.equal(answer.errors[0].extensions.code, 'UNAUTHENTICATED');
  }
});

test('a customer does not remove what somebody else wrote', async () => {
  const { ask } = await createApp();
  const { data } = await ask(ADD, review(), await tokenFor('c-1'));
  const refused = await ask(REMOVE, { input: { reviewId: data.addReview.review.id } }, await tokenFor('c-2'));
  assert.equal(refused.errors[0].extensions.code, 'FORBIDDEN');
  assert.equal((await ask(COUNT)).data.product.reviews.totalCount, 1);
});

test('a review is removed once', async () => {
  const { ask } = await createApp();
  const token = await tokenFor('c-1');
  const { data } = await ask(ADD, review(), token);
  const input = { reviewId: data.addReview.review.id };
  const answers = await Promise.all([ask(REMOVE, { input }, token), ask(REMOVE, { input }, token)]);
  assert.deepEqual(
    answers.flatMap((answer) => codes(answer.data.removeReview.errors)),
    ['reviewId: NOT_FOUND'],
  );
});

test('a cursor of another list is refused', async () => {
  const { ask } = await createApp();
  const { data } = await ask('{ products(first: 1) { pageInfo { endCursor } } }');
  const query = 'query ($after: String) { product(id: "p-1") { reviews(after: $after) { totalCount } } }';
  const { errors } = await ask(query, { after: data.products.pageInfo.endCursor });
  assert.equal(errors[0].extensions.code, 'BAD_INPUT');
});

test('reviews, and that they were removed, are there after a restart', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'catalog-reviews-'));
  try {
    const path = join(dir, 'journal');
    const journal = await openJournal(path);
    const { ask } = await createApp({ journal });
    const { data } = await ask(ADD, review(), await tokenFor('c-1'));
    await ask(ADD, review({ stars: 2 }), await tokenFor('c-2'));
    await ask(REMOVE, { input: { reviewId: data.addReview.review.id } }, await tokenFor('c-1'));
    await journal.close();
    assert.equal((await readFile(path, 'utf8')).trim().split('\n').length, 3);

    const again = await openJournal(path);
    const restarted = await createApp({ journal: again });
    const { data: read } = await restarted.ask('{ product(id: "p-1") { rating { average count } } }');
    assert.deepEqual(read.product.rating, { average: 2, count: 1 });
    const next = await restarted.ask(ADD, review({ stars: 4 }), await tokenFor('c-1'));
    assert.deepEqual(next.data.addReview.errors, []);
    await again.close();
  } finally {
    await rm(dir, { recursive: true });
  }
});
