import type { RolloutPlan } from '../../domain/database/deployment-plan';
import { migrationChanges } from '../../domain/database/migration-changes';
import type { DrillReport } from '../../domain/database/rehearsal';
import type { BareDatabase } from '../database/empty-database';
import { describeDifference, type SchemaSnapshot } from '../database/read-snapshot';
import { headOf, splitSql } from '../database/split-sql';
import { describeFailure } from './failed-row';
import { canGoBack, type NewMigrations } from './new-migrations';
import { filledTemplate, type Place, runEmpty } from './place';
import { assignMigrations, type AssignedPhase, type OrderedMigration } from './rollout-order';
import { type FailedRun, runMigrations } from './run-migrations';
import { destroyedBy } from './schema-changes';
import type { Told } from './record';

type Found = Pick<DrillReport, 'method'>;

const ABOUT_ROWS = /^(?:update|insert|delete|with|select|set|do|lock|analyze)\b/i;

/**
 * Walks through the phases of a rollout on a replica with rows (step 5). What changes the database is run, taken back and
 * run again, and each time the schema has to be what it was; what people do is only listed.
 */
export async function rehearseRollout(place: Place, rollout: RolloutPlan): Promise<Found> {
  const { stock, added, record, signal, atEnd } = place;
  const method = `${rollout.strategy} on a replica, phase by phase`;
  const empty = await runEmpty(place);
  if (empty.failed !== null) {
    record.problem('script', `the migration fails without a single row: ${describeFailure(empty.failed)}`);
    return { method };
  }
  const { phases, problems } = assignMigrations(rollout, orderOf(added, destroyedBy(empty.changes)));
  for (const text of problems) record.problem('rollout', text);
  const database = await stock.copy(await filledTemplate(place, empty), signal);
  atEnd(() => database.dispose());
  const walk: Walk = { place, database, done: [] };
  for (const [at, phase] of phases.entries()) {
    const goesOn = await record.act(`phase ${at + 1}: ${phase.name}`, async () => {
      const told = await walkThrough(walk, phase);
      return { ...told, value: told.outcome !== 'refused' };
    });
    if (!goesOn) return { method };
  }
  const wantsAll = !phases.some(({ action }) => action === 'migrate-down');
  const difference = describeDifference(empty.snapshot, await database.readSnapshot());
  if (wantsAll && problems.length === 0 && difference !== null)
    record.problem(
      'rollout',
      `after the last phase the schema is not the one the commit makes: ${difference}`,
    );
  return { method };
}

interface Walk {
  readonly place: Place;
  readonly database: BareDatabase;
  /** What has been run and not been taken back, oldest first. */
  done: NewMigrations[];
}

async function walkThrough(walk: Walk, phase: AssignedPhase): Promise<Told> {
  const { place } = walk;
  switch (phase.action) {
    case 'deploy':
    case 'switch':
    case 'observe':
      return { outcome: 'not-applicable', detail: 'done by people, so not rehearsed' };
    case 'migrate-up':
      return forward(walk, phase, part(place.added, phase.migrations));
    case 'backfill':
      return phase.migrations.length > 0
        ? forward(walk, phase, part(place.added, phase.migrations))
        : fillAgain(walk, phase);
    case 'migrate-down':
      return backward(walk, phase);
  }
}

/** Some of the new migrations, as if they were all; programs are run all at once. */
function part(added: NewMigrations, places: readonly number[]): NewMigrations | null {
  if (places.length === 0) return null;
  if (added.kind === 'command') return added;
  return { ...added, migrations: added.migrations.filter((_, at) => places.includes(at)) };
}

async function forward(walk: Walk, phase: AssignedPhase, some: NewMigrations | null): Promise<Told> {
  const { place, database } = walk;
  const { record, signal } = place;
  if (some === null) return { outcome: 'refused', detail: 'there is nothing left to run' };
  const before = await database.readSnapshot();
  const failed = await runMigrations(database, some, 'up', { signal });
  if (failed !== null) return refuse(place, `phase "${phase.name}" fails`, failed);
  const after = await database.readSnapshot();
  walk.done = [...walk.done, some];
  if (!canGoBack(some)) {
    record.leaveOut(
      `the way back of phase "${phase.name}" (${phase.rollback}): its migrations have no way down`,
    );
    return { outcome: 'done', detail: 'run; it has no way back' };
  }
  const back = await takeBack(walk, phase, some, before);
  if (back !== null) return back;
  const again = await runMigrations(database, some, 'up', { signal });
  if (again !== null) return refuse(place, `phase "${phase.name}" fails after it was taken back`, again);
  const difference = describeDifference(after, await database.readSnapshot());
  if (difference !== null)
    return refuse(place, `phase "${phase.name}" makes another schema the second time: ${difference}`);
  return { outcome: 'done', detail: `run, taken back and run again; the schema was what it was each time` };
}

/** Null where the schema is what it was before the phase. */
async function takeBack(
  { place, database }: Walk,
  phase: AssignedPhase,
  some: NewMigrations,
  before: SchemaSnapshot,
): Promise<Told | null> {
  const failed = await runMigrations(database, some, 'down', { signal: place.signal });
  if (failed !== null) return refuse(place, `the way back of phase "${phase.name}" fails`, failed);
  const difference = describeDifference(before, await database.readSnapshot());
  return difference === null
    ? null
    : refuse(
        place,
        `the way back of phase "${phase.name}" leaves another schema than before it: ${difference}`,
      );
}

async function backward(walk: Walk, phase: AssignedPhase): Promise<Told> {
  const { place, database } = walk;
  const last = walk.done.at(-1);
  if (last === undefined) return { outcome: 'refused', detail: 'nothing was run that could be taken back' };
  if (!canGoBack(last)) return refuse(place, `phase "${phase.name}" takes back what has no way down`);
  const before = await database.readSnapshot();
  const failed = await runMigrations(database, last, 'down', { signal: place.signal });
  if (failed !== null) return refuse(place, `phase "${phase.name}" fails`, failed);
  const between = await database.readSnapshot();
  const again = await runMigrations(database, last, 'up', { signal: place.signal });
  if (again !== null) return refuse(place, `the way back of phase "${phase.name}" fails`, again);
  const difference = describeDifference(before, await database.readSnapshot());
  if (difference !== null)
    return refuse(
      place,
      `the way back of phase "${phase.name}" leaves another schema than before it: ${difference}`,
    );
  const down = await runMigrations(database, last, 'down', { signal: place.signal });
  if (down !== null) return refuse(place, `phase "${phase.name}" fails the second time`, down);
  const drift = describeDifference(between, await database.readSnapshot());
  if (drift !== null)
    return refuse(place, `phase "${phase.name}" makes another schema the second time: ${drift}`);
  walk.done = walk.done.slice(0, -1);
  return { outcome: 'done', detail: 'run, taken back and run again' };
}

/** Statements about rows in what has run already: filling twice has to be possible, as it may be interrupted. */
async function fillAgain({ place, database, done }: Walk, phase: AssignedPhase): Promise<Told> {
  const scripts = done
    .flatMap((some) => (some.kind === 'sql' ? some.migrations : []))
    .flatMap(({ up }) => {
      const statements = splitSql(up.sql)
        .map(({ text }) => text)
        .filter((text) => /^update\b/i.test(headOf(text)));
      return statements.length === 0 ? [] : [{ ...up, sql: statements.join(';\n'), transaction: true }];
    });
  if (scripts.length === 0) {
    place.record.leaveOut(`phase "${phase.name}": nothing in the migrations fills rows`);
    return { outcome: 'not-applicable', detail: 'nothing in the migrations fills rows' };
  }
  const failed = await runMigrations(
    database,
    {
      kind: 'sql',
      tool: place.added.tool,
      folder: place.added.folder,
      files: place.added.files,
      migrations: scripts.map((up) => ({ version: '', name: 'backfill', up, down: null, repeatable: true })),
    },
    'up',
    { signal: place.signal },
  );
  if (failed !== null) return refuse(place, `phase "${phase.name}" fails`, failed);
  return { outcome: 'done', detail: 'the statements that fill rows were run once more' };
}

function refuse({ record }: Place, text: string, failed: FailedRun | null = null): Told {
  const whole = failed === null ? text : `${text}: ${describeFailure(failed)}`;
  record.problem('rollout', whole);
  return { outcome: 'refused', detail: whole };
}

/** The migrations as an order is made of them; programs are one, whose harm the catalog tells. */
function orderOf(added: NewMigrations, harms: readonly string[]): OrderedMigration[] {
  if (added.kind === 'command')
    return [{ name: added.files.join(', '), isData: false, takes: harms.filter(isTaken) }];
  return added.migrations.map(({ up }) => ({
    name: up.path,
    isData: splitSql(up.sql).every(({ text }) => ABOUT_ROWS.test(headOf(text))),
    takes: migrationChanges([{ path: 'migrations/one.sql', before: null, after: up.sql }])
      .map(({ what }) => what)
      .filter(isTaken),
  }));
}

/** What the version that is running may still ask for. */
function isTaken(harm: string): boolean {
  return /^drops |^changes the type/.test(harm);
}
