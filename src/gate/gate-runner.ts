import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { applyWaivers } from '../domain/quality-gate/apply-waivers';
import { compareReceipts, cutFindings } from '../domain/quality-gate/compare-receipts';
import { fillSurvey, folderToLookIn } from '../domain/target/fill-survey';
import type { GateSlug } from '../domain/quality-gate/gate-items';
import type { GateSettings } from '../domain/quality-gate/gate-settings';
import { type GateReport, PRECONDITIONS, type Receipt, type Subject } from '../domain/quality-gate/receipt';
import type { Survey } from '../domain/target/survey';
import type { CheckTarget, GateRunner } from '../ports/gate';
import type { GateChecker } from './checker';
import { GATE_CHECKERS } from './checkers/table';
import { createCommandCheckers } from './checkers/target-commands';
import { createExamination, type Examination, type Place } from './examine';
import { treeOf } from './facts/git';
import { fingerprint } from './fingerprint';
import { widenSurvey } from './widen-survey';
import type { InspectionSetting } from './open-inspection';
import { createQuiet, type Quiet } from './quiet';
import type { ReceiptCache } from './receipt-cache';
import { TimeOver } from './time-limit';

/** Longest a run takes; below what its activity is given. */
const LIMIT_MS = 25 * 60_000;

export interface GateSetting extends InspectionSetting {
  readonly receipts: ReceiptCache;
  readonly clock: () => Date;
  /** Versions of what a target's commands run with: another one is another check. */
  readonly engineVersions: (survey: Survey) => Promise<string>;
  /**
   * What detection says of the tree under test. It only fills what the survey of the base knows nothing of, such as
   * the API spec of a service that had none; absent: nothing is filled. `folder`: where the service is; null: it looks.
   */
  readonly detect?: (target: CheckTarget, folder: string | null, signal: AbortSignal) => Promise<Survey>;
  /** What the configuration in the tree under test says; null without a usable one. See `widenSettings`. */
  readonly configured?: (
    target: CheckTarget,
    folder: string,
    signal: AbortSignal,
  ) => Promise<GateSettings | null>;
  /** Whether a machine that stands in the way is thrown as `CouldNotRun` (default), or a verdict. */
  readonly troubles?: 'throw' | 'needs-review';
  /** Milliseconds a run may take. */
  readonly limitMs?: number;
  /** In place of the house's own; for tests. */
  readonly checkers?: readonly GateChecker[];
}

/**
 * The gate. Each checker is answered from its receipts where nothing it reads has changed, and runs otherwise; what
 * failed, could not be told or does not apply is then looked up on the base. What has not answered within the limit
 * cannot be told.
 */
export function createGateRunner(setting: GateSetting): GateRunner {
  const checkers = [...createCommandCheckers(setting), ...(setting.checkers ?? GATE_CHECKERS)];
  // More than there are cores: many only wait for a fact that another one is gathering.
  const quiet = createQuiet(Math.max(4, 2 * availableParallelism()));
  return {
    async run({ signal: asked, ...request }) {
      const stop = new AbortController();
      const limitMs = setting.limitMs ?? LIMIT_MS;
      const timer = setTimeout(() => {
        const seconds = String(Math.round(limitMs / 1000));
        stop.abort(new TimeOver(`did not answer before the gate's ${seconds} s were over`));
      }, limitMs);
      try {
        return await runGate({ setting, quiet, checkers, stop }, { ...request, signal: asked });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function runGate(
  means: {
    readonly setting: GateSetting;
    readonly quiet: Quiet;
    readonly checkers: readonly GateChecker[];
    readonly stop: AbortController;
  },
  request: Parameters<GateRunner['run']>[0],
): Promise<GateReport> {
  const { setting, quiet, stop } = means;
  const { target, scope, base, only, onProgress } = request;
  const startedAt = setting.clock().toISOString();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  // Every command of every checker listens.
  setMaxListeners(0, signal);
  const folder = folderToLookIn(request.survey);
  const filled = fillSurvey(request.survey, (await setting.detect?.(target, folder, signal)) ?? null);
  const baseTree = base === undefined ? null : await treeOf(target.gitDir, base.commit, signal);
  const survey =
    baseTree === null || baseTree === target.tree
      ? filled
      : await widenSurvey(setting, filled, target, baseTree, signal);
  const [engines, own] = await Promise.all([setting.engineVersions(survey), fingerprint(setting.searchPath)]);
  const examine = (place: Place): Examination =>
    createExamination(setting, quiet, { place, survey, engines, own, scope, signal });
  const here = examine({
    ...target,
    open: () => Promise.resolve({ path: target.path, dispose: () => Promise.resolve() }),
  });
  const there =
    base === undefined || baseTree === null || baseTree === target.tree
      ? null
      : examine({
          gitDir: target.gitDir,
          commit: base.commit,
          base: base.commit,
          tree: baseTree,
          open: () => base.open(),
        });
  const receiptsOf = async (checker: GateChecker): Promise<readonly Receipt[]> => {
    const { receipts, final } = await here.receipts(checker);
    if (there === null || !final || receipts.every(isSettled)) return receipts;
    const before = await there.receipts(checker);
    return compareReceipts(receipts, before.receipts);
  };
  try {
    const wanted = inOrder(means.checkers.filter((checker) => isWanted(checker, scope, only)));
    let done = 0;
    const answered = async (checker: GateChecker): Promise<readonly Receipt[]> => {
      const receipts = await receiptsOf(checker);
      done += 1;
      onProgress?.({ checker: checker.name, done, of: wanted.length });
      return receipts;
    };
    const receipts = (await all(wanted.map(answered), stop)).flat();
    const waivers = (survey.gate?.waivers ?? []).filter(
      ({ item }) => only === undefined || only.includes(item),
    );
    const frame = { tree: target.tree, startedAt, sandbox: setting.sandbox.level };
    return {
      tree: target.tree,
      commit: target.commit,
      base: target.base,
      receipts: applyWaivers(receipts, waivers, frame).map(cutFindings),
      compared: base !== undefined,
      scope,
      survey,
    };
  } finally {
    await disposeAll([here, there]);
  }
}

async function disposeAll(examinations: readonly (Examination | null)[]): Promise<void> {
  const ends = await Promise.allSettled(
    examinations.map((examination) => examination?.dispose() ?? Promise.resolve()),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Like Promise.all, but waits for the others to end after stopping them: no check outlives the call. */
async function all<T>(running: readonly Promise<T>[], stop: AbortController): Promise<T[]> {
  try {
    return await Promise.all(running);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(running);
    throw error;
  }
}

/** Those that measure time last: whoever waits to be alone keeps those behind it waiting. */
function inOrder(checkers: readonly GateChecker[]): GateChecker[] {
  return checkers.toSorted((a, b) => Number(a.alone === true) - Number(b.alone === true));
}

/** Whether the base has nothing to say of it. */
function isSettled({ verdict }: Receipt): boolean {
  return verdict === 'pass' || verdict === 'waived';
}

function isWanted(
  checker: GateChecker,
  scope: 'task' | 'objective',
  only: readonly GateSlug[] | undefined,
): boolean {
  if (checker.subjects.some(isPrecondition)) return true;
  if (scope === 'task' && checker.scope === 'objective') return false;
  return only === undefined || checker.subjects.some((subject) => only.some((slug) => slug === subject));
}

function isPrecondition(subject: Subject): boolean {
  return PRECONDITIONS.some((name) => name === subject);
}
