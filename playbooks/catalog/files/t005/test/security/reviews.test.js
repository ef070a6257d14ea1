// Needs nothing. Looks at the service as a caller does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, getIntrospectionQuery } from 'graphql';
import { createApp, tokenFor } from '../support/app.js';

const SDL = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const ADD =
  'mutation Add($input: AddReviewInput!) { addReview(input: $input) { review { id } errors { code } } }';
const REMOVE =
  'mutation Remove($id: ID!) { removeReview(input: { reviewId: $id }) { removedReviewId errors { code } } }';
const EVERYTHING = `query All {
  products(first: 10) {
    edges { node { id rating { average count } reviews(first: 10) {
      edges { cursor node { id stars text authorName writtenAt isMine product { id } } }
      pageInfo { endCursor }
    } } }
  }
}`;

const write = (fields) => ({ input: { productId: 'p-1', stars: 3, text: 'Fine.', ...fields } });

test('no input of a mutation names an author, so nobody writes in another name', () => {
  const fields = Object.values(buildSchema(SDL).getTypeMap())
    .filter((type) => type.name.endsWith('Input'))
    .flatMap((type) => Object.keys(type.getFields()));
  assert.deepEqual(
    fields.filter((name) => /customer|author|user|viewer|owner/i.test(name)),
    [],
  );
});

test("a customer's id is in no answer and in no line of the log, nor is a token or a text", async () => {
  const { ask, lines } = await createApp();
  const token = await tokenFor('customer-4711', { name: 'Ada' });
  const answers = [
    await ask(ADD, write({ text: 'a text nobody logs' }), token),
    await ask(ADD, write({ text: 'a text nobody logs' }), token),
    await ask(EVERYTHING, {}, token),
    await ask(REMOVE, { id: 'nonsense' }, token),
  ];
  assert.match(JSON.stringify(answers), /a text nobody logs/);
  assert.doesNotMatch(JSON.stringify(answers), /customer-4711/);
  assert.equal(lines.length, 4);
  assert.doesNotMatch(lines.join(''), /customer-4711|nobody logs|Ada/);
  assert.equal(lines.join('').includes(token), false);
});

test('somebody else’s review survives whoever may not remove it', async () => {
  const { ask } = await createApp();
  const { data } = await ask(ADD, write(), await tokenFor('author'));
  const { id } = data.addReview.review;
  const codes = [];
  for (const token of [
    undefined,
    await tokenFor('other'),
    await tokenFor('other', { roles: ['customer', 'staff '] }),
  ]) {
    codes.push((await ask(REMOVE, { id }, token)).errors[0].extensions.code);
  }
  assert.deepEqual(codes, ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN']);
  const seen = await ask(EVERYTHING);
  assert.match(JSON.stringify(seen), new RegExp(id));
});

test('what one caller is told is not told to the next', async () => {
  const { ask } = await createApp();
  const author = await tokenFor('author');
  await ask(ADD, write(), author);
  const mine = async (token) =>
    (await ask(EVERYTHING, {}, token)).data.products.edges
      .flatMap(({ node }) => node.reviews.edges)
      .map(({ node }) => node.isMine);
  const told = await Promise.all([mine(author), mine(undefined), mine(await tokenFor('other'))]);
  assert.deepEqual(told, [[true], [false], [false]]);
});

test('markup comes back as it was written, and as JSON', async () => {
  const { ask, send } = await createApp();
  const text = '<script>alert("1")</script> \u2028 ‮';
  await ask(ADD, write({ text }), await tokenFor('author', { name: '<img src=x>' }));
  const response = await send({ json: { query: EVERYTHING } });
  assert.match(response.headers['content-type'], /^application\/json/);
  assert.equal(response.headers['x-content-type-options'], 'nosniff');
  assert.match(response.body, /<script>alert\(\\"1\\"\)<\/script>/);
});

test('a document does not carry fifty mutations past the limit on requests', async () => {
  const { ask, calls } = await createApp();
  const one = (index) =>
    `m${index}: addReview(input: { productId: "p-${index}", stars: 1, text: "x" }) { errors { code } }`;
  const document = `mutation { ${Array.from({ length: 50 }, (_, index) => one(index)).join(' ')} }`;
  const { data, errors } = await ask(document, {}, await tokenFor('author'));
  assert.equal(data, undefined);
  assert.equal(errors[0].extensions.code, 'QUERY_TOO_COSTLY');
  assert.deepEqual(calls, []);
});

test('a document does not go round between products and reviews for long', async () => {
  const { ask, calls } = await createApp();
  const levels = 20;
  const open = 'reviews(first: 100) { edges { node { product { ';
  const deep = `{ product(id: "p-1") { ${open.repeat(levels)} id ${'} } } } '.repeat(levels)} } }`;
  const wide = `{ products(first: 100) { edges { node { ${open} id } } } } } } } }`;
  const codes = [];
  for (const document of [deep, wide])
    codes.push((await ask(document)).errors.map(({ extensions }) => extensions.code));
  assert.deepEqual(codes, [['QUERY_TOO_DEEP', 'QUERY_TOO_COSTLY'], ['QUERY_TOO_COSTLY']]);
  assert.deepEqual(calls, []);
});

test('introspection is answered once, and not nested in itself', async () => {
  const { ask } = await createApp();
  assert.equal((await ask(getIntrospectionQuery())).errors, undefined);
  const nested = `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} } '.repeat(8)} } } }`;
  const { errors } = await ask(nested);
  assert.match(errors[0].message, /introspection depth/i);
});
