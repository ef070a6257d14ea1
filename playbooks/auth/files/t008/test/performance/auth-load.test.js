// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from '../../src/auth/passwords.js';
import { useApp } from '../support/app.js';

// The goal for one request is 200 ms. The bound here is generous, so that a busy machine does not fail it and a
// request that became ten times slower (a missing index, a query in a loop) does.
const P95_MS = 1_000;
const AT_ONCE = 10;
const USERS = 500;

const service = useApp({ RATE_LIMIT_MAX: '1000000' });
let addresses = 0;
let prepared;

/** Fills the tables, for the first test that asks. */
function prepare() {
  prepared ??= fillTables();
  return prepared;
}

async function fillTables() {
  await service.pool.query(
    `insert into users (email, password_hash) select 'user' || n || '@example.com', $2 from generate_series(1, $1) n`,
    [USERS, await hashPassword('correct horse battery')],
  );
  await service.pool.query(
    `insert into sessions (user_id, expires_at) select id, now() + interval '1 day' from users, generate_series(1, 5)`,
  );
  await service.pool.query(
    `insert into refresh_tokens (token_hash, session_id, used_at)
     select sha256(convert_to(id::text || n, 'UTF8')), id, now() from sessions, generate_series(1, 5) n`,
  );
  await service.pool.query('analyze');
}

/** Every client has an address of its own; the limit per address is measured elsewhere. */
function call(options) {
  addresses += 1;
  return service.app.inject({ remoteAddress: `10.1.${addresses >> 8}.${addresses & 255}`, ...options });
}

async function login(user) {
  const payload = { email: `user${user}@example.com`, password: 'correct horse battery' };
  const response = await call({ method: 'POST', url: '/v1/auth/login', payload });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

/** Runs `work` `count` times, `AT_ONCE` at a time, and gives the durations in milliseconds, sorted. */
async function measure(count, work) {
  const durations = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        const began = performance.now();
        await work(index);
        durations.push(performance.now() - began);
      }
    }),
  );
  return durations.sort((a, b) => a - b);
}

function assertFast(t, durations) {
  const at = (share) => durations[Math.ceil(durations.length * share) - 1].toFixed(1);
  t.diagnostic(`n=${durations.length} p50=${at(0.5)} ms p95=${at(0.95)} ms`);
  assert.ok(Number(at(0.95)) < P95_MS, `p95 is ${at(0.95)} ms`);
}

test('reading the account stays fast', async (t) => {
  await prepare();
  const { accessToken } = await login(1);
  const headers = { authorization: `Bearer ${accessToken}` };
  const durations = await measure(300, async () => {
    assert.equal((await call({ url: '/v1/account', headers })).statusCode, 200);
  });
  assertFast(t, durations);
});

test('refreshing stays fast, each client with its own session', async (t) => {
  await prepare();
  const tokens = [];
  for (let user = 1; user <= AT_ONCE; user += 1) tokens.push((await login(user)).refreshToken);
  const durations = await measure(200, async () => {
    const refreshToken = tokens.shift();
    const response = await call({ method: 'POST', url: '/v1/auth/refresh', payload: { refreshToken } });
    assert.equal(response.statusCode, 200, response.body);
    tokens.push(response.json().refreshToken);
  });
  assertFast(t, durations);
});

test('refreshing and listing sessions use an index, however many rows there are', async () => {
  await prepare();
  for (const sql of [
    `select 1 from refresh_tokens where token_hash = sha256('x')`,
    `select 1 from sessions where user_id = '00000000-0000-4000-8000-000000000000'`,
    `select 1 from users where email = 'user7@example.com'`,
  ]) {
    const { rows } = await service.pool.query(`explain ${sql}`);
    assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /Index/, sql);
  }
});
