import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { backUp } from '../../src/backup/back-up.js';
import { MIGRATIONS_DIR, migrateUp } from '../../src/db/migrate.js';
import { withSession } from '../../src/db/session.js';
import { createDatabase } from '../support/database.js';

/** No program of that name: tests that are not about the archive do without. */
export const NO_PG_DUMP = Object.freeze({ command: 'no-such-pg-dump', path: '' });

/** What a later migration may bring: an identity, a sequence, a generated column, names that need quotes, a cascade. */
const LATER = `
  create table invoices (
    number bigint generated always as identity primary key,
    order_id uuid not null references orders on delete cascade,
    net_cents integer not null,
    gross_cents integer generated always as (net_cents * 119 / 100) stored,
    corrects bigint references invoices
  );
  create table "Odd ""table"", with; drop table orders" ("Select" text primary key, at interval, raw bytea);
  create sequence printed_pages increment by 10;
`;

/**
 * A database with a few orders, for all tests of the calling file. Its backups are gone afterwards.
 *
 * @param {{ later?: boolean }} [options] With tables of later migrations, unless `later` is false.
 */
export function useOrders({ later = true } = {}) {
  const context = { pool: undefined, config: undefined, dir: undefined, migrationsDir: MIGRATIONS_DIR };
  let database;

  context.backUp = (options = {}) =>
    withSession(context.config.databaseUrl, (session) =>
      backUp({
        session,
        dir: context.dir,
        pgDump: NO_PG_DUMP,
        migrationsDir: context.migrationsDir,
        ...options,
      }),
    );

  before(async () => {
    database = await createDatabase();
    context.pool = database.pool;
    const { rows } = await database.pool.query('select current_database() as name');
    context.name = rows[0].name;
    context.config = { databaseUrl: database.url, adminDatabase: 'postgres' };
    context.dir = await mkdtemp(join(tmpdir(), 'orders-backups-'));
    await addOrders(database.pool, 5);
    if (later) await addLater(context);
  });
  after(async () => {
    await database?.close();
    if (context.dir) await rm(context.dir, { recursive: true });
    if (context.migrationsDir !== MIGRATIONS_DIR) await rm(context.migrationsDir, { recursive: true });
  });
  return context;
}

async function addLater(context) {
  context.migrationsDir = await mkdtemp(join(tmpdir(), 'orders-migrations-'));
  await cp(MIGRATIONS_DIR, context.migrationsDir, { recursive: true });
  await writeFile(join(context.migrationsDir, '0003_later.up.sql'), LATER);
  await writeFile(join(context.migrationsDir, '0003_later.down.sql'), 'drop table invoices;');
  await migrateUp(context.pool, { dir: context.migrationsDir });
  await context.pool.query(
    `insert into invoices (order_id, net_cents, corrects) select id, 100 * n, nullif(n, 1) - 1
       from (select id, row_number() over () as n from orders) numbered order by n`,
  );
  await context.pool.query(
    `insert into "Odd ""table"", with; drop table orders" values
       (E'tab\\t, newline\\n, \\\\. and "quotes"', '1 mon 2 days 03:04:05.6', '\\x00ff'), ('', null, null)`,
  );
  await context.pool.query(`select nextval('printed_pages'), nextval('printed_pages')`);
}

/**
 * @param {import('pg').Pool} pool
 * @param {number} count
 */
export async function addOrders(pool, count) {
  await pool.query(
    `with taken as (
       insert into orders (customer_reference, currency) select 'customer-' || n, 'EUR' from generate_series(1, $1::int) n
       returning id
     )
     insert into order_items select id, line, 'sku-' || line, line, 250 from taken, generate_series(1, 2) line`,
    [count],
  );
}
