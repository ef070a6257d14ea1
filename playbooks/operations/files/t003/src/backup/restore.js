import { createMigrationsTable, readMigrations } from '../db/migrate.js';
import { withDatabaseName, withSession } from '../db/session.js';
import { serverMajor } from './archive.js';
import { compareSchemas, describeSchema, readTables } from './catalog.js';
import { copyIn } from './transfer.js';

/**
 * Restores a backup into a database that is made for it, or is there and empty. It is restored whole or not at all.
 *
 * @param {object} options
 * @param {import('./read-backup.js').Backup} options.backup
 * @param {{ databaseUrl: string, adminDatabase: string }} options.config
 * @param {string} options.name Of the database, on the server of DATABASE_URL.
 * @param {string} [options.migrationsDir]
 * @returns {Promise<{ database: string, created: boolean, rows: number, schema: 'same' | 'not compared' }>}
 * @throws when the database has anything in it, or when what was restored is not what was backed up.
 */
export async function restore({ backup, config, name, migrationsDir }) {
  const migrations = await findMigrations(backup, migrationsDir);
  const created = await createDatabase(config, name);
  try {
    const result = await withSession(withDatabaseName(config.databaseUrl, name), async (session) => {
      await refuseUnlessEmpty(session);
      const filled = await inTransaction(session, () => fill(session, backup, migrations));
      await session.query('analyze');
      return filled;
    });
    return { database: name, created, ...result };
  } catch (error) {
    if (created) await dropDatabase(config, name);
    throw new Error(`${backup.name} was not restored: ${error.message}`, { cause: error });
  }
}

/** The migrations of the backup, from this checkout: statements are never run from a backup. */
async function findMigrations({ name, manifest }, dir) {
  const known = await readMigrations(dir);
  return manifest.migrations.map(({ version, checksum }) => {
    const migration = known.find(
      (candidate) => candidate.version === version && candidate.checksum === checksum,
    );
    if (migration) return migration;
    throw new Error(
      `${name} has a migration ${version} that this checkout does not have; use the one it was made with.`,
    );
  });
}

/** @returns {Promise<boolean>} Whether it was created now. */
function createDatabase(config, name) {
  return withSession(withDatabaseName(config.databaseUrl, config.adminDatabase), async (session) => {
    const { rows } = await session.query('select from pg_database where datname = $1', [name]);
    if (rows.length > 0) return false;
    await session.query(
      `create database ${session.escapeIdentifier(name)} template template0 encoding 'UTF8'`,
    );
    return true;
  });
}

/**
 * @param {{ databaseUrl: string, adminDatabase: string }} config
 * @param {string} name
 */
export async function dropDatabase(config, name) {
  await withSession(withDatabaseName(config.databaseUrl, config.adminDatabase), (session) =>
    session.query(`drop database if exists ${session.escapeIdentifier(name)} with (force)`),
  );
}

async function refuseUnlessEmpty(session) {
  const { rows } = await session.query(
    `select format('%I.%I', nspname, relname) as name
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname !~ '^pg_' and nspname <> 'information_schema'
     union all
     select nspname from pg_namespace
      where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
     order by name limit 3`,
  );
  if (rows.length === 0) return;
  const found = rows.map((row) => row.name).join(', ');
  throw new Error(
    `the database ${session.database} is not empty (${found}); name one that does not exist yet.`,
  );
}

async function inTransaction(session, work) {
  await session.query('begin');
  try {
    const result = await work();
    await session.query('commit');
    return result;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw error;
  }
}

async function fill(session, { manifest, dataFile }, migrations) {
  await createMigrationsTable(session);
  for (const migration of migrations) await session.query(migration.up);

  const tables = await readTables(session);
  const unknown = manifest.tables.filter((table) => !tables.some(({ name }) => name === table.name));
  if (unknown.length > 0) {
    throw new Error(
      `no migration makes ${unknown.map((table) => table.name).join(', ')}; somebody added it by hand.`,
    );
  }
  let total = 0;
  // In the order of the tables there are: each after those it references.
  for (const table of tables) {
    const index = manifest.tables.findIndex(({ name }) => name === table.name);
    if (index === -1) continue;
    const { columns, rows: expected } = manifest.tables[index];
    // Names become part of a statement, so only those the catalog quoted itself are used.
    if (
      columns.length !== table.columns.length ||
      !columns.every((column) => table.columns.includes(column))
    ) {
      throw new Error(
        `${table.name} has other columns than those that were backed up; somebody changed it by hand.`,
      );
    }
    const rows = await copyIn(session, { ...table, columns }, dataFile(index));
    if (rows !== expected) {
      throw new Error(`${table.name} got ${rows} rows and not the ${expected} of the backup.`);
    }
    total += rows;
  }
  for (const { name, lastValue, isCalled } of manifest.sequences) {
    await session.query('select setval($1::regclass, $2, $3)', [name, lastValue, isCalled]);
  }
  return { rows: total, schema: await compareWith(session, manifest) };
}

/** Servers of another major version may spell the same schema in other words. */
async function compareWith(session, manifest) {
  if ((await serverMajor(session)) !== manifest.serverMajor) return 'not compared';
  const differences = compareSchemas(manifest.schema, await describeSchema(session));
  if (differences.length === 0) return 'same';
  throw new Error(`the schema is not that of the backup: ${differences.slice(0, 5).join('; ')}`);
}
