// Needs nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOAuthConfig } from '../../src/oauth/config.js';
import { PROVIDERS } from '../../src/oauth/providers.js';
import { OAUTH_ENV } from './provider-stub.js';

function read(env) {
  const faults = [];
  return { config: readOAuthConfig(env, faults), faults };
}

test('without providers nothing is needed', () => {
  assert.deepEqual(read({}), { config: { credentials: {} }, faults: [] });
});

test('every provider of the configuration is one that is known', () => {
  const { config, faults } = read(OAUTH_ENV);
  assert.deepEqual(faults, []);
  assert.deepEqual(Object.keys(config.credentials).sort(), Object.keys(PROVIDERS).sort());
});

test('half a provider and missing addresses are named', () => {
  const { faults } = read({ OAUTH_GITHUB_CLIENT_ID: 'id' });
  assert.deepEqual(faults, [
    'OAUTH_GITHUB_CLIENT_SECRET is missing',
    'OAUTH_PUBLIC_URL must be an https address',
    'OAUTH_RETURN_URL must be an https address',
  ]);
});

test('plain http is accepted on the own machine only', () => {
  assert.deepEqual(read({ ...OAUTH_ENV, OAUTH_PUBLIC_URL: 'http://localhost:3000' }).faults, []);
  assert.equal(read({ ...OAUTH_ENV, OAUTH_PUBLIC_URL: 'http://orders.example' }).faults.length, 1);
});
