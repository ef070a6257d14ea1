// Needs nothing.
import assert from 'node:assert/strict';
import { randomBytes, scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { createPasswords } from '../../src/auth/passwords.js';
import { loadConfig } from '../../src/config.js';
import { testConfig } from '../support/app.js';

const passwords = createPasswords(testConfig().auth.passwordCost);

test('the service hashes at N = 2^15, r = 8, p = 3, and no variable of the environment lowers that', async () => {
  const { auth } = loadConfig({
    DATABASE_URL: 'postgres://unused',
    AUTH_JWT_SECRET: randomBytes(32).toString('base64'),
    AUTH_PASSWORD_COST: '1024',
    NODE_ENV: 'test',
  });
  const hash = await createPasswords(auth.passwordCost).hash('correct horse battery');
  assert.match(hash, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
});

test('a password is recognised and another one is not', async () => {
  const hash = await passwords.hash('correct horse battery');
  assert.equal(await passwords.verify('correct horse battery', hash), true);
  assert.equal(await passwords.verify('correct horse batterz', hash), false);
});

test('the same password never gives the same hash', async () => {
  assert.notEqual(await passwords.hash('correct horse battery'), await passwords.hash('correct horse battery'));
});

test('a hash made at another cost is still recognised', async () => {
  const cheap = 'scrypt$1024$8$1$AAAAAAAAAAAAAAAAAAAAAA$';
  const key = scryptSync('old', Buffer.alloc(16), 32, { N: 1024, r: 8, p: 1 }).toString('base64url');
  assert.equal(await passwords.verify('old', cheap + key), true);
});

test('without a hash no password is right', async () => {
  assert.equal(await passwords.verify('', null), false);
});

test('composed and decomposed characters are the same password', async () => {
  assert.equal(await passwords.verify('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait')), true);
});
