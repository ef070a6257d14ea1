// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import { useApp } from '../support/app.js';
import { assertProblem } from '../support/problem.js';
import { createProviderStub, OAUTH_ENV } from './provider-stub.js';

let providers = createProviderStub();
const service = useApp(OAUTH_ENV, { fetch: (url, init) => providers.fetch(url, init) });

beforeEach(async () => {
  providers = createProviderStub();
  await service.pool.query('delete from users');
});

const get = (url, headers) =>
  service.app.inject({ url, headers, remoteAddress: `10.${randomInt(256)}.${randomInt(256)}.1` });

/** Begins a sign-in; the result is what the browser and the provider know then. */
async function begin(provider = 'google') {
  const response = await get(`/v1/auth/oauth/${provider}`);
  assert.equal(response.statusCode, 302, response.body);
  const [cookie] = response.headers['set-cookie'].split(';');
  return { provider, cookie, setCookie: response.headers['set-cookie'], url: new URL(response.headers.location) };
}

function finish({ provider, cookie, url }, query = { code: 'the-code', state: url.searchParams.get('state') }) {
  return get(`/v1/auth/oauth/${provider}/callback?${new URLSearchParams(query)}`, cookie ? { cookie } : {});
}

async function signIn(provider) {
  const response = await finish(await begin(provider));
  assert.equal(response.statusCode, 302, response.body);
  return new URL(response.headers.location);
}

const users = async () => (await service.pool.query('select * from users')).rows;

describe('beginning a sign-in', () => {
  test('sends the browser to the provider with state and a PKCE challenge', async () => {
    const { url, cookie, setCookie } = await begin();
    assert.equal(url.origin + url.pathname, 'https://accounts.google.com/o/oauth2/v2/auth');
    const { state, code_challenge: challenge, ...rest } = Object.fromEntries(url.searchParams);
    assert.deepEqual(rest, {
      response_type: 'code',
      client_id: 'google-client',
      redirect_uri: 'https://orders.example/v1/auth/oauth/google/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    const [, cookieState, verifier] = /=([\w-]{43})\.([\w-]{43})$/.exec(cookie);
    assert.equal(state, cookieState);
    assert.equal(challenge, createHash('sha256').update(verifier).digest('base64url'));
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/v1/auth/oauth/google']) {
      assert.ok(setCookie.includes(attribute), attribute);
    }
  });

  test('never uses the same secrets twice', async () => {
    assert.notEqual((await begin()).cookie, (await begin()).cookie);
  });

  test('a provider that is not offered answers 404', async () => {
    assertProblem(await get('/v1/auth/oauth/myspace'), 404, 'provider-not-found');
    assertProblem(await get('/v1/auth/oauth/constructor'), 404, 'provider-not-found');
  });
});

describe('coming back from the provider', () => {
  test('sends the browser on with a grant that is stored as a digest only', async () => {
    const target = await signIn('google');
    assert.equal(target.origin + target.pathname + target.search, 'https://shop.example/signed-in');
    const grant = new URLSearchParams(target.hash.slice(1)).get('grant');
    const { rows } = await service.pool.query(
      `select user_id, grant_hash, expires_at - created_at = interval '1 minute' as short from login_grants`,
    );
    const [user] = await users();
    const digest = createHash('sha256').update(grant).digest();
    assert.deepEqual(rows, [{ user_id: user.id, grant_hash: digest, short: true }]);
  });

  test('proves to the provider that it began the sign-in', async () => {
    const begun = await begin();
    await finish(begun);
    const [token, profile] = providers.calls;
    const form = Object.fromEntries(new URLSearchParams(token.body));
    assert.equal(form.code, 'the-code');
    assert.equal(form.redirect_uri, begun.url.searchParams.get('redirect_uri'));
    assert.equal(form.client_secret, OAUTH_ENV.OAUTH_GOOGLE_CLIENT_SECRET);
    assert.equal(
      createHash('sha256').update(form.code_verifier).digest('base64url'),
      begun.url.searchParams.get('code_challenge'),
    );
    assert.equal(profile.headers.authorization, 'Bearer google-token');
  });

  test('is refused in another browser, with another state and without one', async () => {
    const begun = await begin();
    const other = await begin();
    assertProblem(await finish({ ...begun, cookie: undefined }), 400, 'invalid-state');
    assertProblem(await finish({ ...begun, cookie: other.cookie }), 400, 'invalid-state');
    assertProblem(await finish(begun, { code: 'the-code' }), 400, 'invalid-state');
    assert.equal(providers.calls.length, 0);
  });

  test('says so when the user said no', async () => {
    const begun = await begin();
    const state = begun.url.searchParams.get('state');
    assertProblem(await finish(begun, { error: 'access_denied', state }), 403, 'sign-in-denied');
  });

  test('removes the cookie', async () => {
    const response = await finish(await begin());
    assert.match(response.headers['set-cookie'], /^__Secure-oauth-google=; .*Max-Age=0/);
  });
});

describe('who signs in', () => {
  test('is added once, with the address in lower case', async () => {
    await signIn('google');
    await signIn('google');
    assert.deepEqual(
      (await users()).map((user) => [user.email, user.display_name, user.password_hash]),
      [['ada@example.com', 'Ada', null]],
    );
  });

  test('is the same user at every provider that verified the same address', async () => {
    await signIn('google');
    await signIn('github');
    assert.equal((await users()).length, 1);
  });

  test('stays the same user when the address at the provider changes', async () => {
    await signIn('google');
    providers.answer('https://openidconnect.googleapis.com/v1/userinfo', {
      sub: 'g-1',
      email: 'new@example.com',
      email_verified: true,
    });
    await signIn('google');
    assert.deepEqual(
      (await users()).map((user) => user.email),
      ['ada@example.com'],
    );
  });

  test('is refused while the address is not verified', async () => {
    providers.answer('https://openidconnect.googleapis.com/v1/userinfo', {
      sub: 'g-1',
      email: 'ada@example.com',
      email_verified: false,
    });
    assertProblem(await finish(await begin()), 403, 'email-not-verified');
    assert.deepEqual(await users(), []);
  });

  test('is refused when disabled here', async () => {
    await signIn('google');
    await service.pool.query('update users set disabled_at = now()');
    assertProblem(await finish(await begin()), 403, 'account-disabled');
  });
});

describe('a provider that fails', () => {
  const failures = {
    'refuses the code': ['https://oauth2.googleapis.com/token', { error: 'invalid_grant' }, 400],
    'refuses the code with 200': ['https://oauth2.googleapis.com/token', { error: 'bad_verification_code' }, 200],
    'answers 500': ['https://openidconnect.googleapis.com/v1/userinfo', {}, 500],
    'names nobody': ['https://openidconnect.googleapis.com/v1/userinfo', { email: 'ada@example.com' }, 200],
  };
  for (const [what, answer] of Object.entries(failures)) {
    test(`and ${what} becomes a 502 that adds nobody`, async () => {
      providers.answer(...answer);
      assertProblem(await finish(await begin()), 502, 'provider-failed');
      assert.deepEqual(await users(), []);
    });
  }

  test('and cannot be reached becomes a 502', async () => {
    providers.fetch = () => Promise.reject(new TypeError('fetch failed'));
    assertProblem(await finish(await begin()), 502, 'provider-failed');
  });
});
