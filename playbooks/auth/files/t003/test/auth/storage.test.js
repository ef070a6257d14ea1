// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createPasswords } from '../../src/auth/passwords.js';
import { testConfig, useApp } from '../support/app.js';

const service = useApp();

test('of a refresh token only its SHA-256 digest is stored', async () => {
  await service.pool.query(`insert into users (email, password_hash) values ('ada@example.com', $1)`, [
    await createPasswords(testConfig().auth.passwordCost).hash('correct horse battery'),
  ]);
  const response = await service.app.inject({
    method: 'POST',
    url: '/v1/auth/login',
    payload: { email: 'ada@example.com', password: 'correct horse battery' },
  });
  const { refreshToken } = response.json();
  const { rows } = await service.pool.query('select to_jsonb(refresh_tokens) as row, token_hash from refresh_tokens');
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows[0].row), new RegExp(refreshToken));
  assert.deepEqual(rows[0].token_hash, createHash('sha256').update(refreshToken).digest());
});
