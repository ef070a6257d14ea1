import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readMigrations } from '../db/migrate.js';
import { serverMajor, writeArchive } from './archive.js';
import { describeSchema, readSequences, readTables, readUnsupported } from './catalog.js';
import { ARCHIVE, dataFile, MANIFEST, migrationFile, SUMS, writeSums } from './layout.js';
import { copyOut, digestFile, writeText } from './transfer.js';

/**
 * Backs a database up into a new folder `<dir>/orders-<time>`. Everything in it is what one moment's transaction saw,
 * while the service goes on. The folder gets its name when it is whole and on the disk; until then it ends in
 * `.partial`.
 *
 * @param {object} options
 * @param {import('pg').Client} options.session
 * @param {string} options.dir
 * @param {{ command: string, path: string }} options.pgDump
 * @param {string} [options.migrationsDir]
 * @param {(table: string) => unknown} [options.onTable] Called, and waited for, before each table.
 * @param {Date} [options.now]
 * @returns {Promise<{ path: string, manifest: import('./layout.js').Manifest }>}
 */
export async function backUp({ session, dir, pgDump, migrationsDir, onTable = () => {}, now = new Date() }) {
  const path = join(resolve(dir), `orders-${now.toISOString().replace(/[-:.]/g, '')}`);
  const partial = `${path}.partial`;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  // Not recursive: of two backups in the same moment one fails here.
  await mkdir(partial, { mode: 0o700 });
  try {
    const manifest = await inSnapshot(session, (snapshot) =>
      writeContents({ session, snapshot, partial, pgDump, migrationsDir, onTable, now }),
    );
    await syncFolder(partial);
    await rename(partial, path);
    await syncFolder(dir);
    return { path, manifest };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw new Error(`There is no new backup: ${error.message}`, { cause: error });
  }
}

async function inSnapshot(session, work) {
  await session.query('begin transaction isolation level repeatable read read only');
  try {
    const { rows } = await session.query('select pg_export_snapshot() as snapshot');
    return await work(rows[0].snapshot);
  } finally {
    // Nothing was changed. A connection that is lost has no transaction to end either.
    await session.query('rollback').catch(() => {});
  }
}

async function writeContents({ session, snapshot, partial, pgDump, migrationsDir, onTable, now }) {
  const unsupported = await readUnsupported(session);
  if (unsupported.length > 0) {
    throw new Error(`these backups cannot hold ${unsupported.join(', ')}; use pg_dump for this database.`);
  }
  const files = [];
  const keep = (name, digest) => files.push({ name, ...digest });

  const migrations = await appliedMigrations(session, migrationsDir);
  await mkdir(join(partial, 'migrations'), { mode: 0o700 });
  for (const { version, name, up } of migrations) {
    const file = migrationFile({ version, name });
    keep(file, await writeText(join(partial, file), up));
  }

  const tables = [];
  await mkdir(join(partial, 'data'), { mode: 0o700 });
  for (const [index, table] of (await readTables(session)).entries()) {
    await onTable(table.name);
    const { rows, bytes, sha256 } = await copyOut(session, table, join(partial, dataFile(index)));
    keep(dataFile(index), { bytes, sha256 });
    tables.push({ name: table.name, columns: table.columns, rows, bytes, sha256 });
  }

  const archive = await writeArchive({ session, snapshot, file: join(partial, ARCHIVE), pgDump });
  if ('tool' in archive) keep(ARCHIVE, await digestFile(join(partial, ARCHIVE)));

  const manifest = {
    version: 1,
    createdAt: now.toISOString(),
    database: session.database,
    serverMajor: await serverMajor(session),
    migrations: migrations.map(({ version, name, checksum }) => ({ version, name, checksum })),
    tables,
    sequences: await readSequences(session),
    schema: await describeSchema(session),
    archive,
  };
  keep(MANIFEST, await writeText(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`));
  await writeText(join(partial, SUMS), writeSums(files));
  for (const folder of ['migrations', 'data']) await syncFolder(join(partial, folder));
  return manifest;
}

/** The migrations the database has, from this checkout; the schema of a backup is made by them. */
async function appliedMigrations(session, migrationsDir) {
  const known = await readMigrations(migrationsDir);
  const { rows: there } = await session.query(`select to_regclass('public.schema_migrations') as name`);
  if (there[0].name === null) throw new Error('the database has no migrations yet; migrate it first.');
  const { rows } = await session.query(
    'select version, checksum from public.schema_migrations order by version',
  );
  return rows.map(({ version, checksum }) => {
    const migration = known.find((candidate) => candidate.version === version);
    if (migration?.checksum === checksum) return migration;
    const what = migration ? 'is another one in' : 'is not in';
    throw new Error(
      `migration ${version} of ${session.database} ${what} this checkout; use the one that is deployed.`,
    );
  });
}

/** A file's name is on the disk when its folder is. */
async function syncFolder(path) {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * What an operator is told about a backup.
 *
 * @param {{ path: string, manifest: import('./layout.js').Manifest }} backup
 */
export function summarise({ path, manifest }) {
  return {
    backup: basename(path),
    path,
    createdAt: manifest.createdAt,
    migration: manifest.migrations.at(-1)?.version ?? null,
    tables: manifest.tables.map(({ name, rows, bytes, sha256 }) => ({ name, rows, bytes, sha256 })),
    archive: manifest.archive,
  };
}
