import type { DrillReport } from '../../domain/database/rehearsal';
import { type Backup, chooseBackup, compareRestored, readState } from '../database/backup';
import { type BareDatabase, openEmptyDatabase } from '../database/empty-database';
import { describeFailure } from './failed-row';
import { filledTemplate, type Place, runEmpty } from './place';
import { runMigrations } from './run-migrations';
import { LONGEST_STATEMENT_MS } from './stock';

type Found = Pick<DrillReport, 'method'>;

/** Backs up a database the new migrations ran on, with rows in it, and restores it as a new one (step 4). */
export async function drillBackup(place: Place, given: Backup | null): Promise<Found> {
  const { stock, here, added, record, signal, atEnd } = place;
  const empty = await runEmpty(place);
  const method = 'no backup was made';
  if (empty.failed !== null) {
    record.problem('script', `the migration fails without a single row: ${describeFailure(empty.failed)}`);
    return { method };
  }
  const original = await stock.copy(await filledTemplate(place, empty), signal);
  atEnd(() => original.dispose());
  const failed = await record.act('migrated database with rows', async () => {
    const value = await runMigrations(original, added, 'up', { signal });
    return value === null
      ? { outcome: 'done', detail: added.files.join(', '), value }
      : { outcome: 'refused', detail: describeFailure(value), value };
  });
  if (failed !== null) {
    record.problem('replica', `the migration fails on rows: ${describeFailure(failed)}`);
    return { method };
  }
  const before = await readState(original);
  const chosen = given ?? (await chooseBackup(here, original.version));
  const restored = chosen.bringsSchema
    ? await restore(place, chosen, original)
    : await coldCopy(place, original);
  if (restored === null) return { method: chosen.method };
  await record.act('compare', async () => {
    const { schema, differing, rows, tables } = compareRestored(before, await readState(restored));
    if (schema !== null) record.problem('deployment', `the restored schema differs: ${schema}`);
    for (const { table, rows: count } of differing)
      record.problem('deployment', `the restored rows of ${table} differ (${count})`);
    const same = schema === null && differing.length === 0;
    return {
      outcome: same ? 'done' : 'refused',
      detail: same
        ? `${rows} rows of ${tables} tables and ${before.snapshot.length} lines of schema are the same`
        : (schema ?? `rows of ${differing.map(({ table }) => table).join(', ')} differ`),
      value: null,
    };
  });
  return { method: chosen.bringsSchema ? chosen.method : coldMethod(original) };
}

/** Null where it did not restore, which is told. */
async function restore(place: Place, backup: Backup, from: BareDatabase): Promise<BareDatabase | null> {
  const { setting, record, signal, atEnd } = place;
  const target = await openEmptyDatabase(setting, signal, { patienceMs: LONGEST_STATEMENT_MS });
  atEnd(() => target.dispose());
  const refused = await record.act('backup and restore', async () => {
    const value = await backup.copy(from, target);
    return value === null
      ? { outcome: 'done', detail: backup.method, value }
      : { outcome: 'refused', detail: value, value };
  });
  if (refused === null) return target;
  record.problem('deployment', `the backup does not restore: ${refused}`);
  return null;
}

function coldCopy({ setting, record, signal, atEnd }: Place, from: BareDatabase): Promise<BareDatabase> {
  return record.act('cold copy', async () => {
    await from.close();
    const value = await openEmptyDatabase(setting, signal, {
      copyOf: from.confined,
      patienceMs: LONGEST_STATEMENT_MS,
    });
    atEnd(() => value.dispose());
    return { outcome: 'done', detail: 'copied by the server', value };
  });
}

function coldMethod({ version }: BareDatabase): string {
  return `a cold copy of the database's files, made by the server without connections (no pg_dump of PostgreSQL ${version.split('.')[0] ?? ''} here)`;
}
