// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createDatabase } from '../support/database.js';

let database;
before(async () => {
  database = await createDatabase();
});
after(() => database?.close());
beforeEach(() => database.pool.query('delete from users'));

const query = (sql, values) => database.pool.query(sql, values);
const digest = () => createHash('sha256').update(randomBytes(32)).digest();

async function addUser(email = 'ada@example.com') {
  const { rows } = await query('insert into users (email) values ($1) returning id', [email]);
  return rows[0].id;
}

async function addSession(userId) {
  const { rows } = await query(
    `insert into sessions (user_id, expires_at) values ($1, now() + interval '1 day') returning id`,
    [userId],
  );
  return rows[0].id;
}

describe('users', () => {
  for (const email of ['Ada@example.com', 'ada', 'ada@', 'a da@example.com', `${'a'.repeat(250)}@example.com`]) {
    test(`the address ${email.slice(0, 20)} is refused`, async () => {
      await assert.rejects(addUser(email), { code: '23514' });
    });
  }

  test('an address belongs to one user', async () => {
    await addUser();
    await assert.rejects(addUser(), { code: '23505' });
  });

  test('a password that is not hashed is refused', async () => {
    await assert.rejects(
      query(`insert into users (email, password_hash) values ('ada@example.com', 'secret')`),
      { code: '23514' },
    );
  });
});

describe('sessions', () => {
  test('one that was revoked says why, and one that was not says nothing', async () => {
    const id = await addSession(await addUser());
    for (const change of [`revoked_at = now()`, `revoke_reason = 'logout'`, `revoked_at = now(), revoke_reason = 'mood'`]) {
      await assert.rejects(query(`update sessions set ${change} where id = $1`, [id]), { code: '23514' });
    }
    await query(`update sessions set revoked_at = now(), revoke_reason = 'logout' where id = $1`, [id]);
  });

  test('one that ends before it begins is refused', async () => {
    const userId = await addUser();
    await assert.rejects(query('insert into sessions (user_id, expires_at) values ($1, now())', [userId]), {
      code: '23514',
    });
  });
});

test('a login grant is stored as a SHA-256 digest only', async () => {
  const userId = await addUser();
  const insert = `insert into login_grants (grant_hash, user_id, expires_at) values ($1, $2, now() + interval '1 minute')`;
  await assert.rejects(query(insert, [Buffer.from('the code itself'), userId]), { code: '23514' });
  await query(insert, [digest(), userId]);
});

test('deleting a user leaves nothing of theirs', async () => {
  const userId = await addUser();
  await addSession(userId);
  await query(`insert into user_identities (provider, subject, user_id) values ('github', '7', $1)`, [userId]);
  await query(
    `insert into login_grants (grant_hash, user_id, expires_at) values ($1, $2, now() + interval '1 minute')`,
    [digest(), userId],
  );
  await query('delete from users where id = $1', [userId]);
  for (const table of ['user_identities', 'sessions', 'refresh_tokens', 'login_grants']) {
    const { rows } = await query(`select 1 from ${table}`);
    assert.deepEqual(rows, [], table);
  }
});

test('every foreign key is served by an index', async () => {
  const { rows } = await query(
    `select conrelid::regclass || ' ' || conname as name from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace
        and not exists (select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])`,
  );
  assert.deepEqual(rows, []);
});
