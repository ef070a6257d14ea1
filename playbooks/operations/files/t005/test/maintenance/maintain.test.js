// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { withSession } from '../../src/db/session.js';
import { maintain } from '../../src/maintenance/maintain.js';
import { surveyIndexes, surveyTables } from '../../src/maintenance/survey.js';
import { createDatabase } from '../support/database.js';

let database;

before(async () => {
  database = await createDatabase();
  // Autovacuum would do the work of these tests in the middle of them; it has no say in tables of its own limits either.
  await database.pool.query(
    `create table busy (id int primary key, label text) with (
       autovacuum_enabled = off, autovacuum_vacuum_threshold = 10, autovacuum_vacuum_scale_factor = 0.01);
     create index busy_label on busy (label)`,
  );
  await run('insert into busy select n, md5(n::text) from generate_series(1, 30000) n');
});
after(() => database?.close());

/** Runs a statement on a session of its own: what it did is counted when the session ends. */
function run(sql) {
  return withSession(database.url, (session) => session.query(sql));
}

const look = (options) =>
  withSession(database.url, (session) => maintain({ session, apply: false, ...options }));

/** Looks until the server has counted what ended sessions did, which takes it a moment. */
async function untilPlanned(statement) {
  for (;;) {
    const report = await look();
    const action = report.actions.find((candidate) => candidate.statement === statement);
    if (action) return { report, action };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('what is needed is said with its reason, and nothing is done without --apply', async () => {
  await untilPlanned('analyze public.busy');
  await run('delete from busy where id > 1000');
  const { report, action } = await untilPlanned('vacuum (analyze) public.busy');
  assert.deepEqual([report.ok, report.applied, action.result], [true, false, 'not run']);
  assert.match(action.reason, /^29000 dead rows, over \d+$/);
  const { rows } = await database.pool.query(
    `select last_vacuum from pg_stat_user_tables where relname = 'busy'`,
  );
  assert.deepEqual(rows, [{ last_vacuum: null }]);
});

test("a table's own limits count before the server's", async () => {
  const tables = await withSession(database.url, surveyTables);
  const of = (name) => tables.find((table) => table.name === name).limits;
  assert.deepEqual([of('public.busy').vacuumBase, of('public.busy').vacuumShare], [10, 0.01]);
  assert.deepEqual([of('public.orders').vacuumBase, of('public.orders').vacuumShare], [50, 0.2]);
});

test('with --apply dead rows go and an index that kept their room is built anew', async () => {
  const size = async () =>
    (await database.pool.query(`select pg_relation_size('busy_label')::int as bytes`)).rows[0].bytes;
  await look({ apply: true });
  const before = await size();
  const { action } = await untilPlanned('reindex index concurrently public.busy_label');
  assert.match(action.reason, /^takes \d+ bytes where about \d+ would do$/);

  const report = await look({ apply: true });
  assert.equal(report.ok, true);
  assert.ok(report.actions.every(({ result }) => result === 'done'));
  assert.ok((await size()) < before / 5);
  assert.deepEqual(
    (await look()).actions.filter(({ statement }) => statement.includes('busy')),
    [],
  );
});

test('the room an index needs is estimated close to what a new one takes', async () => {
  await run('insert into busy select n, md5(n::text) from generate_series(100001, 120000) n');
  await run('reindex table busy');
  await run('analyze busy');
  const indexes = await withSession(database.url, surveyIndexes);
  for (const name of ['public.busy_label', 'public.busy_pkey']) {
    const { bytes, neededBytes } = indexes.find((index) => index.name === name);
    assert.ok(neededBytes > bytes / 2 && neededBytes < bytes * 2, `${name}: ${neededBytes} for ${bytes}`);
  }
});

test('an index that was never finished is found and rebuilt', async () => {
  await run(`insert into busy values (-1, 'twice'), (-2, 'twice')`);
  await assert.rejects(run('create unique index concurrently busy_once on busy (label)'), { code: '23505' });
  await run('delete from busy where id = -2');
  const { actions } = await look({ apply: true });
  const rebuilt = actions.find(
    ({ statement }) => statement === 'reindex index concurrently public.busy_once',
  );
  assert.equal(rebuilt.result, 'done');
  const { rows } = await database.pool.query(
    `select indisvalid from pg_index where indexrelid = 'busy_once'::regclass`,
  );
  assert.deepEqual(rows, [{ indisvalid: true }]);
});

test('a statement that has to wait too long for a lock is reported, and the rest is done', async () => {
  await run(`update busy set label = label || 'x'`);
  await untilPlanned('vacuum (analyze) public.busy');
  const holder = await database.pool.connect();
  await holder.query('begin; lock table busy in share update exclusive mode');
  try {
    const report = await withSession(database.url, async (session) => {
      await session.query(`set lock_timeout = '10ms'`);
      return maintain({ session, apply: true });
    });
    assert.equal(report.ok, false);
    const failed = report.actions.filter(({ result }) => result === 'failed');
    assert.ok(failed.length > 0 && failed.every(({ statement }) => statement.includes('busy')));
    assert.match(failed[0].error, /lock timeout/);
  } finally {
    await holder.query('rollback');
    holder.release();
  }
});

test('the command looks by default and refuses what it does not know', () => {
  const command = (...args) =>
    spawnSync(process.execPath, ['scripts/maintenance.js', ...args], {
      encoding: 'utf8',
      env: { DATABASE_URL: database.url },
    });
  const { status, stdout } = command();
  assert.deepEqual([status, JSON.parse(stdout).applied], [0, false]);
  assert.equal(command('--force').status, 2);
});
