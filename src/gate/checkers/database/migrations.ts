import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { Changes } from '../../facts/changes';
import { requirePostgres } from '../../database/engine';
import { type MigrationPlan, planMigrations } from '../../database/migration-plan';
import { findMigrator, type Migrator } from '../../database/migrator';
import type { Inspection } from '../../inspection';
import { rehearseByCommand } from './rehearse-command';
import { rehearseScripts } from './rehearse-scripts';
import { releasedProblems } from './released-migrations';
import { isDocumentation, readsMigrations } from './schema-files';
import { atomicityProblems } from './migration-atomicity';
import { finding } from './migration-finding';

/** Tools that are used without a way back: going forward is what has to be described. */
export const FORWARD_ONLY: ReadonlySet<string> = new Set(['flyway', 'prisma', 'drizzle']);
const FORWARD_FIX =
  /\b(?:forward[- ]?fix(?:es|ed)?|fix(?:es|ed|ing)? forward|roll(?:s|ed|ing)?[- ]?forward)\b/i;

/** Runs every migration up, down and up again, on an empty database and on one with rows, and compares schemas. */
export const migrationsTested: GateChecker = {
  name: 'migrations-up-down-up',
  version: '1',
  subjects: ['migrations-tested'],
  scope: 'objective',
  comparesWithBase: true,
  reads: (path, survey) => readsMigrations(path, survey) || isDocumentation(path) || /migrat/i.test(path),
  control: () =>
    planMigrations([
      { path: 'm/0001_a.up.sql', text: '' },
      { path: 'm/0001_b.up.sql', text: '' },
    ]).problems.length === 1,
  check: async (inspection) => {
    try {
      await requirePostgres(inspection);
    } catch (error) {
      if (error instanceof DoesNotApply) throw new DoesNotApply('no-migrations', error.message);
      throw error;
    }
    return [await rehearse(inspection)];
  },
};

async function rehearse(inspection: Inspection): Promise<Answer> {
  const migrator = await findMigrator(inspection);
  if (migrator === null) throw new CannotTell('the service uses PostgreSQL, and no migrations were found');
  const changes = await inspection.changes();
  const { plan } = migrator;
  const scripted = plan !== null && plan.migrations.length > 0 ? plan : null;
  const rehearsals = [
    ...(scripted === null ? [] : [await rehearseScripts(inspection, scripted)]),
    ...(migrator.kind === 'command' ? [await rehearseByCommand(inspection, migrator)] : []),
  ];
  const findings = [
    ...(plan === null
      ? []
      : plan.problems.map((problem) => finding(problem.kind, problem.path, problem.text))),
    ...(plan === null ? [] : await waysBack(inspection, migrator, plan)),
    ...(plan === null ? [] : atomicityProblems(plan)),
    ...(await releasedProblems(inspection, changes, migrator)),
    ...rehearsals.flatMap((rehearsal) => rehearsal.findings),
  ];
  const steps = rehearsals.map(({ told }) => told).join('; ');
  return {
    subject: 'migrations-tested',
    outcome:
      findings.length > 0
        ? { kind: 'ran-found', note: `${findings.length} things are wrong with the migrations`, findings }
        : { kind: 'ran-clean', note: steps },
    evidence: [{ kind: 'measurement', text: `${comparedWith(changes)}; ${steps}`.slice(0, 2000) }],
  };
}

function comparedWith({ base, files }: Changes): string {
  return `compared with ${base.slice(0, 10)}, from which ${files.length} files differ`;
}

/** Each migration can be undone, or the documentation says how a bad one is mended by the next. */
async function waysBack(
  inspection: Inspection,
  migrator: Migrator,
  plan: MigrationPlan,
): Promise<GateFinding[]> {
  const oneWay = plan.migrations.filter(({ down, repeatable }) => down === null && !repeatable);
  if (oneWay.length === 0 || (migrator.kind === 'command' && migrator.canUndo)) return [];
  const isForwardOnly = FORWARD_ONLY.has(migrator.tool) || oneWay.length === plan.migrations.length;
  if (!isForwardOnly) {
    return oneWay.map(({ up }) => finding('no-way-back', up.path, `${up.path} has no script that undoes it`));
  }
  if (await tellsForwardFix(inspection)) return [];
  return [
    finding(
      'no-way-back',
      migrator.folder,
      `the migrations in ${migrator.folder} cannot be undone, and no document says that a bad one is fixed forward and how`,
    ),
  ];
}

async function tellsForwardFix(inspection: Inspection): Promise<boolean> {
  const files = await inspection.files();
  for (const path of files.paths.filter(isDocumentation).slice(0, 200)) {
    if (FORWARD_FIX.test((await files.read(path)) ?? '')) return true;
  }
  return false;
}
