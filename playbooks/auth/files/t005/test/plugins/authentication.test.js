// Needs no PostgreSQL.
import assert from 'node:assert/strict';
import { createHmac, createSecretKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import Fastify from 'fastify';
import { decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { ACCESS_TOKEN, createAccessTokens } from '../../src/auth/access-tokens.js';
import { createSigningKeys } from '../../src/auth/signing-keys.js';
import { authentication } from '../../src/plugins/authentication.js';
import { problems } from '../../src/plugins/problems.js';
import { testConfig } from '../support/app.js';
import { assertProblem } from '../support/problem.js';

const previous = randomBytes(32).toString('base64');
const config = testConfig({ AUTH_JWT_PREVIOUS_SECRET: previous });
const app = Fastify();
for (const plugin of [problems, authentication]) plugin(app, { config });
app.get('/open', () => 'open');
app.get('/mine', { onRequest: app.authenticate }, (request) => request.user);
after(() => app.close());

const [key] = createSigningKeys(config.auth.secrets);
const user = { userId: randomUUID(), sessionId: randomUUID() };
const issue = (auth = config.auth) => createAccessTokens(auth).issue(user);
const call = (authorization) => app.inject({ url: '/mine', headers: authorization ? { authorization } : {} });

/** A token that is right but for what `change` does to it. */
function forge({ header = {}, claims = {}, secret = key.key, expires = '5m' } = {}) {
  return new SignJWT({ sid: user.sessionId, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: ACCESS_TOKEN.type, kid: key.id, ...header })
    .setIssuer(claims.iss ?? ACCESS_TOKEN.issuer)
    .setAudience(claims.aud ?? ACCESS_TOKEN.audience)
    .setSubject(user.userId)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(secret);
}

test('an access token of this service names the user and the session', async () => {
  const response = await call(`Bearer ${await issue()}`);
  assert.equal(response.statusCode, 200, response.body);
  assert.deepEqual(response.json(), { id: user.userId, sessionId: user.sessionId });
});

test('the scheme may be written in any case', async () => {
  assert.equal((await call(`bearer ${await issue()}`)).statusCode, 200);
});

test('a token signed with the previous secret is still good, and one with a removed secret is not', async () => {
  const old = testConfig({ AUTH_JWT_SECRET: previous }).auth;
  assert.equal((await call(`Bearer ${await issue(old)}`)).statusCode, 200);
  const removed = testConfig({ AUTH_JWT_SECRET: randomBytes(32).toString('base64') }).auth;
  assertProblem(await call(`Bearer ${await issue(removed)}`), 401, 'invalid-access-token');
});

test('without a bearer token the answer says how to authenticate', async () => {
  for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer a b']) {
    const response = await call(authorization);
    assertProblem(response, 401, 'unauthenticated');
    assert.equal(response.headers['www-authenticate'], 'Bearer');
  }
});

const refused = {
  'has expired': () => forge({ expires: '-1s' }),
  'was signed by somebody else': () => forge({ secret: createSecretKey(randomBytes(32)) }),
  'is for another service': () => forge({ claims: { aud: 'billing' } }),
  'comes from another issuer': () => forge({ claims: { iss: 'elsewhere' } }),
  'is of another type': () => forge({ header: { typ: 'JWT' } }),
  'names an unknown key': () => forge({ header: { kid: 'nobody' } }),
  'names no session': () => forge({ claims: { sid: undefined } }),
  'uses another algorithm': () =>
    forge({ header: { alg: 'ES256' }, secret: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
  'is not signed': () =>
    new UnsecuredJWT({ sid: user.sessionId, sub: user.userId }).setExpirationTime('5m').encode(),
  'was changed': async () => {
    const [header, , signature] = (await forge()).split('.');
    const claims = Buffer.from(JSON.stringify({ sub: randomUUID(), sid: user.sessionId })).toString('base64url');
    return [header, claims, signature].join('.');
  },
  'is signed but is no object': () => {
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: ACCESS_TOKEN.type, kid: key.id }));
    const text = `${header.toString('base64url')}.${Buffer.from('7').toString('base64url')}`;
    return `${text}.${createHmac('sha256', key.key).update(text).digest('base64url')}`;
  },
  'is no token at all': () => 'nonsense',
};
for (const [what, make] of Object.entries(refused)) {
  test(`a token that ${what} is refused without saying why`, async () => {
    const problem = assertProblem(await call(`Bearer ${await make()}`), 401, 'invalid-access-token');
    assert.equal(problem.detail, 'The access token is not valid or has expired.');
  });
}

test('a route that does not ask for a user is not affected', async () => {
  assert.equal((await app.inject({ url: '/open', headers: { authorization: 'Bearer nonsense' } })).body, 'open');
});

test('tokens name the key they were signed with', async () => {
  assert.equal(decodeProtectedHeader(await issue()).kid, key.id);
});
