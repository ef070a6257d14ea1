import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { GateFinding } from '../../../domain/receipt';
import { redactSecrets } from '../../../process/redact';
import { CannotTell } from '../../checker';
import type { MigratedDatabase, Table } from '../../facts/database';
import { generateRows, inOrderOfReference, quoteTable } from '../../database/generate-rows';
import { tableName } from '../../database/read-catalog';
import type { Inspection } from '../../inspection';
import { describeDifference } from './rehearse-scripts';

const ROWS = 25;
const TIMEOUT_MS = 60_000;

export interface Drill {
  readonly findings: readonly GateFinding[];
  readonly told: string;
}

/** Dumps a database with rows, restores it into an empty one, and compares schema, row counts and the rows themselves. */
export async function restoreDrill(inspection: Inspection): Promise<Drill> {
  const original = await inspection.openDatabase();
  if (original.tables.length === 0) throw new CannotTell('the migrations made no table to restore');
  await generateRows(original, { rows: ROWS });
  const tools = await findTools(inspection, original.version);
  const restored = await inspection.openDatabase({ empty: tools !== null });
  const refused =
    tools === null
      ? await copyRows(original, restored)
      : await dumpAndRestore(inspection, tools, original, restored);
  const method =
    tools === null
      ? `rows copied into a newly migrated database (no pg_dump of PostgreSQL ${majorOf(original.version)} here)`
      : `pg_dump and psql of PostgreSQL ${majorOf(original.version)}`;
  if (refused !== null) {
    return {
      findings: [{ key: 'backup-plan:drill', text: `a dump does not restore: ${refused}`.slice(0, 500) }],
      told: `${method}: failed`,
    };
  }
  const schema = describeDifference(await original.readSnapshot(), await restored.readSnapshot());
  const [before, after] = [await digestsOf(original), await digestsOf(restored)];
  const differing = [...before]
    .filter(([table, digest]) => after.get(table) !== digest)
    .map(([table]) => table);
  const rows = [...before.values()].reduce((sum, digest) => sum + Number(digest.split(' ')[0]), 0);
  return {
    findings: [
      ...(schema === null
        ? []
        : [
            { key: 'backup-plan:drill-schema', text: `the restored schema differs: ${schema}`.slice(0, 500) },
          ]),
      ...differing.map((table) => ({
        key: `backup-plan:drill-rows:${table}`,
        text: `the restored rows of ${table} differ`,
      })),
    ],
    told: `${method}: ${rows} rows of ${before.size} tables restored and compared`,
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
  original: MigratedDatabase,
  restored: MigratedDatabase,
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
async function copyRows(original: MigratedDatabase, restored: MigratedDatabase): Promise<string | null> {
  for (const table of inOrderOfReference(original.tables)) {
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

async function digestsOf(database: MigratedDatabase): Promise<ReadonlyMap<string, string>> {
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
