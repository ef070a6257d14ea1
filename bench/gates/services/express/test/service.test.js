import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadConfig } from '../src/config.js';
import { openService } from './support.js';

let service;
before(async () => {
  service = await openService({ RATE_LIMIT_MAX: '40', CORS_ORIGIN: 'https://notes.example.test' });
});
after(() => service.close());

test('health and figures need nobody', async () => {
  assert.deepEqual((await service.call('GET', '/v1/health')).body, { status: 'ok' });
  assert.match((await service.call('GET', '/v1/metrics')).body, /process_resident_memory_bytes \d+/);
  assert.equal((await service.call('PUT', '/v1/health')).status, 404);
  assert.equal((await service.call('PUT', '/v1/metrics')).status, 404);
});

test('an unknown address answers with a problem', async () => {
  const answer = await service.call('GET', '/v1/nothing');
  assert.equal(answer.status, 404);
  assert.equal(answer.body.status, 404);
});

test('too large a body is refused', async () => {
  const body = JSON.stringify({ email: 'x'.repeat(70_000) });
  assert.equal((await service.call('POST', '/v1/sessions', { body })).status, 413);
});

test('a body in another encoding is refused', async () => {
  const headers = { 'content-encoding': 'unheard-of' };
  assert.equal((await service.call('POST', '/v1/sessions', { body: {}, headers })).status, 415);
});

test('only the origins that are meant get CORS headers', async () => {
  const meant = { origin: 'https://notes.example.test' };
  const answer = await service.call('GET', '/v1/health', { headers: meant });
  assert.equal(answer.headers.get('access-control-allow-origin'), 'https://notes.example.test');
  assert.equal((await service.call('OPTIONS', '/v1/notes', { headers: meant })).status, 204);
  const foreign = await service.call('GET', '/v1/health', { headers: { origin: 'https://evil.example' } });
  assert.equal(foreign.headers.get('access-control-allow-origin'), null);
});

test('a wrong password and an unknown address get the same answer, a bad body another', async () => {
  const wrong = await service.call('POST', '/v1/sessions', {
    body: { email: 'ada@example.test', password: 'x' },
  });
  const unknown = await service.call('POST', '/v1/sessions', {
    body: { email: 'nobody@example.test', password: 'x' },
  });
  assert.deepEqual(wrong.body, unknown.body);
  assert.equal(wrong.status, 401);
  assert.equal((await service.call('POST', '/v1/sessions', { body: { email: 1 } })).status, 400);
});

test('guessing passwords ends at the limit', async () => {
  const codes = [];
  for (let n = 0; n < 12; n += 1) {
    codes.push(
      (await service.call('POST', '/v1/sessions', { body: { email: 'ada@example.test', password: 'x' } }))
        .status,
    );
  }
  assert.equal(codes.at(-1), 429);
});

test('the service refuses an environment it cannot run on', () => {
  assert.throws(() => loadConfig({}), /DATABASE_URL and SESSION_SECRET/);
});

test('without its database the service says so and goes on', async () => {
  const query = service.pool.query;
  service.pool.query = () => Promise.reject(new Error('gone'));
  assert.equal((await service.call('GET', '/v1/health')).status, 503);
  service.pool.query = query;
  assert.equal((await service.call('GET', '/v1/health')).status, 200);
});

test('requests beyond the limit are refused', async () => {
  const codes = [];
  for (let n = 0; n < 45; n += 1) codes.push((await service.call('GET', '/v1/health')).status);
  assert.equal(codes.at(-1), 429);
});
