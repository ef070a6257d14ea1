// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withDatabaseName, withSession } from '../../src/db/session.js';
import { createDatabase } from '../support/database.js';

let database;

before(async () => {
  database = await createDatabase({ migrated: false });
});
after(() => database?.close());

test('an operator works with one spelling of values, no time limit, and little patience for locks', async () => {
  await database.pool.query(`alter database ${new URL(database.url.replace(/@\//, '@h/')).pathname.slice(1)}
    set intervalstyle to 'iso_8601'`);
  const rows = await withSession(database.url, async (session) => {
    const shown = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
                          interval '1 day' as day, current_setting('intervalstyle') as style`;
    return (await session.query(shown)).rows;
  });
  assert.equal(rows[0].statement, '0');
  assert.equal(rows[0].lock, '5s');
  assert.equal(rows[0].style, 'postgres');
});

test('the connection is closed, also when the work fails', async () => {
  const names = `select from pg_stat_activity where application_name = 'orders-operations' and datname = current_database()`;
  await assert.rejects(
    withSession(database.url, async (session) => {
      assert.equal((await session.query(names)).rowCount, 1);
      throw new Error('work failed');
    }),
    /work failed/,
  );
  // The server's side ends a moment after ours.
  while ((await database.pool.query(names)).rowCount > 0)
    await new Promise((resolve) => setImmediate(resolve));
});

test('a connection that is lost fails the work and not the process', async () => {
  const lost = withSession(database.url, async (session) => {
    const { rows } = await session.query('select pg_backend_pid() as pid');
    await database.pool.query('select pg_terminate_backend($1)', [rows[0].pid]);
    return session.query('select 1');
  });
  await assert.rejects(lost, Error);
});

test('another database of the same server is reached with the same user and options', () => {
  for (const [url, expected] of [
    ['postgres://ada:pw@db:5433/orders?sslmode=require', 'postgres://ada:pw@db:5433/new?sslmode=require'],
    ['postgres://postgres@/orders?host=%2Ftmp%2Fpg', 'postgres://postgres@/new?host=%2Ftmp%2Fpg'],
    ['postgres://db', 'postgres://db/new'],
  ]) {
    assert.equal(withDatabaseName(url, 'new'), expected);
  }
  assert.equal(withDatabaseName('postgres://db/orders', 'a?b/c'), 'postgres://db/a%3Fb%2Fc');
  assert.throws(() => withDatabaseName('host=db', 'new'), /not a connection string/);
});
