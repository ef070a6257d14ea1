import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell } from '../../checker';
import { chooseBackup, compareRestored, readState } from '../../database/backup';
import { generateRows } from '../../database/generate-rows';
import type { Inspection } from '../../inspection';

const ROWS = 25;

export interface Drill {
  readonly findings: readonly GateFinding[];
  readonly told: string;
}

/** Dumps a database with rows, restores it into an empty one, and compares schema, row counts and the rows themselves. */
export async function restoreDrill(inspection: Inspection): Promise<Drill> {
  const original = await inspection.openDatabase();
  if (original.tables.length === 0) throw new CannotTell('the migrations made no table to restore');
  await generateRows(original, { rows: ROWS });
  const backup = await chooseBackup(inspection, original.version);
  const restored = await inspection.openDatabase({ empty: backup.bringsSchema });
  const refused = await backup.copy(original, restored);
  if (refused !== null) {
    return {
      findings: [{ key: 'backup-plan:drill', text: `a dump does not restore: ${refused}`.slice(0, 500) }],
      told: `${backup.method}: failed`,
    };
  }
  const { schema, differing, rows, tables } = compareRestored(
    await readState(original),
    await readState(restored),
  );
  return {
    findings: [
      ...(schema === null
        ? []
        : [
            { key: 'backup-plan:drill-schema', text: `the restored schema differs: ${schema}`.slice(0, 500) },
          ]),
      ...differing.map(({ table }) => ({
        key: `backup-plan:drill-rows:${table}`,
        text: `the restored rows of ${table} differ`,
      })),
    ],
    told: `${backup.method}: ${rows} rows of ${tables} tables restored and compared`,
  };
}
