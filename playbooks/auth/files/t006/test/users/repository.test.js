// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createUsersRepository } from '../../src/users/repository.js';
import { createDatabase } from '../support/database.js';

let database;
let users;
before(async () => {
  database = await createDatabase();
  users = createUsersRepository(database.pool);
});
after(() => database?.close());
beforeEach(() => database.pool.query('delete from users'));

const query = (sql, values) => database.pool.query(sql, values);
const addAda = () => users.create({ email: 'Ada@Example.com', displayName: 'Ada' });

describe('users', () => {
  test('are created with the address in lower case and found by it', async () => {
    const ada = await addAda();
    assert.deepEqual(ada, {
      id: ada.id,
      email: 'ada@example.com',
      displayName: 'Ada',
      hasPassword: false,
      createdAt: ada.createdAt,
      disabledAt: null,
    });
    assert.deepEqual(await users.find(ada.id), ada);
    assert.deepEqual(await users.findByEmail('ADA@example.com'), ada);
  });

  test('with an address that is taken are not created', async () => {
    await addAda();
    assert.equal(await addAda(), undefined);
  });

  test('say whether they have a password, and never what its hash is', async () => {
    const { id } = await addAda();
    await query(`update users set password_hash = 'scrypt$canary'`);
    const ada = await users.find(id);
    assert.equal(ada.hasPassword, true);
    assert.doesNotMatch(JSON.stringify(ada), /canary/);
  });

  test('are listed page by page, newest first, each once', async () => {
    await query(
      `insert into users (email, created_at)
       select 'user' || n || '@example.com', date_trunc('hour', now()) - n / 2 * interval '1 hour'
         from generate_series(1, 5) n`,
    );
    const seen = [];
    let page = [];
    do {
      page = await users.list({ limit: 2, after: page.at(-1) });
      seen.push(...page);
    } while (page.length === 2);
    assert.equal(new Set(seen.map((user) => user.id)).size, 5);
    const times = seen.map((user) => user.createdAt.getTime());
    assert.deepEqual(times, [...times].sort((a, b) => b - a));
  });
});

describe('changing a user', () => {
  test('leaves what is not given', async () => {
    const { id } = await addAda();
    assert.equal((await users.update(id, { email: 'Ada@New.example' })).displayName, 'Ada');
    const renamed = await users.update(id, { displayName: 'Countess' });
    assert.deepEqual([renamed.email, renamed.displayName], ['ada@new.example', 'Countess']);
  });

  test('a display name can be taken away again', async () => {
    const { id } = await addAda();
    assert.equal((await users.update(id, { displayName: null })).displayName, null);
    assert.equal((await users.find(id)).displayName, null);
  });

  test('that does not exist changes nothing', async () => {
    assert.equal(await users.update(randomUUID(), { displayName: 'Eve' }), undefined);
  });
});

describe('disabling a user', () => {
  test('ends the sessions, keeps the first date and can be undone', async () => {
    const { id } = await addAda();
    await query(`insert into sessions (user_id, expires_at) values ($1, now() + interval '1 day')`, [id]);
    const { disabledAt } = await users.disable(id);
    assert.ok(disabledAt instanceof Date);
    assert.deepEqual((await users.disable(id)).disabledAt, disabledAt);
    const { rows } = await query('select revoke_reason as reason from sessions');
    assert.deepEqual(rows, [{ reason: 'operator' }]);
    assert.equal((await users.enable(id)).disabledAt, null);
  });
});

test('removing a user says whether there was one', async () => {
  const { id } = await addAda();
  assert.equal(await users.remove(id), true);
  assert.equal(await users.remove(id), false);
  assert.equal(await users.find(id), undefined);
});
