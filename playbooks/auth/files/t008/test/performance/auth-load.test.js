// Needs PostgreSQL. Nothing here is timed: durations are for `npm run load`, on a machine that is idle.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import pg from 'pg';
import { createPasswords } from '../../src/auth/passwords.js';
import { testConfig, useApp } from '../support/app.js';
import { LOOK_UPS } from './auth-tables.js';

const AT_ONCE = 40;
const credentials = { email: 'ada@example.com', password: 'correct horse battery' };
const service = useApp();

before(async () => {
  const passwordHash = await createPasswords(testConfig().auth.passwordCost).hash(credentials.password);
  await service.pool.query('insert into users (email, password_hash) values ($1, $2)', [
    credentials.email,
    passwordHash,
  ]);
});

/** Calls from as many addresses as there are calls; the limit for each address is tested elsewhere. */
async function callAtOnce(calls) {
  const responses = await Promise.all(
    calls.map((call, index) => service.app.inject({ remoteAddress: `10.1.0.${index}`, ...call })),
  );
  for (const response of responses) assert.equal(response.statusCode, 200, response.body);
  return responses.map((response) => response.json());
}

const signIns = () => Array(AT_ONCE).fill({ method: 'POST', url: '/v1/auth/login', payload: credentials });

test('forty requests for the account at once succeed, each with one statement', async (t) => {
  const tokens = await callAtOnce(signIns());
  const query = t.mock.method(pg.Client.prototype, 'query');
  await callAtOnce(
    tokens.map(({ accessToken }) => ({ url: '/v1/account', headers: { authorization: `Bearer ${accessToken}` } })),
  );
  assert.equal(query.mock.callCount(), AT_ONCE);
});

test('forty refreshes at once succeed, each with one transaction of two statements', async (t) => {
  const tokens = await callAtOnce(signIns());
  const query = t.mock.method(pg.Client.prototype, 'query');
  await callAtOnce(
    tokens.map(({ refreshToken }) => ({ method: 'POST', url: '/v1/auth/refresh', payload: { refreshToken } })),
  );
  assert.equal(query.mock.callCount(), AT_ONCE * 4);
});

test('every look-up of signing in has an index to use', async () => {
  const client = await service.pool.connect();
  try {
    // With few rows PostgreSQL prefers to read the table, unless told otherwise.
    await client.query('set enable_seqscan = off');
    for (const sql of LOOK_UPS) {
      const { rows } = await client.query(`explain ${sql}`);
      assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /Index Cond/, sql);
    }
  } finally {
    client.release(true);
  }
});
