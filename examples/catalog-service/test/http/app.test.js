// Needs nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpRefusal } from '../../src/app.js';
import { createApp, tokenFor } from '../support/app.js';

const QUERY = { json: { query: 'query Ping { __typename }' } };
const codeOf = (response) => JSON.parse(response.body).errors[0].extensions.code;

test('health is answered without a limit', async () => {
  const { send } = await createApp({ env: { RATE_LIMIT_MAX: '1' } });
  for (let n = 0; n < 3; n += 1) {
    const { status, body } = await send({ method: 'GET', url: '/health' });
    assert.deepEqual([status, body], [200, '{"status":"ok"}']);
  }
});

test('other paths are 404', async () => {
  const { send } = await createApp();
  const response = await send({ method: 'GET', url: '/' });
  assert.equal(response.status, 404);
  assert.equal(codeOf(response), 'NOT_FOUND');
});

test('a client address that asks too often gets 429, another one does not', async () => {
  const { send } = await createApp({ env: { RATE_LIMIT_MAX: '2' } });
  const statuses = [];
  for (let n = 0; n < 3; n += 1) statuses.push((await send(QUERY)).status);
  assert.deepEqual(statuses, [200, 200, 429]);
  const refused = await send(QUERY);
  assert.equal(codeOf(refused), 'TOO_MANY_REQUESTS');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.equal((await send({ ...QUERY, address: '192.0.2.2' })).status, 200);
});

test('a mutation is not let in by GET', async () => {
  const { send } = await createApp();
  const query = 'mutation { changePrice(input: { productId: "p-1", cents: 1 }) { errors { code } } }';
  const { status } = await send({ method: 'GET', url: `/graphql?query=${encodeURIComponent(query)}` });
  assert.equal(status, 405);
});

test('forms and other methods are refused, so that no page of another site can post', async () => {
  const { send } = await createApp();
  const form = await send({ headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal(form.status, 415);
  assert.equal((await send({ method: 'DELETE' })).status, 405);
  assert.equal(
    (await send({ ...QUERY, headers: { origin: 'https://evil.example' } })).headers[
      'access-control-allow-origin'
    ],
    undefined,
  );
});

test('what is no request, no GraphQL or not in the schema is told with a code', async () => {
  const { send } = await createApp();
  for (const request of [
    { body: () => Promise.resolve('{') },
    { json: {} },
    { json: { query: '{' } },
    { json: { query: '{ secrets }' } },
  ]) {
    assert.equal(codeOf(await send(request)), 'BAD_REQUEST');
  }
});

test('a document of too many tokens is not parsed', async () => {
  const { send } = await createApp();
  const response = await send({ json: { query: `{ ${'__typename '.repeat(2_000)} }` } });
  assert.match(JSON.parse(response.body).errors[0].message, /2000/);
});

test('a body that is too large is refused as such', async () => {
  const { send } = await createApp();
  const body = () => Promise.reject(new HttpRefusal(413, 'TOO_LARGE', 'Too large.'));
  assert.equal((await send({ body })).status, 413);
});

test('an error of the inside is masked for the caller and logged with the request', async () => {
  const journal = {
    read: () => Promise.resolve([]),
    append: () => Promise.reject(new Error('disk full at /var/secret')),
    close: () => Promise.resolve(),
  };
  const { ask, lines } = await createApp({ journal });
  const { data, errors } = await ask(
    'mutation { changePrice(input: { productId: "p-1", cents: 1 }) { errors { code } } }',
    {},
    await tokenFor('s', { roles: ['staff'] }),
  );
  assert.equal(data, null);
  assert.deepEqual(errors[0].extensions, { code: 'INTERNAL' });
  assert.doesNotMatch(JSON.stringify(errors), /disk full|secret/);
  const [failure, request] = lines.map((line) => JSON.parse(line));
  assert.equal(failure.error.message, 'disk full at /var/secret');
  assert.equal(failure.requestId, request.requestId);
});

test("a request is one line of the log, with the caller's id when that is harmless", async () => {
  const { send, lines } = await createApp();
  const response = await send({
    ...QUERY,
    url: '/graphql?x=secret',
    headers: { 'x-request-id': 'abc-12345' },
  });
  await send({ ...QUERY, headers: { 'x-request-id': 'a\nb' } });
  assert.equal(response.headers['x-request-id'], 'abc-12345');
  const [first, second] = lines.map((line) => JSON.parse(line));
  const { requestId, method, path, operation, status } = first;
  assert.deepEqual(
    { requestId, method, path, operation, status },
    {
      requestId: 'abc-12345',
      method: 'POST',
      path: '/graphql',
      operation: 'Ping',
      status: 200,
    },
  );
  assert.match(second.requestId, /^[0-9a-f-]{36}$/);
  assert.doesNotMatch(lines.join(''), /secret/);
});
