import { createHash } from 'node:crypto';
import type { ReplicaSubject } from '../../ports/replica';
import { tableName } from '../database/read-catalog';
import { type BareDatabase, openEmptyDatabase } from '../database/empty-database';
import type { SchemaSnapshot } from '../database/read-snapshot';
import { splitSql } from '../database/split-sql';
import type { Table } from '../facts/database';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';
import { fillReplica, planRows } from './fill-replica';
import { type MeantChanges, meantBy } from './kept-rows';
import { migrateBase, type NewMigrations } from './new-migrations';
import type { RehearsalRecord } from './record';
import { type FailedRun, runMigrations } from './run-migrations';
import { schemaChanges, type SchemaState, type TableChanged } from './schema-changes';
import { type Stock, type Template, toTemplate } from './stock';
import { readIdentities } from './table-contents';

/** Where one rehearsal takes place: both trees, what is new, and the databases that are copied. */
export interface Place {
  readonly setting: InspectionSetting;
  readonly stock: Stock;
  readonly here: Inspection;
  readonly there: Inspection;
  readonly base: ReplicaSubject['base'];
  readonly added: NewMigrations;
  readonly record: RehearsalRecord;
  readonly signal: AbortSignal;
  /** Rows of the largest table. */
  readonly rows: number;
  /** Leaves a database to be dropped at the end. */
  readonly atEnd: (end: () => Promise<void>) => void;
}

/** What the new migrations do to a database without rows. */
export interface EmptyRun {
  readonly failed: FailedRun | null;
  /** Of the base. */
  readonly before: SchemaState;
  readonly after: SchemaState;
  readonly snapshot: SchemaSnapshot;
  readonly changes: readonly TableChanged[];
  /** To copy the migrated schema from; null where the migrations failed. */
  readonly migrated: Template | null;
}

export async function readSchema(database: BareDatabase): Promise<SchemaState> {
  return { tables: await database.readTables(), identities: await readIdentities(database) };
}

/** The base's schema without rows, made by the base's own tool; once for each tree of the base. */
export function baseTemplate({ setting, stock, there, base, signal }: Place): Promise<Template> {
  return stock.template(`schema ${base.tree}`, signal, async () => {
    const database = await openEmptyDatabase(setting, signal);
    try {
      await migrateBase(there, database);
      return await toTemplate(database);
    } catch (error) {
      await database.dispose();
      throw error;
    }
  });
}

/** Runs what is new on the base's schema without rows. */
export async function runEmpty(place: Place): Promise<EmptyRun> {
  const { stock, added, signal, atEnd } = place;
  const database = await stock.copy(await baseTemplate(place), signal);
  atEnd(() => database.dispose());
  const before = await readSchema(database);
  const failed = await runMigrations(database, added, 'up', { signal });
  const after = await readSchema(database);
  const migrated = await toTemplate(database);
  return {
    failed,
    before,
    after,
    snapshot: migrated.snapshot,
    changes: schemaChanges(before, after),
    migrated: failed === null ? migrated : null,
  };
}

/** Statements of the new migrations, as far as they are SQL. */
function statementsOf(added: NewMigrations): string[] {
  if (added.kind === 'command') return [];
  return added.migrations.flatMap(({ up }) => splitSql(up.sql).map(({ text }) => text));
}

/** What the new migrations say they do to rows. */
export function meantChanges(added: NewMigrations): MeantChanges {
  return meantBy(statementsOf(added));
}

/** The base's schema with rows in it; made once for each tree of the base and each way of filling it. */
export async function filledTemplate(place: Place, empty: EmptyRun): Promise<Template> {
  const { stock, added, base, signal, rows: most } = place;
  const { tables } = empty.before;
  const meant = meantChanges(added);
  const touched = new Set(
    tables
      .map(tableName)
      .filter(
        (name) =>
          empty.changes.some(({ table }) => table === name) ||
          meant.tables.has(name) ||
          [...meant.columns].some((column) => column.startsWith(`${name}.`)),
      ),
  );
  const rows = planRows(tables, most, touched);
  const neverNull = await filledBefore(place, empty);
  const rules = rulesAhead(empty);
  const key = createHash('sha256')
    .update(JSON.stringify([base.tree, [...rows], [...neverNull], rules]))
    .digest('hex');
  return stock.template(`rows ${key}`, signal, async () => {
    const database = await stock.copy(await baseTemplate(place), signal);
    try {
      const unfilled = await fillReplica(database, { rows, later: empty.after.tables, neverNull });
      return await toTemplate(database, { rows, unfilled });
    } catch (error) {
      await database.dispose();
      throw error;
    }
  });
}

/** Rules of tables of the base that come with the change, since rows are made to keep them. */
function rulesAhead({ before, after }: EmptyRun): string[] {
  return before.tables.flatMap((table) => {
    const next = after.tables.find((other) => tableName(other) === tableName(table));
    const known = new Set(table.constraints.map(({ definition }) => definition));
    return (next?.constraints ?? [])
      .filter(
        ({ kind, definition }) => (kind === 'check' || kind === 'foreign-key') && !known.has(definition),
      )
      .map(({ definition }) => `${tableName(table)} ${definition}`);
  });
}

/**
 * Columns that become NOT NULL and were filled by a migration of the base: the service has written them since, which
 * made-up rows cannot know.
 */
async function filledBefore({ there, added }: Place, empty: EmptyRun): Promise<ReadonlySet<string>> {
  const required = empty.changes.flatMap(({ table, columns }) =>
    columns.flatMap((change) =>
      change.kind === 'altered' && change.before.nullable && !change.after.nullable
        ? [`${table}.${change.before.name}`]
        : [],
    ),
  );
  if (required.length === 0) return new Set();
  const files = await there.files();
  const earlier: string[] = [];
  for (const path of files.paths.filter((one) => one.endsWith('.sql') && one.startsWith(`${added.folder}/`)))
    earlier.push((await files.read(path)) ?? '');
  const { columns } = meantBy(earlier.flatMap((text) => splitSql(text).map((statement) => statement.text)));
  return new Set(required.filter((column) => columns.has(column.toLowerCase())));
}

/** Number of rows of each table, largest first. */
export function describeRows(tables: readonly Table[], counts: ReadonlyMap<string, number>): string {
  return tables
    .map((table) => ({ name: tableName(table), rows: counts.get(tableName(table)) ?? 0 }))
    .sort((a, b) => b.rows - a.rows)
    .map(({ name, rows }) => `${name} ${rows}`)
    .join(', ');
}
