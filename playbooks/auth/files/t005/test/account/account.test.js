// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { buildApp } from '../../src/app.js';
import { createAccessTokens } from '../../src/auth/access-tokens.js';
import { testConfig, useApp } from '../support/app.js';
import { assertProblem } from '../support/problem.js';

const service = useApp();
const config = testConfig();
let user;

beforeEach(async () => {
  await service.pool.query('delete from users');
  const { rows } = await service.pool.query(
    `with ada as (insert into users (email, display_name) values ('ada@example.com', 'Ada') returning id)
     insert into sessions (user_id, expires_at) select id, now() + interval '1 day' from ada
     returning user_id as "userId", id as "sessionId"`,
  );
  user = rows[0];
});

async function get(url, app = service.app) {
  const token = await createAccessTokens(config.auth).issue(user);
  return app.inject({ url, headers: { authorization: `Bearer ${token}` } });
}

describe('the account', () => {
  test('is shown to its user', async () => {
    const response = await get('/v1/account');
    assert.equal(response.statusCode, 200, response.body);
    const { createdAt, ...account } = response.json();
    assert.deepEqual(account, { id: user.userId, email: 'ada@example.com', displayName: 'Ada' });
    assert.match(createdAt, /Z$/);
  });

  test('is shown to nobody else', async () => {
    assertProblem(await service.app.inject('/v1/account'), 401, 'unauthenticated');
  });

  for (const [what, change] of Object.entries({
    'the session was revoked': `update sessions set revoked_at = now(), revoke_reason = 'logout'`,
    'the session expired': `update sessions set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'`,
    'the user was disabled': `update users set disabled_at = now()`,
    'the user is gone': `delete from users`,
  })) {
    test(`is not shown any more once ${what}`, async () => {
      await service.pool.query(change);
      assertProblem(await get('/v1/account'), 401, 'session-over');
    });
  }
});

describe('orders', () => {
  test('stay open to everyone by default, as callers know them', async () => {
    assert.equal((await service.app.inject('/v1/orders')).statusCode, 200);
  });

  test('need an access token where ORDERS_REQUIRE_AUTH says so', async (t) => {
    const app = buildApp({
      pool: service.pool,
      config: testConfig({ ORDERS_REQUIRE_AUTH: 'true' }),
      logger: false,
    });
    t.after(() => app.close());
    assertProblem(await app.inject('/v1/orders'), 401, 'unauthenticated');
    assertProblem(await app.inject({ method: 'POST', url: '/v1/orders', payload: {} }), 401, 'unauthenticated');
    assert.equal((await get('/v1/orders', app)).statusCode, 200);
    assert.notEqual((await app.inject('/v1/health')).statusCode, 401);
  });
});
