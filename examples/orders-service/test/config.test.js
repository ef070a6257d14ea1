// Needs nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../src/config.js';

test('an environment with a database alone is enough', () => {
  const config = loadConfig({ DATABASE_URL: 'postgres://db/orders' });
  assert.equal(config.databaseUrl, 'postgres://db/orders');
  assert.equal(config.port, 3000);
  assert.deepEqual(config.rateLimit, { max: 600, windowMs: 60_000 });
});

test('every fault of the environment is named in one error', () => {
  assert.throws(
    () => loadConfig({ PORT: '70000', LOG_LEVEL: 'loud', RATE_LIMIT_MAX: '1e3' }),
    (error) =>
      error instanceof ConfigError &&
      ['DATABASE_URL', 'PORT', 'LOG_LEVEL', 'RATE_LIMIT_MAX'].every((name) => error.message.includes(name)),
  );
});
