// Needs PostgreSQL; one test also a pg_dump of its major version.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serverMajor } from '../../src/backup/archive.js';
import { MIGRATIONS_DIR } from '../../src/db/migrate.js';
import { addOrders, useOrders } from './support.js';

const orders = useOrders();

test('a backup holds every table with its rows, its checksum and where it belongs', async () => {
  const { path, manifest } = await orders.backUp();
  assert.deepEqual(
    manifest.tables.map(({ name, rows }) => [name, rows]),
    [
      ['public."Odd ""table"", with; drop table orders"', 2],
      ['public.orders', 5],
      ['public.schema_migrations', 3],
      ['public.invoices', 5],
      ['public.order_items', 10],
    ],
  );
  const items = await readFile(join(path, 'data/0004.copy'), 'utf8');
  assert.equal(items.trim().split('\n').length, 10);
  assert.match(items, /\t1\tsku-1\t1\t250\n/);
  assert.deepEqual(
    manifest.migrations.map(({ version }) => version),
    ['0001', '0002', '0003'],
  );
  assert.ok(manifest.schema.some((line) => line.includes('orders_status_check')));
  assert.deepEqual(manifest.sequences, [
    { name: 'public.invoices_number_seq', lastValue: '5', isCalled: true },
    { name: 'public.printed_pages', lastValue: '11', isCalled: true },
  ]);
  assert.equal((await readdir(join(path, 'migrations'))).length, 3);
});

test('anybody can check a backup with sha256sum', async (t) => {
  const { path } = await orders.backUp();
  const checked = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: path, encoding: 'utf8' });
  if (checked.error?.code === 'ENOENT') return t.skip('no sha256sum');
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /data\/0000\.copy: OK\n[^]*manifest\.json: OK/);
});

test('only its owner can read a backup', async () => {
  const { path } = await orders.backUp();
  for (const entry of ['', ...(await readdir(path, { recursive: true }))]) {
    assert.equal((await stat(join(path, entry))).mode & 0o077, 0, entry);
  }
});

test('what the service writes meanwhile is not in the backup, neither half nor whole', async () => {
  const { manifest } = await orders.backUp({ onTable: () => addOrders(orders.pool, 1) });
  const rows = Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows]));
  assert.equal(rows['public.order_items'], rows['public.orders'] * 2);
  const { rows: now } = await orders.pool.query('select count(*)::int as count from orders');
  assert.equal(now[0].count, rows['public.orders'] + manifest.tables.length);
});

test('a backup that is interrupted leaves nothing and says that there is none', async () => {
  const before = await readdir(orders.dir);
  const interrupted = orders.backUp({
    onTable: (table) =>
      table === 'public.order_items' &&
      orders.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'orders-operations' and datname = current_database()`,
      ),
  });
  await assert.rejects(interrupted, /^Error: There is no new backup: /);
  assert.deepEqual(await readdir(orders.dir), before);
});

test('a database without migrations, or with others than this checkout, is not backed up', async () => {
  await assert.rejects(
    orders.backUp({ migrationsDir: MIGRATIONS_DIR }),
    /migration 0003 of \w+ is not in this checkout/,
  );
  const change = (text) =>
    orders.pool.query(`update schema_migrations set checksum = ${text} where version = '0002'`);
  await change(`'x' || checksum`);
  await assert.rejects(orders.backUp(), /migration 0002 of \w+ is another one in this checkout/);
  await change('substr(checksum, 2)');
  await orders.pool.query('alter table schema_migrations rename to hidden');
  await assert.rejects(orders.backUp(), /no migrations yet; migrate it first/);
  await orders.pool.query('alter table hidden rename to schema_migrations');
});

test('what these backups cannot hold is refused and named', async () => {
  await orders.pool.query('create materialized view totals as select count(*) from orders');
  await assert.rejects(orders.backUp(), /cannot hold the materialized view public\.totals; use pg_dump/);
  await orders.pool.query('drop materialized view totals');
  await orders.pool.query(
    'create table a (id int primary key); create table b (id int primary key references a)',
  );
  await orders.pool.query('alter table a add foreign key (id) references b');
  await assert.rejects(orders.backUp(), /public\.a, public\.b reference each other/);
  await orders.pool.query('drop table a, b cascade');
});

test('without a pg_dump of the server there is no archive, and the backup says why', async () => {
  const { manifest, path } = await orders.backUp();
  assert.deepEqual(manifest.archive, { reason: 'no-such-pg-dump did not run' });
  assert.ok(!(await readdir(path)).includes('archive.dump'));
  const pgDump = { command: process.execPath, path: '' };
  assert.match(
    (await orders.backUp({ pgDump })).manifest.archive.reason,
    /the server is version \d+, the client is v/,
  );
});

test('with a pg_dump of the server there is an archive of the same moment', async (t) => {
  const client = await orders.pool.connect();
  const major = await serverMajor(client).finally(() => client.release());
  const found = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' });
  if (Number(/ (\d+)/.exec(found.stdout ?? '')?.[1]) !== major)
    return t.skip(`no pg_dump of version ${major}`);

  let added = false;
  const onTable = async () => {
    if (!added) await addOrders(orders.pool, 1);
    added = true;
  };
  const pgDump = { command: 'pg_dump', path: process.env.PATH };
  const { path, manifest } = await orders.backUp({ pgDump, onTable });
  assert.equal(manifest.archive.tool, found.stdout.trim());
  const options = { cwd: path, encoding: 'utf8' };
  assert.match(execFileSync('pg_restore', ['--list', 'archive.dump'], options), /TABLE DATA public orders/);
  const rows = execFileSync(
    'pg_restore',
    ['--data-only', '--table=orders', '--file=-', 'archive.dump'],
    options,
  );
  const expected = manifest.tables.find((table) => table.name === 'public.orders').rows;
  assert.equal(rows.match(/\tEUR\t/g).length, expected);
  assert.match(await readFile(join(path, 'SHA256SUMS'), 'utf8'), / {2}archive\.dump\n/);
});
