import type { GateSlug } from '../domain/gate-items';
import { compareReceipts } from '../domain/compare-receipts';
import { PRECONDITIONS, type Receipt, type Subject } from '../domain/receipt';
import type { Survey } from '../domain/survey';
import type { GateRunner } from '../ports/gate';
import type { GateChecker } from './checker';
import { GATE_CHECKERS } from './checkers/table';
import { createCommandCheckers } from './checkers/target-commands';
import { createExamination, type Place } from './examine';
import { treeOf } from './facts/git';
import type { InspectionSetting } from './open-inspection';
import { createQuiet } from './quiet';
import type { ReceiptCache } from './receipt-cache';

export interface GateSetting extends InspectionSetting {
  readonly receipts: ReceiptCache;
  readonly clock: () => Date;
  /** Versions of the engines a target's commands run with: another one is another check. */
  readonly engineVersions: (survey: Survey) => Promise<string>;
  /** In place of the house's own; for tests. */
  readonly checkers?: readonly GateChecker[];
}

/**
 * The gate. Each checker is answered from its receipts where nothing it reads has changed, and runs otherwise; what
 * failed, or could not be told, is then looked up on the base.
 */
export function createGateRunner(setting: GateSetting): GateRunner {
  const checkers = [...createCommandCheckers(setting), ...(setting.checkers ?? GATE_CHECKERS)];
  const quiet = createQuiet();
  return {
    async run({ target, survey, scope, base, only, onProgress, signal: asked }) {
      const stop = new AbortController();
      const signal = AbortSignal.any([asked, stop.signal]);
      const engines = await setting.engineVersions(survey);
      const examine = (place: Place): ReturnType<typeof createExamination> =>
        createExamination(setting, quiet, { place, survey, engines, signal });
      const here = examine({
        ...target,
        open: () => Promise.resolve({ path: target.path, dispose: () => Promise.resolve() }),
      });
      const baseTree = base === undefined ? null : await treeOf(target.gitDir, base.commit, signal);
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
        const receipts = await here.receipts(checker);
        if (there === null || receipts.every(isSettled)) return receipts;
        return compareReceipts(receipts, await there.receipts(checker));
      };
      try {
        const wanted = checkers.filter((checker) => isWanted(checker, scope, only));
        let done = 0;
        const answered = async (checker: GateChecker): Promise<readonly Receipt[]> => {
          const receipts = await receiptsOf(checker);
          done += 1;
          onProgress?.({ checker: checker.name, done, of: wanted.length });
          return receipts;
        };
        const receipts = await all(wanted.map(answered), stop);
        return {
          tree: target.tree,
          commit: target.commit,
          base: target.base,
          receipts: receipts.flat(),
        };
      } finally {
        await here.dispose();
        await there?.dispose();
      }
    },
  };
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

/** Whether the base has nothing to say of it. */
function isSettled({ verdict }: Receipt): boolean {
  return verdict === 'pass' || verdict === 'not-applicable' || verdict === 'waived';
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
