// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { appendFile, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MIGRATIONS_DIR, migrateDown, migrateUp } from '../../src/db/migrate.js';
import { createPool } from '../../src/db/pool.js';
import { withDatabaseName, withSession } from '../../src/db/session.js';
import { readBackup } from '../../src/backup/read-backup.js';
import { restore } from '../../src/backup/restore.js';
import { createDatabase } from '../support/database.js';
import { forge } from './forge.js';
import { useNewNames } from './new-names.js';
import { useOrders } from './support.js';

const orders = useOrders();
const newName = useNewNames(orders);

async function restoreFrom(path, name = newName()) {
  const { config, migrationsDir } = orders;
  return restore({ backup: await readBackup(path), config, name, migrationsDir });
}

function query(name, sql) {
  const url = withDatabaseName(orders.config.databaseUrl, name);
  return withSession(url, async (session) => (await session.query(sql)).rows);
}

async function exists(name) {
  const { rowCount } = await orders.pool.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}

/** Everything in a table, as the database says it. */
const contents = (table) => `select jsonb_agg(to_jsonb(t) order by to_jsonb(t)) as rows from ${table} t`;

/** Restored once; what several tests look at and none changes for another. */
let restored;
let manifest;
/** Exists and is empty, until the last test fills it. */
let empty;

before(async () => {
  const backup = await orders.backUp();
  manifest = backup.manifest;
  restored = await restoreFrom(backup.path);
  empty = await createDatabase({ migrated: false });
});
after(() => empty?.close());

async function restoreIntoEmpty(path) {
  const { rows } = await empty.pool.query('select current_database() as name');
  return restoreFrom(path, rows[0].name);
}

test('every row of every table comes back as it was', async () => {
  const { created, rows, schema } = restored;
  assert.deepEqual([created, rows, schema], [true, 25, 'same']);
  for (const { name } of manifest.tables) {
    const { rows: before } = await orders.pool.query(contents(name));
    assert.deepEqual(await query(restored.database, contents(name)), before, name);
  }
});

test('sequences go on where they stood', async () => {
  const added = `insert into invoices (order_id, net_cents) select id, 1 from orders limit 1 returning number::int`;
  assert.deepEqual(await query(restored.database, added), [{ number: 6 }]);
  assert.deepEqual(await query(restored.database, `select nextval('printed_pages')::int as next`), [
    { next: 21 },
  ]);
});

test('the restored database can be migrated on and back', async () => {
  const pool = createPool({
    databaseUrl: withDatabaseName(orders.config.databaseUrl, restored.database),
    databasePoolSize: 1,
  });
  try {
    assert.deepEqual(await migrateUp(pool, { dir: orders.migrationsDir }), []);
    assert.deepEqual(await migrateDown(pool, { dir: orders.migrationsDir }), ['0003']);
  } finally {
    await pool.end();
  }
});

test('a byte that changed is noticed before a database is made', async () => {
  const { path } = await orders.backUp();
  const file = join(path, 'data/0001.copy');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('customer-1\t', 'customer-9\t'));
  const name = newName();
  await assert.rejects(
    restoreFrom(path, name),
    /data\/0001\.copy of .* is not what was backed up, its checksum differs/,
  );
  assert.equal(await exists(name), false);
});

test('a file that was cut off, lost or swapped for a link is noticed', async () => {
  const { path } = await orders.backUp();
  const file = join(path, 'data/0004.copy');
  await truncate(file, 100);
  await assert.rejects(readBackup(path), /data\/0004\.copy of .* is cut off: 100 of \d+ bytes/);
  await rename(file, join(orders.dir, 'elsewhere'));
  await assert.rejects(readBackup(path), /has no data\/0004\.copy; it is no backup or was never finished/);
  await symlink(join(orders.dir, 'elsewhere'), file);
  await assert.rejects(readBackup(path), /data\/0004\.copy of .* is not a plain file/);
});

test('a manifest that was changed, is none, or is of an unfinished backup is refused', async () => {
  const { path } = await orders.backUp();
  await appendFile(join(path, 'manifest.json'), ' ');
  await assert.rejects(readBackup(path), /manifest\.json of .* is not what was backed up/);
  await forge(path, 'manifest.json', () => '{"version":2}');
  await assert.rejects(readBackup(path), /manifest\.json is not one of these backups/);
  await forge(path, 'manifest.json', () => 'none');
  await assert.rejects(readBackup(path), /manifest\.json is not JSON/);
  await writeFile(join(path, 'SHA256SUMS'), '');
  await assert.rejects(readBackup(path), /SHA256SUMS is damaged/);
  await rm(join(path, 'SHA256SUMS'));
  await assert.rejects(readBackup(path), /has no SHA256SUMS/);
  await assert.rejects(readBackup(`${path}.partial`), /was never finished/);
});

test('rows that are missing although every checksum fits are noticed, and the database is gone again', async () => {
  const { path } = await orders.backUp();
  await forge(path, 'data/0004.copy', (text) => text.split('\n').slice(1).join('\n'));
  await forge(path, 'manifest.json', (text) => {
    const manifest = JSON.parse(text);
    manifest.tables[4].bytes = 1;
    return JSON.stringify(manifest);
  });
  const name = newName();
  await assert.rejects(
    restoreFrom(path, name),
    /public\.order_items got 9 rows and not the 10 of the backup/,
  );
  assert.equal(await exists(name), false);
});

test('what somebody added to the database by hand is named when it does not come back', async () => {
  const withIt = async (create, drop) => {
    await orders.pool.query(create);
    const { path } = await orders.backUp().finally(() => orders.pool.query(drop));
    return path;
  };
  const index = await withIt('create index by_hand on orders (currency)', 'drop index by_hand');
  await assert.rejects(
    restoreIntoEmpty(index),
    /the schema is not that of the backup: missing: index CREATE INDEX by_hand/,
  );
  const table = await withIt('create table by_hand ()', 'drop table by_hand');
  await assert.rejects(
    restoreIntoEmpty(table),
    /no migration makes public\.by_hand; somebody added it by hand/,
  );
});

test('statements come from the checkout and never from the backup', async () => {
  const { path } = await orders.backUp();
  await forge(path, 'migrations/0001_orders.up.sql', () => 'create table stolen ()');
  // As if the server had another version, which may spell the same schema in other words.
  await forge(path, 'manifest.json', (text) => text.replace(/"serverMajor": \d+/, '"serverMajor": 12'));
  const { database, schema } = await restoreFrom(path);
  assert.equal(schema, 'not compared');
  assert.deepEqual(await query(database, `select to_regclass('stolen') as name`), [{ name: null }]);
});

test('a backup of a newer release than the checkout is refused', async () => {
  const { path } = await orders.backUp();
  const backup = await readBackup(path);
  const name = newName();
  await assert.rejects(
    restore({ backup, config: orders.config, name, migrationsDir: MIGRATIONS_DIR }),
    /has a migration 0003 that this checkout does not have; use the one it was made with/,
  );
  assert.equal(await exists(name), false);
});

test('a database that is there is filled when it is empty, and refused and left alone when it is not', async () => {
  const { path } = await orders.backUp();
  await empty.pool.query('create schema reports');
  await assert.rejects(restoreIntoEmpty(path), /is not empty \(reports\); name one that does not exist yet/);
  await empty.pool.query('drop schema reports');
  assert.equal((await restoreIntoEmpty(path)).created, false);
  await assert.rejects(restoreIntoEmpty(path), /is not empty \(public\./);
  assert.equal((await empty.pool.query('select from orders')).rowCount, 5);
});
