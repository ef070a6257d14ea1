import { condition, isCancellation, patched } from '@temporalio/workflow';
import { contractWorkflowId } from '../src/domain/coordination/coordination-orders';
import type { EndedObjectives } from '../src/domain/coordination/repository-claims';
import type { TaskProgress } from '../src/domain/work/task-progress';
import { askTaskAgain, awaitedContract } from './contract-review';
import { claims } from './proxies';
import { record, type Run } from './run';

/** Pauses between looks double, so that a deadline of days does not fill the history. */
const FIRST_LOOK_MS = 15_000;
const LONGEST_PAUSE_MS = 30 * 60_000;

/**
 * Looks after the workflows an objective waits for: one that was terminated, or failed, never answers. A run that continues
 * another is not told of their end, since it is not their parent, so it has to ask. Older histories waited for ever.
 */
export function watchCoordination(run: Run): void {
  if (run.progress.rules === null || !patched('lost-coordination-is-noticed')) return;
  run.watches = true;
  lookAfter(run).catch((error: unknown) => {
    // A cancelled objective waits for nobody.
    if (isCancellation(error)) return;
    run.bug = error instanceof Error ? error : new Error(String(error));
    run.revision += 1;
  });
}

async function lookAfter(run: Run): Promise<never> {
  for (;;) {
    await condition(() => waitedFor(run).length > 0);
    const seen = spell(run);
    const isChanged = (): boolean => spell(run) !== seen;
    let pause = FIRST_LOOK_MS;
    while (!(await condition(isChanged, pause))) {
      // What is given while the answer is on its way may be in the hands of a workflow that was taken up again.
      const waits = waitedFor(run);
      const ended = await endedOf([...new Set(waits.map(({ child }) => child))]);
      for (const { child, lose } of waits) if (ended.has(child)) lose();
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** An order nobody has answered, as it was given once. */
interface Wait {
  readonly request: number;
  readonly child: string;
  /** Gives it again, where nobody has by now and it still waits. */
  readonly lose: () => void;
}

/** Orders that are waited for. Not what waits for a human: their review finds out by itself whether the contract is there. */
function waitedFor(run: Run): Wait[] {
  return [...inFlight(run), ...resting(run, (task) => awaitedContract(run, task) === null)];
}

/** All that one workflow has not answered, to be given again where it turns out to be lost. */
export function ordersOf(run: Run, child: string): readonly Pick<Wait, 'lose'>[] {
  return [...inFlight(run), ...resting(run, () => true)].filter((wait) => wait.child === child);
}

function inFlight(run: Run): Wait[] {
  return [...run.asked].flatMap(([request, given]): Wait[] => {
    const isWaiting = (): boolean =>
      run.asked.get(request) === given && !given.isLost && !run.answers.has(request);
    const lose = (): void => {
      if (isWaiting()) given.isLost = true;
    };
    return isWaiting() ? [{ request, child: given.child, lose }] : [];
  });
}

function resting(run: Run, isMeant: (task: TaskProgress) => boolean): Wait[] {
  return run.progress.tasks.filter(isMeant).flatMap(({ task, step }): Wait[] => {
    if (step.kind !== 'await-contract') return [];
    const { contract, request } = step;
    const lose = (): void => {
      if (askTaskAgain(run, task.id, request))
        record(run, `contract ${contract} was lost; its task is looked at again`, task.id);
    };
    return [{ request, child: contractWorkflowId(run.input.objectiveId, contract), lose }];
  });
}

const spell = (run: Run): string =>
  waitedFor(run)
    .map(({ request }) => request)
    .join(' ');

async function endedOf(ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { ended } = await claims.endedObjectives
    .executeWithOptions({ summary: 'whether what is waited for still runs' }, [{ objectiveIds: [...ids] }])
    .catch((error: unknown): EndedObjectives => {
      if (isCancellation(error)) throw error;
      // Nothing is known to be lost then; it is looked again before long.
      return { ended: [] };
    });
  return new Set(ended.map(({ objectiveId }) => objectiveId));
}
