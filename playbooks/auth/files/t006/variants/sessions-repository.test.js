// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createSessionsRepository } from '../../src/sessions/repository.js';
import { createDatabase } from '../support/database.js';

let database;
let sessions;
let userId;
before(async () => {
  database = await createDatabase();
  sessions = createSessionsRepository(database.pool);
});
after(() => database?.close());
beforeEach(async () => {
  await database.pool.query('delete from users');
  const { rows } = await database.pool.query(
    `insert into users (email) values ('ada@example.com') returning id`,
  );
  userId = rows[0].id;
});

/** Adds a session that began `ageDays` ago and lasts `lastsDays`. */
async function addSession({ ageDays = 0, lastsDays = 30 } = {}) {
  const { rows } = await database.pool.query(
    `insert into sessions (user_id, created_at, expires_at)
     values ($1, now() - $2 * interval '1 day', now() + ($3::float - $2) * interval '1 day') returning id`,
    [userId, ageDays, lastsDays],
  );
  return rows[0].id;
}

describe('active sessions', () => {
  test('are listed newest first, without those that are over', async () => {
    const older = await addSession({ ageDays: 2 });
    const newer = await addSession({ ageDays: 1 });
    await addSession({ ageDays: 40 });
    await sessions.revoke(await addSession());
    assert.deepEqual(
      (await sessions.listActive(userId)).map((session) => session.id),
      [newer, older],
    );
  });
});

describe('revoking', () => {
  test('one session leaves the others, and works once', async () => {
    const id = await addSession();
    const other = await addSession();
    assert.equal(await sessions.revoke(id), true);
    assert.equal(await sessions.revoke(id), false);
    assert.equal(await sessions.revoke(randomUUID()), false);
    assert.deepEqual(
      (await sessions.listActive(userId)).map((session) => session.id),
      [other],
    );
  });

  test('all sessions of a user counts those that were active', async () => {
    await addSession();
    await addSession();
    await addSession({ ageDays: 40 });
    assert.equal(await sessions.revokeAll(userId), 2);
    assert.deepEqual(await sessions.listActive(userId), []);
  });
});

describe('purging', () => {
  test('deletes what was over long ago and keeps the rest', async () => {
    const kept = [await addSession(), await addSession({ ageDays: 40 })];
    await addSession({ ageDays: 100 });
    assert.deepEqual(await sessions.purge({ days: 30 }), { sessions: 1, grants: 0 });
    const { rows } = await database.pool.query('select id from sessions');
    assert.deepEqual(rows.map((row) => row.id).sort(), kept.sort());
  });

  test('counts a revoked session from its revocation', async () => {
    await sessions.revoke(await addSession());
    await database.pool.query(`update sessions set revoked_at = now() - interval '31 days'`);
    assert.deepEqual(await sessions.purge({ days: 30 }), { sessions: 1, grants: 0 });
  });

  test('deletes expired grants and no others', async () => {
    await database.pool.query(
      `insert into login_grants (grant_hash, user_id, created_at, expires_at)
       select sha256(n::text::bytea), $1, now() - interval '1 hour', now() + n * interval '1 minute'
         from unnest(array[-1, 1]) n`,
      [userId],
    );
    assert.deepEqual(await sessions.purge({ days: 30 }), { sessions: 0, grants: 1 });
  });
});
