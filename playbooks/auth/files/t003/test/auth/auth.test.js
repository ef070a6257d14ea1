// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createPasswords } from '../../src/auth/passwords.js';
import { testConfig, useApp } from '../support/app.js';
import { assertProblem } from '../support/problem.js';

const service = useApp();
const PASSWORD = 'correct horse battery';
let passwordHash;
let userId;

before(async () => {
  passwordHash = await createPasswords(testConfig().auth.passwordCost).hash(PASSWORD);
});
beforeEach(async () => {
  await service.pool.query('delete from users');
  const { rows } = await service.pool.query(
    `insert into users (email, password_hash) values ('ada@example.com', $1) returning id`,
    [passwordHash],
  );
  userId = rows[0].id;
});

/** From an address of its own, so that no other test uses up its rate limit. */
function post(path, payload, remoteAddress = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`) {
  return service.app.inject({ method: 'POST', url: `/v1/auth/${path}`, payload, remoteAddress });
}
const login = (password = PASSWORD, email = 'ada@example.com') => post('login', { email, password });
const refresh = (refreshToken) => post('refresh', { refreshToken });

async function session() {
  const { rows } = await service.pool.query('select revoke_reason as reason from sessions');
  assert.equal(rows.length, 1);
  return rows[0];
}

describe('login', () => {
  test('answers an access token for the user and a refresh token', async () => {
    const response = await login();
    assert.equal(response.statusCode, 200, response.body);
    const { accessToken, tokenType, expiresIn, refreshToken } = response.json();
    assert.equal(tokenType, 'Bearer');
    assert.equal(expiresIn, 600);
    assert.match(refreshToken, /^[\w-]{43}$/);
    const { kid, ...header } = decodeProtectedHeader(accessToken);
    assert.deepEqual(header, { alg: 'HS256', typ: 'at+jwt' });
    assert.equal(typeof kid, 'string');
    const claims = decodeJwt(accessToken);
    assert.equal(claims.sub, userId);
    assert.equal(claims.iss, 'orders-service');
    assert.equal(claims.aud, 'orders-service');
    assert.equal(claims.exp - claims.iat, 600);
    assert.match(claims.sid, /^[0-9a-f-]{36}$/);
  });

  test('does not care how the address is capitalised', async () => {
    assert.equal((await login(PASSWORD, 'Ada@Example.com')).statusCode, 200);
  });

  test('answers the same to a wrong password and to an unknown address', async () => {
    const wrong = assertProblem(await login('wrong'), 401, 'invalid-credentials');
    const unknown = assertProblem(await login(PASSWORD, 'eve@example.com'), 401, 'invalid-credentials');
    assert.equal(wrong.detail, unknown.detail);
  });

  test('refuses a user without a password and a disabled one', async () => {
    await service.pool.query('update users set password_hash = null');
    assertProblem(await login(), 401, 'invalid-credentials');
    await service.pool.query('update users set password_hash = $1, disabled_at = now()', [passwordHash]);
    assertProblem(await login(), 401, 'invalid-credentials');
  });

  test('refuses what is not a login', async () => {
    for (const body of [{}, { email: 'ada@example.com' }, { email: 'a@b', password: 'x', admin: true }]) {
      assertProblem(await post('login', body), 400, 'invalid-request');
    }
  });

  test('stops guessing after ten tries a minute', async () => {
    const attacker = '10.9.9.9';
    // A body that is refused counts as well and needs no hashing.
    for (let i = 0; i < 10; i += 1) await post('login', {}, attacker);
    const body = { email: 'ada@example.com', password: PASSWORD };
    assertProblem(await post('login', body, attacker), 429, 'too-many-requests');
    assert.equal((await login()).statusCode, 200);
  });
});

describe('refresh', () => {
  test('answers new tokens for the same session', async () => {
    const first = (await login()).json();
    const response = await refresh(first.refreshToken);
    assert.equal(response.statusCode, 200, response.body);
    const second = response.json();
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal(decodeJwt(second.accessToken).sid, decodeJwt(first.accessToken).sid);
    assert.equal((await refresh(second.refreshToken)).statusCode, 200);
  });

  test('a used token that comes back ends the whole family', async () => {
    const first = (await login()).json();
    const second = (await refresh(first.refreshToken)).json();
    assertProblem(await refresh(first.refreshToken), 401, 'invalid-refresh-token');
    assertProblem(await refresh(second.refreshToken), 401, 'invalid-refresh-token');
    assert.equal((await session()).reason, 'reuse');
  });

  test('of two requests at once with one token at most one succeeds', async () => {
    const { refreshToken } = (await login()).json();
    const responses = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    assert.deepEqual(responses.map((response) => response.statusCode).sort(), [200, 401]);
    assert.equal((await session()).reason, 'reuse');
  });

  test('is refused when the session expired or the user was disabled', async () => {
    for (const change of [
      `update sessions set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'`,
      `update users set disabled_at = now()`,
    ]) {
      const { refreshToken } = (await login()).json();
      await service.pool.query(change);
      assertProblem(await refresh(refreshToken), 401, 'invalid-refresh-token');
    }
  });

  test('an unknown token is refused', async () => {
    const unknown = randomBytes(32).toString('base64url');
    assertProblem(await refresh(unknown), 401, 'invalid-refresh-token');
    assertProblem(await refresh('short'), 400, 'invalid-request');
  });
});

describe('logout', () => {
  test('without a refresh token is refused', async () => {
    const response = await post('logout', {});
    assertProblem(response, 400, 'invalid-request');
  });

  test('ends the session, and doing it again is harmless', async () => {
    const { refreshToken } = (await login()).json();
    assert.equal((await post('logout', { refreshToken })).statusCode, 204);
    assert.equal((await post('logout', { refreshToken })).statusCode, 204);
    assertProblem(await refresh(refreshToken), 401, 'invalid-refresh-token');
    assert.equal((await session()).reason, 'logout');
  });

  test('leaves other sessions of the user alone', async () => {
    const here = (await login()).json();
    const there = (await login()).json();
    await post('logout', { refreshToken: here.refreshToken });
    assert.equal((await refresh(there.refreshToken)).statusCode, 200);
  });
});

describe('exchanging a login grant', () => {
  async function addGrant(age = '0 seconds') {
    const grant = randomBytes(32).toString('base64url');
    await service.pool.query(
      `insert into login_grants (grant_hash, user_id, created_at, expires_at)
       values ($1, $2, now() - $3::interval, now() - $3::interval + interval '1 minute')`,
      [createHash('sha256').update(grant).digest(), userId, age],
    );
    return grant;
  }

  test('opens a session, once', async () => {
    const grant = await addGrant();
    const response = await post('exchange', { grant });
    assert.equal(response.statusCode, 200, response.body);
    assert.equal(decodeJwt(response.json().accessToken).sub, userId);
    assertProblem(await post('exchange', { grant }), 401, 'invalid-grant');
  });

  test('an expired grant is refused', async () => {
    assertProblem(await post('exchange', { grant: await addGrant('2 minutes') }), 401, 'invalid-grant');
  });

  test('a disabled user gets no session', async () => {
    const grant = await addGrant();
    await service.pool.query('update users set disabled_at = now()');
    assertProblem(await post('exchange', { grant }), 401, 'invalid-grant');
  });
});
