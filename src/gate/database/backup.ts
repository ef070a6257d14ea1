import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { redactSecrets } from '../../process/redact';
import { CannotTell } from '../checker';
import type { MigratedDatabase, Table } from '../facts/database';
import type { Inspection } from '../inspection';
import { inOrderOfReference } from './generate-rows';
import { quoteTable } from './quote-name';
import { tableName } from './read-catalog';
import { describeDifference, type SchemaSnapshot } from './read-snapshot';

const TIMEOUT_MS = 10 * 60_000;

type CopiedDatabase = Pick<MigratedDatabase, 'url' | 'socketDir' | 'query' | 'readTables' | 'readSnapshot'>;

/** A way to back a database up and restore it into another one. */
export interface Backup {
  /** What was done, for people. */
  readonly method: string;
  /** It restores into an empty database; else into one that has the schema. */
  readonly bringsSchema: boolean;
  /** Why the restored one could not be made; null: it is there. @throws CannotTell */
  copy(original: CopiedDatabase, restored: CopiedDatabase): Promise<string | null>;
}

/** With the client programs of the server's version where they are here, else row by row over the connection. */
export async function chooseBackup(inspection: Inspection, version: string): Promise<Backup> {
  const tools = await findTools(inspection, version);
  return tools === null
    ? {
        method: `rows copied into a newly migrated database (no pg_dump of PostgreSQL ${majorOf(version)} here)`,
        bringsSchema: false,
        copy: copyRows,
      }
    : {
        method: `pg_dump and psql of PostgreSQL ${majorOf(version)}`,
        bringsSchema: true,
        copy: (original, restored) => dumpAndRestore(inspection, tools, original, restored),
      };
}

/** Everything that has to be the same in a restored database. */
export interface DatabaseState {
  readonly snapshot: SchemaSnapshot;
  /** Number of rows and digest of all of them, by table. */
  readonly digests: ReadonlyMap<string, string>;
}

export async function readState(database: CopiedDatabase): Promise<DatabaseState> {
  return { snapshot: await database.readSnapshot(), digests: await digestsOf(database) };
}

/** What differs between a database and what was restored of it. */
export function compareRestored(
  original: DatabaseState,
  restored: DatabaseState,
): {
  /** Null: the same. */
  readonly schema: string | null;
  /** Tables whose rows are not the same, with both numbers of rows. */
  readonly differing: readonly { readonly table: string; readonly rows: string }[];
  readonly rows: number;
  readonly tables: number;
} {
  const countOf = (digest: string | undefined): number => Number(digest?.split(' ')[0] ?? 0);
  return {
    schema: describeDifference(original.snapshot, restored.snapshot),
    differing: [...original.digests]
      .filter(([table, digest]) => restored.digests.get(table) !== digest)
      .map(([table, digest]) => ({
        table,
        rows: `${countOf(digest)} rows, restored ${countOf(restored.digests.get(table))}`,
      })),
    rows: [...original.digests.values()].reduce((sum, digest) => sum + countOf(digest), 0),
    tables: original.digests.size,
  };
}

interface Tools {
  readonly dump: string;
  readonly psql: string;
}

/** Client programs of the server's own version; a newer server refuses older ones. */
async function findTools(inspection: Inspection, version: string): Promise<Tools | null> {
  const major = majorOf(version);
  const folders = [`/usr/lib/postgresql/${major}/bin`, `/usr/pgsql-${major}/bin`];
  for (const folder of folders) {
    const [dump, psql] = [join(folder, 'pg_dump'), join(folder, 'psql')];
    if ((await isExecutable(dump)) && (await isExecutable(psql))) return { dump, psql };
  }
  const [dump, psql] = [await inspection.program('pg_dump'), await inspection.program('psql')];
  if (dump === null || psql === null) return null;
  const { stdout } = await inspection.run({ argv: [dump, '--version'], timeoutMs: 10_000 });
  return majorOf(/\d+(?:\.\d+)*/.exec(stdout)?.[0] ?? '') === major ? { dump, psql } : null;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

async function dumpAndRestore(
  inspection: Inspection,
  { dump, psql }: Tools,
  original: CopiedDatabase,
  restored: CopiedDatabase,
): Promise<string | null> {
  const scratch = await inspection.scratch();
  const file = join(scratch, 'dump.sql');
  const readWrite = [scratch, ...(original.socketDir === '' ? [] : [original.socketDir])];
  const commands = [
    [dump, '--no-owner', '--no-privileges', '--dbname', original.url, '--file', file],
    [psql, '--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', restored.url, '--file', file],
  ];
  for (const argv of commands) {
    const run = await inspection.run({ argv, readWrite, timeoutMs: TIMEOUT_MS });
    inspection.signal.throwIfAborted();
    if (run.end.kind === 'not-started') throw new CannotTell(run.end.reason);
    if (run.end.kind !== 'exited' || run.end.code !== 0) {
      return redactSecrets(run.stderr.trim().slice(0, 300)) || run.end.kind;
    }
  }
  return null;
}

/** Without the programs: the schema comes from the migrations, the rows over the connection. */
async function copyRows(original: CopiedDatabase, restored: CopiedDatabase): Promise<string | null> {
  for (const table of inOrderOfReference(await original.readTables())) {
    const name = quoteTable(table);
    const columns = table.columns
      .filter(({ generated }) => !generated)
      .map((column) => `"${column.name.replaceAll('"', '""')}"`);
    const rows = await original.query(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${name} t`);
    await restored.query(`DELETE FROM ${name}`);
    await restored.query(
      `INSERT INTO ${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
       SELECT ${columns.join(', ')} FROM pg_catalog.json_populate_recordset(NULL::${name}, $1)`,
      [rows[0]?.['rows']],
    );
  }
  return null;
}

const Digest = z.array(z.object({ count: z.coerce.number(), digest: z.string().nullable() })).length(1);

async function digestsOf(database: CopiedDatabase): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const table of await database.readTables()) {
    const [row] = Digest.parse(await database.query(digestQuery(table)));
    digests.set(tableName(table), `${row?.count ?? 0} ${row?.digest ?? ''}`);
  }
  return digests;
}

function digestQuery(table: Table): string {
  return `SELECT count(*) AS count, md5(string_agg(line, E'\\n' ORDER BY line)) AS digest FROM (SELECT md5(t::text) AS line FROM ${quoteTable(table)} t) lines`;
}
