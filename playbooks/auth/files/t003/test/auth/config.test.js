// Needs nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSigningKeys } from '../../src/auth/signing-keys.js';
import { loadConfig } from '../../src/config.js';

const secret = (bytes = 32) => randomBytes(bytes).toString('base64');
const load = (env) => loadConfig({ DATABASE_URL: 'postgres://db/orders', ...env });

test('without a signing secret the service does not start', () => {
  assert.throws(() => load({}), /AUTH_JWT_SECRET is missing/);
});

test('a signing secret that is short or not base64 is refused, and is not repeated in the message', () => {
  const weak = secret(16);
  for (const value of [weak, 'not base64 at all, but long enough to be mistaken for it']) {
    assert.throws(
      () => load({ AUTH_JWT_SECRET: value }),
      (error) => error.message.includes('AUTH_JWT_SECRET must be') && !error.message.includes(value),
    );
  }
});

test('the newest secret signs and the previous one is kept for verifying', () => {
  const keys = (env) => createSigningKeys(load(env).auth.secrets);
  const newest = secret();
  const [signing] = keys({ AUTH_JWT_SECRET: newest });
  const both = keys({ AUTH_JWT_SECRET: newest, AUTH_JWT_PREVIOUS_SECRET: secret() });
  assert.equal(both.length, 2);
  assert.equal(both[0].id, signing.id);
  assert.notEqual(both[1].id, signing.id);
});
