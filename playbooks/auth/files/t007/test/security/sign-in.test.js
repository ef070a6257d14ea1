// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { buildApp } from '../../src/app.js';
import { loggerOptions } from '../../src/logging.js';
import { createProviderStub, OAUTH_ENV } from '../oauth/provider-stub.js';
import { testConfig } from '../support/app.js';
import { createDatabase } from '../support/database.js';
import { assertProblem } from '../support/problem.js';

let database;
let app;
let logged = '';
const logStream = new Writable({
  write(chunk, encoding, done) {
    logged += chunk;
    done();
  },
});

before(async () => {
  database = await createDatabase();
  app = buildApp({
    pool: database.pool,
    config: testConfig(OAUTH_ENV),
    logger: loggerOptions({ logLevel: 'trace' }, logStream),
    fetch: createProviderStub().fetch,
  });
});
after(async () => {
  await app?.close();
  await database?.close();
});

const call = (options) =>
  app.inject({ remoteAddress: `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`, ...options });
const post = (path, payload) => call({ method: 'POST', url: `/v1/auth/${path}`, payload });
const account = (token) => call({ url: '/v1/account', headers: { authorization: `Bearer ${token}` } });

/** From the provider's button to tokens, as a browser goes. */
async function signIn() {
  const begun = await call({ url: '/v1/auth/oauth/google' });
  const state = new URL(begun.headers.location).searchParams.get('state');
  const [cookie] = begun.headers['set-cookie'].split(';');
  const back = await call({
    url: `/v1/auth/oauth/google/callback?code=canary-code&state=${state}`,
    headers: { cookie },
  });
  const grant = new URLSearchParams(new URL(back.headers.location).hash.slice(1)).get('grant');
  const tokens = (await post('exchange', { grant })).json();
  return { tokens, secrets: [state, cookie.split('=')[1], 'canary-code', grant] };
}

test('a sign-in at a provider leads to an account, and a stolen refresh token to its end', async () => {
  const { tokens } = await signIn();
  assert.equal((await account(tokens.accessToken)).json().email, 'ada@example.com');

  const next = (await post('refresh', { refreshToken: tokens.refreshToken })).json();
  assert.equal((await account(next.accessToken)).statusCode, 200);

  assertProblem(await post('refresh', { refreshToken: tokens.refreshToken }), 401, 'invalid-refresh-token');
  assertProblem(await post('refresh', { refreshToken: next.refreshToken }), 401, 'invalid-refresh-token');
  assertProblem(await account(next.accessToken), 401, 'session-over');
});

test('no secret of a sign-in can be read in the database or in the log', async () => {
  logged = '';
  const { tokens, secrets } = await signIn();
  const next = (await post('refresh', { refreshToken: tokens.refreshToken })).json();
  await account(next.accessToken);
  await post('logout', { refreshToken: next.refreshToken });

  const { rows } = await database.pool.query(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  let stored = '';
  for (const { name } of rows) {
    const { rows: dump } = await database.pool.query(`select to_jsonb(t)::text as row from "${name}" t`);
    stored += dump.map(({ row }) => row).join('\n');
  }
  assert.match(stored, /ada@example\.com/);
  assert.match(logged, /request completed/);
  const canaries = [...secrets, tokens.refreshToken, next.refreshToken, tokens.accessToken, next.accessToken];
  for (const canary of canaries) {
    assert.ok(!stored.includes(canary), 'a secret is stored in clear');
    assert.ok(!logged.includes(canary), 'a secret is logged');
  }
});

test('a sign-in that was begun by somebody else cannot be finished here', async () => {
  const begun = await call({ url: '/v1/auth/oauth/google' });
  const state = new URL(begun.headers.location).searchParams.get('state');
  const back = await call({ url: `/v1/auth/oauth/google/callback?code=theirs&state=${state}` });
  assertProblem(back, 400, 'invalid-state');
});
