import type { ObjectiveHandle } from '../src/domain/objective/objective';
import type { TaskId } from '../src/domain/plan/plan';
import { isSettledProgress } from '../src/domain/plan/scheduler';
import type { TaskProgress } from '../src/domain/work/task-progress';
import { now, record, replaceTask, taskOf, type Run } from './run';

/** What every step needs of the objective: settled once planning is over. */
interface Setting {
  readonly handle: ObjectiveHandle;
  readonly plan: string;
  readonly base: string | null;
  readonly head: string;
}

/** The setting of a run that works on tasks. */
export function settingOf(run: Run): Setting {
  const { handle, plan, baseReport, integrationHead } = run.progress;
  if (handle === null || plan === null || integrationHead === null)
    throw new Error('tasks run after planning only');
  return { handle, plan: plan.ref, base: baseReport, head: integrationHead };
}

/** A task as it stands now. */
export const latest = (run: Run, id: TaskId): TaskProgress => {
  const progress = taskOf(run, id);
  if (progress === undefined) throw new Error(`No task ${id} in the plan`);
  return progress;
};

/**
 * Stores a transition, unless the task was settled meanwhile, and closes the books when it is over.
 * @param at when that was, as the activity that did it says; left out: now
 */
export function finish(run: Run, next: TaskProgress, at?: string): void {
  if (isSettledProgress(latest(run, next.task.id))) return;
  if (next.step.kind === 'settled') {
    replaceTask(run, { ...next, endedAt: endOf(next, at) });
    if (next.step.state !== 'merged') record(run, next.step.state, next.task.id);
  } else replaceTask(run, next);
}

/** Within the task's own time: a worker's clock may differ from the server's. */
function endOf({ startedAt }: TaskProgress, at: string | undefined): string {
  const latestEnd = now();
  if (at === undefined || at > latestEnd) return latestEnd;
  return startedAt !== null && at < startedAt ? startedAt : at;
}
