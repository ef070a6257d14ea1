// Needs nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { UnsecuredJWT } from 'jose';
import { createApp, tokenFor } from '../support/app.js';

const PAST = Math.floor(Date.now() / 1000) - 60;
const WRONG = {
  'of another secret': () => tokenFor('c', { secret: randomBytes(32).toString('base64') }),
  'of another algorithm': () => tokenFor('c', { alg: 'HS512' }),
  'that has expired': () => tokenFor('c', { claims: { exp: PAST } }),
  'of another issuer': () => tokenFor('c', { claims: { iss: 'someone' } }),
  'for another service': () => tokenFor('c', { claims: { aud: 'orders' } }),
  'without a subject': () => tokenFor(undefined, { name: 'c' }),
  'without a signature': () =>
    new UnsecuredJWT({ iss: 'accounts', aud: 'catalog', sub: 'c', exp: PAST + 600 }).encode(),
  'that is none': () => 'x',
};

for (const [kind, make] of Object.entries(WRONG)) {
  test(`a token ${kind} gets the same 401 as every other`, async () => {
    const { send } = await createApp();
    const authorization = `Bearer ${await make()}`;
    const response = await send({ json: { query: '{ __typename }' }, headers: { authorization } });
    assert.equal(response.status, 401);
    assert.equal(response.headers['www-authenticate'], 'Bearer');
    const message = 'Sign in first: this needs a valid access token.';
    assert.deepEqual(JSON.parse(response.body), {
      errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
}

test('another scheme than Bearer is refused, and no header is a stranger', async () => {
  const { send } = await createApp();
  const basic = await send({ json: { query: '{ __typename }' }, headers: { authorization: 'Basic eDp5' } });
  assert.equal(basic.status, 401);
  assert.equal((await send({ json: { query: '{ __typename }' } })).status, 200);
});
