import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTransaction } from './transaction.js';

/** The migrations of this service. */
export const MIGRATIONS_DIR = fileURLToPath(new URL('../../migrations', import.meta.url));

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.(up|down)\.sql$/;
// Any fixed number will do; it keeps two deployments from migrating at the same time.
const LOCK_ID = 7_306_531;

/**
 * @typedef {object} Migration
 * @property {string} version Four digits.
 * @property {string} name
 * @property {string} up SQL.
 * @property {string} down SQL that undoes `up`.
 * @property {string} checksum Of `up`.
 */

/**
 * @param {string} [dir]
 * @returns {Promise<Migration[]>} In order of version.
 * @throws when a file has a wrong name, a number is used twice or a pair is not complete.
 */
export async function readMigrations(dir = MIGRATIONS_DIR) {
  /** @type {Map<string, Partial<Migration>>} */
  const found = new Map();
  for (const file of (await readdir(dir)).sort()) {
    if (!file.endsWith('.sql')) continue;
    const match = FILE_NAME.exec(file);
    if (!match) throw new Error(`${file} is not named like 0001_name.up.sql; rename it.`);
    const [, version, name, direction] = match;
    const migration = found.get(version) ?? { version, name };
    if (migration.name !== name) {
      throw new Error(
        `Migration ${version} is both ${migration.name} and ${name}; give one the next number.`,
      );
    }
    migration[direction] = await readFile(join(dir, file), 'utf8');
    found.set(version, migration);
  }
  return [...found.values()].map((migration) => {
    if (migration.up === undefined || migration.down === undefined) {
      throw new Error(`Migration ${migration.version} needs an .up.sql and a .down.sql file.`);
    }
    return { ...migration, checksum: createHash('sha256').update(migration.up).digest('hex') };
  });
}

/**
 * Applies what is missing, each migration in a transaction of its own.
 *
 * @param {import('pg').Pool} pool
 * @param {{ dir?: string }} [options]
 * @returns {Promise<string[]>} Versions applied now.
 */
export async function migrateUp(pool, { dir } = {}) {
  const migrations = await readMigrations(dir);
  const done = [];
  for (const migration of migrations) {
    const applied = await inLockedTransaction(pool, async (client) => {
      const { rows } = await client.query('select checksum from schema_migrations where version = $1', [
        migration.version,
      ]);
      if (rows.length > 0) {
        if (rows[0].checksum === migration.checksum) return false;
        throw new Error(
          `Migration ${migration.version} was changed after it was applied; add a new one instead.`,
        );
      }
      await client.query(migration.up);
      await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
        migration.version,
        migration.name,
        migration.checksum,
      ]);
      return true;
    });
    if (applied) done.push(migration.version);
  }
  return done;
}

/**
 * Undoes the latest migrations, newest first.
 *
 * @param {import('pg').Pool} pool
 * @param {{ dir?: string, steps?: number }} [options] One step when left out.
 * @returns {Promise<string[]>} Versions undone now.
 */
export async function migrateDown(pool, { dir, steps = 1 } = {}) {
  const migrations = await readMigrations(dir);
  const done = [];
  while (done.length < steps) {
    const version = await inLockedTransaction(pool, async (client) => {
      const { rows } = await client.query(
        'select version from schema_migrations order by version desc limit 1',
      );
      if (rows.length === 0) return undefined;
      const migration = migrations.find((candidate) => candidate.version === rows[0].version);
      if (!migration)
        throw new Error(`Migration ${rows[0].version} is applied but has no file; check out its commit.`);
      await client.query(migration.down);
      await client.query('delete from schema_migrations where version = $1', [migration.version]);
      return migration.version;
    });
    if (version === undefined) break;
    done.push(version);
  }
  return done;
}

function inLockedTransaction(pool, work) {
  return withTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK_ID]);
    await client.query(
      `create table if not exists schema_migrations (
         version text primary key,
         name text not null,
         checksum text not null,
         applied_at timestamptz not null default now()
       )`,
    );
    return work(client);
  });
}
