// Needs nothing: routes are looked at, not called.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildApp } from '../../src/app.js';
import { testConfig } from '../support/app.js';

const MOST_PER_MINUTE = 60;

test('no address may try an operation of authentication more than 60 times a minute', async () => {
  const limits = new Map();
  const app = buildApp({
    pool: {},
    config: testConfig(),
    logger: false,
    onRoute: ({ url, config }) => limits.set(url, config?.rateLimit),
  });
  await app.ready();
  await app.close();
  const under = [...limits].filter(([url]) => url.startsWith('/v1/auth/'));
  assert.ok(under.length >= 4);
  for (const [url, limit] of under) {
    const perMinute = (limit.max * 60_000) / limit.windowMs;
    assert.ok(perMinute <= MOST_PER_MINUTE, `${url} lets an address try ${perMinute} times a minute`);
  }
});
