// Needs no PostgreSQL: the pool is one that always fails.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { buildApp } from '../src/app.js';
import { loggerOptions } from '../src/logging.js';
import { testConfig } from './support/app.js';
import { assertProblem } from './support/problem.js';

const brokenPool = { query: () => Promise.reject(new Error('connection to 10.0.0.7 refused')) };

function build({ env, ...options } = {}) {
  return buildApp({ pool: brokenPool, config: testConfig(env), logger: false, ...options });
}

const logged = [];
const logStream = new Writable({
  write(chunk, encoding, done) {
    logged.push(JSON.parse(chunk));
    done();
  },
});
const registered = [];
const app = build({
  logger: loggerOptions({ logLevel: 'info' }, logStream),
  onRoute: ({ method, url }) => registered.push(...[method].flat().map((verb) => [verb, url])),
});
after(() => app.close());

test('an unknown path is a problem, not a page', async () => {
  assertProblem(await app.inject('/v1/nothing'), 404, 'not-found');
});

test('a path that cannot be decoded is a problem', async () => {
  assertProblem(await app.inject('/v1/orders/%zz'), 400, 'unreadable-request');
});

test('a body that is not JSON is a problem', async () => {
  const headers = { 'content-type': 'application/json' };
  const response = await app.inject({ method: 'POST', url: '/v1/orders', headers, body: '{' });
  assertProblem(response, 400, 'unreadable-request');
});

test('a body of another media type is a problem', async () => {
  const headers = { 'content-type': 'text/csv' };
  const response = await app.inject({ method: 'POST', url: '/v1/orders', headers, body: 'a,b' });
  assertProblem(response, 415, 'unreadable-request');
});

test('a failing database becomes a 500 that says nothing about the inside', async () => {
  const response = await app.inject('/v1/orders');
  assertProblem(response, 500, 'internal-error');
  assert.doesNotMatch(response.body, /10\.0\.0\.7|stack/);
});

test('health is 503 while the database does not answer', async () => {
  assertProblem(await app.inject('/v1/health'), 503, 'database-unavailable');
});

test('responses are not cached and not sniffed', async () => {
  const { headers } = await app.inject('/v1/nothing');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('no other origin is allowed to read responses', async () => {
  const { headers } = await app.inject({
    url: '/v1/health',
    headers: { origin: 'https://elsewhere.example' },
  });
  assert.equal(headers['access-control-allow-origin'], undefined);
});

test('a harmless request id of the caller is kept and any other replaced', async () => {
  const kept = await app.inject({ url: '/v1/health', headers: { 'x-request-id': 'caller-0001' } });
  assert.equal(kept.headers['x-request-id'], 'caller-0001');
  const replaced = await app.inject({ url: '/v1/health', headers: { 'x-request-id': 'a b"c {}' } });
  assert.match(replaced.headers['x-request-id'], /^[0-9a-f-]{36}$/);
});

test('each request leaves one line with its id, method, path and status, without the query', async () => {
  const response = await app.inject('/v1/nothing?code=canary');
  const lines = logged.filter((line) => line.requestId === response.headers['x-request-id']);
  assert.equal(lines.length, 1);
  const { msg, method, path, statusCode } = lines[0];
  assert.deepEqual(
    { msg, method, path, statusCode },
    {
      msg: 'request completed',
      method: 'GET',
      path: '/v1/nothing',
      statusCode: 404,
    },
  );
  assert.doesNotMatch(JSON.stringify(lines), /canary/);
});

test('secrets handed to the logger do not reach the log', () => {
  app.log.info({
    password: 'canary',
    user: { refreshToken: 'canary' },
    req: { headers: { cookie: 'canary' } },
  });
  const line = JSON.stringify(logged.at(-1));
  assert.match(line, /redacted/);
  assert.doesNotMatch(line, /canary/);
});

test('a client over its limit is told when to come back, and health is exempt', async () => {
  const limited = build({ env: { RATE_LIMIT_MAX: '2' } });
  const first = await limited.inject('/v1/nothing');
  assert.equal(first.headers['ratelimit-remaining'], '1');
  await limited.inject('/v1/nothing');
  const refused = await limited.inject('/v1/nothing');
  assertProblem(refused, 429, 'too-many-requests');
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.notEqual((await limited.inject('/v1/health')).statusCode, 429);
  assert.notEqual((await limited.inject({ url: '/v1/nothing', remoteAddress: '10.1.1.1' })).statusCode, 429);
});

test('every route is described in openapi.yaml', async () => {
  await app.ready();
  const described = describedOperations(await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8'));
  const served = registered
    .filter(([verb]) => verb !== 'HEAD' && verb !== 'OPTIONS')
    .map(([verb, url]) => `${verb} ${url.replace(/:(\w+)/g, '{$1}')}`);
  assert.ok(served.length >= 5);
  assert.deepEqual(
    served.filter((operation) => !described.includes(operation)),
    [],
  );
});

/** Reads `METHOD /path` off the indentation of the file's `paths` section. */
function describedOperations(yaml) {
  const operations = [];
  let path;
  for (const line of yaml.split('\n')) {
    path = /^ {2}(\/\S*):/.exec(line)?.[1] ?? path;
    const verb = /^ {4}(get|put|post|patch|delete):/.exec(line)?.[1];
    if (path && verb) operations.push(`${verb.toUpperCase()} ${path}`);
  }
  return operations;
}
