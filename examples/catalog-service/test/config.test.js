// Needs nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../src/config.js';

test('an environment with a secret alone is enough', () => {
  const config = loadConfig({ TOKEN_SECRET: randomBytes(32).toString('base64') });
  assert.equal(config.tokenSecret.length, 32);
  assert.equal(config.port, 4000);
  assert.equal(config.journalFile, null);
  assert.deepEqual(config.rateLimit, { max: 600, windowMs: 60_000 });
});

test('every fault of the environment is named in one error', () => {
  assert.throws(
    () => loadConfig({ TOKEN_SECRET: 'short', PORT: '70000', LOG_LEVEL: 'loud', RATE_LIMIT_MAX: '1e3' }),
    (error) =>
      error instanceof ConfigError &&
      ['TOKEN_SECRET', 'PORT', 'LOG_LEVEL', 'RATE_LIMIT_MAX'].every((name) => error.message.includes(name)),
  );
});
