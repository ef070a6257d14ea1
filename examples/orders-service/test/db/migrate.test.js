// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { migrateDown, migrateUp, readMigrations } from '../../src/db/migrate.js';
import { createDatabase } from '../support/database.js';

let database;
let dir;

before(async () => {
  database = await createDatabase({ migrated: false });
  dir = await mkdtemp(join(tmpdir(), 'orders-migrations-'));
});
after(async () => {
  await database?.close();
  if (dir) await rm(dir, { recursive: true });
});
beforeEach(async () => {
  await database.pool.query('drop schema public cascade');
  await database.pool.query('create schema public');
  await rm(dir, { recursive: true });
  dir = await mkdtemp(join(tmpdir(), 'orders-migrations-'));
});

async function write(files) {
  for (const [name, sql] of Object.entries(files)) await writeFile(join(dir, name), sql);
}

/** Columns, constraints and indexes of the schema, as text. */
async function snapshot() {
  const { rows } = await database.pool.query(
    `select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
       from information_schema.columns where table_schema = 'public' and table_name <> 'schema_migrations'
     union all
     select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid <> 'schema_migrations'::regclass
     union all
     select indexdef from pg_indexes where schemaname = 'public' and tablename <> 'schema_migrations'
     order by line`,
  );
  return rows.map((row) => row.line);
}

test('each migration of the service can be undone and applied again', async () => {
  const versions = (await readMigrations()).map((migration) => migration.version);
  assert.deepEqual(await migrateUp(database.pool), versions);
  const full = await snapshot();

  assert.deepEqual(await migrateDown(database.pool, { steps: versions.length }), [...versions].reverse());
  assert.deepEqual(await snapshot(), []);
  assert.deepEqual(await migrateDown(database.pool), []);

  assert.deepEqual(await migrateUp(database.pool), versions);
  assert.deepEqual(await snapshot(), full);
  assert.deepEqual(await migrateUp(database.pool), []);
});

test('every table and column of the service has a comment', async () => {
  await migrateUp(database.pool);
  const { rows } = await database.pool.query(
    `select attrelid::regclass || '.' || attname as name
       from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'
        and attnum > 0 and not attisdropped
        and (col_description(attrelid, attnum) is null or obj_description(attrelid, 'pg_class') is null)`,
  );
  assert.deepEqual(rows, []);
});

test('the database refuses what the API must never store', async () => {
  await migrateUp(database.pool);
  const order = `insert into orders (customer_reference, currency, status) values`;
  for (const values of [`('', 'EUR', 'pending')`, `('c', 'euro', 'pending')`, `('c', 'EUR', 'cancelled')`]) {
    await assert.rejects(database.pool.query(`${order} ${values}`), { code: '23514' });
  }
  await assert.rejects(
    database.pool.query(`insert into order_items values (gen_random_uuid(), 1, 'cup', 1, 1)`),
    {
      code: '23503',
    },
  );
});

test('a failing migration leaves nothing of itself and keeps those before it', async () => {
  await write({
    '0001_good.up.sql': 'create table good ()',
    '0001_good.down.sql': 'drop table good',
    '0002_bad.up.sql': 'create table half (); select 1 / 0',
    '0002_bad.down.sql': 'drop table half',
  });
  await assert.rejects(migrateUp(database.pool, { dir }), /division by zero/);
  const { rows } = await database.pool.query(
    `select to_regclass('good') as good, to_regclass('half') as half`,
  );
  assert.deepEqual(rows, [{ good: 'good', half: null }]);
});

test('two migrators at once apply each migration once', async () => {
  const results = await Promise.all([migrateUp(database.pool), migrateUp(database.pool)]);
  assert.deepEqual(
    results.flat().sort(),
    (await readMigrations()).map((migration) => migration.version),
  );
});

test('an applied migration that was edited is refused', async () => {
  await write({ '0001_a.up.sql': 'create table a ()', '0001_a.down.sql': 'drop table a' });
  await migrateUp(database.pool, { dir });
  await write({ '0001_a.up.sql': 'create table a (id int)' });
  await assert.rejects(migrateUp(database.pool, { dir }), /0001 was changed/);
});

test('an applied migration without a file cannot be undone', async () => {
  await migrateUp(database.pool);
  await assert.rejects(migrateDown(database.pool, { dir }), /has no file/);
});

test('half a pair, a shared number and a wrong name are refused', async () => {
  await write({ '0001_a.up.sql': '' });
  await assert.rejects(readMigrations(dir), /needs an \.up\.sql and a \.down\.sql/);
  await write({ '0001_b.down.sql': '' });
  await assert.rejects(readMigrations(dir), /0001 is both a and b/);
  await rm(join(dir, '0001_b.down.sql'));
  await write({ '0001_a.down.sql': '', '1.sql': '' });
  await assert.rejects(readMigrations(dir), /1\.sql is not named/);
});
