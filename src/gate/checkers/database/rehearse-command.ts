import { CannotTell } from '../../checker';
import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { generateRows } from '../../database/generate-rows';
import type { Migrator } from '../../database/migrator';
import type { Inspection } from '../../inspection';
import { finding } from './migration-finding';
import { describeDifference } from '../../database/read-snapshot';
import type { Rehearsal } from './rehearse-scripts';

const ROWS = 12;

/** Migrations that only their tool can run: all up, up again, all down and all up, without and with rows. */
export async function rehearseByCommand(inspection: Inspection, migrator: Migrator): Promise<Rehearsal> {
  const database = await inspection.openDatabase({ empty: true });
  const findings: GateFinding[] = [];
  const differs = (kind: string, difference: string | null, text: string): void => {
    if (difference !== null) findings.push(finding(kind, migrator.folder, `${text}: ${difference}`));
  };
  const nothing = await database.readSnapshot();
  await migrator.up(database);
  const full = await database.readSnapshot();
  await migrator.up(database);
  differs(
    'second-up-differs',
    describeDifference(full, await database.readSnapshot()),
    'a second run of up changes the schema',
  );
  const { counts } = await generateRows(database, { rows: ROWS });
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (!migrator.canUndo) return { findings, told: `${migrator.tool} ran up twice; it has no way down` };
  try {
    await migrator.down(database);
    differs(
      'down-differs',
      describeDifference(nothing, await database.readSnapshot()),
      'down does not undo up',
    );
    await migrator.up(database);
    differs(
      'second-up-differs',
      describeDifference(full, await database.readSnapshot()),
      'up after down makes another schema',
    );
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    findings.push(finding('down-fails', migrator.folder, error.message));
  }
  return {
    findings,
    told: `${migrator.tool} ran up twice, down and up again over ${rows} made-up rows; ${full.length} lines of schema compared`,
  };
}
