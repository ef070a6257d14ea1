import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell } from '../../checker';
import type { MigratedDatabase, Table } from '../../facts/database';
import { generateRows } from '../../database/generate-rows';
import type { MigrationPlan, MigrationScript, SqlMigration } from '../../database/migration-plan';
import { describeDifference, type SchemaSnapshot } from '../../database/read-snapshot';
import { MigrationFailed, runScript } from '../../database/run-script';
import { openSession, type Session } from '../../database/session';
import type { Inspection } from '../../inspection';
import { redactSecrets } from '../../../process/redact';
import { finding } from './migration-finding';

const ROWS = 12;

/** What a rehearsal came to: what is wrong, and one line on what was run. */
export interface Rehearsal {
  readonly findings: readonly GateFinding[];
  readonly told: string;
}

/** Whether a refusal says something of the server rather than of the script. */
export function isOfTheServer(code: string | null): boolean {
  return code === null || OF_THE_SERVER.has(code) || /^(?:53|57)/.test(code);
}

/** What a refusal says of the server rather than of the script: rights it does not give, extensions it does not have. */
const OF_THE_SERVER = new Set(['42501', '0A000', '58P01', '55P02', 'F0000']);

/** Each script up, all down again, all up again on an empty database; then each up, down and up with rows in it. */
export async function rehearseScripts(inspection: Inspection, plan: MigrationPlan): Promise<Rehearsal> {
  const empty = await rehearseEmpty(inspection, plan.migrations);
  const brokenAt = empty.reached;
  const seeded = await rehearseWithRows(inspection, plan.migrations.slice(0, brokenAt), {
    tablesAfter: empty.tables,
    // A way back that fails without rows was told, and would only be told again.
    andBack: empty.findings.length === 0,
  });
  const { length } = plan.migrations;
  return {
    findings: [...empty.findings, ...seeded.findings],
    told: `${length} migrations ran up, down and up on an empty database and with ${seeded.rows} made-up rows; ${empty.lines} lines of schema compared`,
  };
}

interface EmptyRun {
  readonly findings: readonly GateFinding[];
  /** How many migrations could be run up. */
  readonly reached: number;
  /** Tables after each of them. */
  readonly tables: readonly (readonly Table[])[];
  readonly lines: number;
}

async function rehearseEmpty(inspection: Inspection, migrations: readonly SqlMigration[]): Promise<EmptyRun> {
  const database = await inspection.openDatabase({ empty: true });
  return withOwner(inspection, database, async (session) => {
    const findings: GateFinding[] = [];
    const snapshots = [await database.readSnapshot()];
    const tables: (readonly Table[])[] = [];
    for (const { up } of migrations) {
      const failed = await attempt(session, up);
      if (failed !== null) {
        findings.push(refused('up-fails', failed));
        break;
      }
      snapshots.push(await database.readSnapshot());
      tables.push(await database.readTables());
    }
    const reached = snapshots.length - 1;
    const lines = snapshots.at(-1)?.length ?? 0;
    const undone = await undoAll(session, database, migrations.slice(0, reached), snapshots);
    findings.push(...undone.findings);
    if (undone.isEmpty && reached === migrations.length) {
      findings.push(...(await redoAll(session, database, migrations, snapshots)));
    }
    return { findings, reached, tables, lines };
  });
}

/** Newest first, as far as there are scripts for it; after each the schema has to be what it was before. */
async function undoAll(
  session: Session,
  database: MigratedDatabase,
  migrations: readonly SqlMigration[],
  snapshots: readonly SchemaSnapshot[],
): Promise<{ readonly findings: readonly GateFinding[]; readonly isEmpty: boolean }> {
  const findings: GateFinding[] = [];
  for (let index = migrations.length - 1; index >= 0; index -= 1) {
    const migration = migrations[index];
    if (migration === undefined) break;
    const { up, down } = migration;
    const expected = snapshots[index] ?? [];
    if (down === null) {
      // What changed no schema needs no way back to go on.
      if (isSame(expected, snapshots[index + 1] ?? [])) continue;
      return { findings, isEmpty: false };
    }
    const failed = await attempt(session, down);
    if (failed !== null) {
      findings.push(refused('down-fails', failed));
      return { findings, isEmpty: false };
    }
    const difference = describeDifference(expected, await database.readSnapshot());
    if (difference !== null) {
      findings.push(
        finding('down-differs', down.path, `${down.path} does not undo ${up.path}: ${difference}`),
      );
      return { findings, isEmpty: false };
    }
  }
  return { findings, isEmpty: true };
}

async function redoAll(
  session: Session,
  database: MigratedDatabase,
  migrations: readonly SqlMigration[],
  snapshots: readonly SchemaSnapshot[],
): Promise<GateFinding[]> {
  for (const { up } of migrations) {
    const failed = await attempt(session, up);
    if (failed !== null) return [refused('second-up-fails', failed)];
  }
  const difference = describeDifference(snapshots.at(-1) ?? [], await database.readSnapshot());
  const path = migrations.at(-1)?.up.path ?? '';
  return difference === null
    ? []
    : [
        finding(
          'second-up-differs',
          path,
          `after up, down and up again the schema is another one: ${difference}`,
        ),
      ];
}

/** Each migration up, down and up again in a database whose tables had rows before it came. */
async function rehearseWithRows(
  inspection: Inspection,
  migrations: readonly SqlMigration[],
  {
    tablesAfter,
    andBack,
  }: { readonly tablesAfter: readonly (readonly Table[])[]; readonly andBack: boolean },
): Promise<{ readonly findings: readonly GateFinding[]; readonly rows: number }> {
  const database = await inspection.openDatabase({ empty: true });
  return withOwner(inspection, database, async (session) => {
    let rows = 0;
    for (const [index, { up, down }] of migrations.entries()) {
      const first = await attempt(session, up);
      if (first !== null) {
        return {
          findings: isInherent(first, migrations.slice(0, index)) ? [refused('up-fails-on-rows', first)] : [],
          rows,
        };
      }
      if (down !== null && andBack) {
        const back = await attempt(session, down);
        if (back !== null) return { findings: [refused('down-fails-on-rows', back)], rows };
        const again = await attempt(session, up);
        if (again !== null) return { findings: [refused('second-up-fails-on-rows', again)], rows };
      }
      const later = tablesAfter[index + 1] ?? [];
      for (const nulls of [false, true]) {
        const { counts } = await generateRows(database, { rows: ROWS, later, nulls });
        for (const count of counts.values()) rows += count;
      }
    }
    return { findings: [], rows };
  });
}

/**
 * Whether any rows would do, not just the made-up ones. A NOT NULL for a column that an earlier migration filled relies on
 * the service having written it since.
 */
function isInherent(failed: MigrationFailed, earlier: readonly SqlMigration[]): boolean {
  if (failed.code !== '23502') return true;
  const column = /column "([^"]+)"/.exec(failed.reason)?.[1] ?? '';
  const filled = new RegExp(String.raw`\bupdate\b[^;]*\bset\b[^;]*\b${column.replace(/\W/g, '\\$&')}\b`, 'i');
  return !earlier.some(({ up }) => filled.test(up.sql));
}

async function withOwner<T>(
  inspection: Inspection,
  database: MigratedDatabase,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(database.url, inspection.signal);
  try {
    return await use(session);
  } finally {
    await session.end();
  }
}

async function attempt(session: Session, script: MigrationScript): Promise<MigrationFailed | null> {
  try {
    await runScript(session, script);
    return null;
  } catch (error) {
    if (!(error instanceof MigrationFailed)) throw error;
    if (isOfTheServer(error.code)) {
      throw new CannotTell(redactSecrets(error.message), { cause: error });
    }
    return error;
  }
}

function refused(kind: string, failed: MigrationFailed): GateFinding {
  return finding(kind, failed.path, redactSecrets(failed.message), failed.line);
}

function isSame(left: SchemaSnapshot, right: SchemaSnapshot): boolean {
  return describeDifference(left, right) === null;
}
