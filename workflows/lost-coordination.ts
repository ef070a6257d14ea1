import { condition, isCancellation, patched } from '@temporalio/workflow';
import { contractWorkflowId } from '../src/domain/coordination/coordination-orders';
import type { EndedObjectives } from '../src/domain/coordination/repository-claims';
import { askAgain, awaitedContract } from './contract-review';
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
      const ended = await endedOf([...new Set(waitedFor(run).map(({ child }) => child))]);
      for (const { child, isLost } of waitedFor(run)) if (ended.has(child)) isLost();
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

interface Wait {
  readonly request: number;
  readonly child: string;
  readonly isLost: () => void;
}

/**
 * Orders nobody has answered. Not what waits for a human: their review finds out by itself whether the contract's workflow
 * is there.
 */
function waitedFor(run: Run): Wait[] {
  const asked = [...run.asked]
    .filter(([request]) => !run.answers.has(request) && !run.lost.has(request))
    .map(([request, child]) => ({ request, child, isLost: () => void run.lost.add(request) }));
  const resting = run.progress.tasks.flatMap((task): Wait[] => {
    const { step } = task;
    if (step.kind !== 'await-contract' || awaitedContract(run, task) !== null) return [];
    const isLost = (): void => {
      record(run, `contract ${step.contract} was lost; its task is looked at again`, task.task.id);
      askAgain(run, step.contract);
    };
    return [
      { request: step.request, child: contractWorkflowId(run.input.objectiveId, step.contract), isLost },
    ];
  });
  return [...asked, ...resting];
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
