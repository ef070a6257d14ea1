import { compareIds, compareTasks, type TaskId, type TaskOutline } from './plan';
import { isIntegrated, type TaskState } from '../department/states';
import type { TaskProgress } from '../work/task-progress';

/** Steps that wait for a model or a check and therefore count against `--max-parallel`. */
const WORKING_STEPS: ReadonlySet<string> = new Set([
  'attempt',
  'consult',
  'review',
  'context',
  'coordinate',
  'gate',
]);

export function isSettledProgress(progress: TaskProgress): boolean {
  return progress.step.kind === 'settled';
}

/** Whether everything a task depends on is on the integration branch. */
export function dependenciesIntegrated(
  task: Pick<TaskOutline, 'dependsOn'>,
  states: ReadonlyMap<TaskId, TaskState>,
): boolean {
  return task.dependsOn.every((id) => {
    const state = states.get(id);
    return state !== undefined && isIntegrated(state);
  });
}

/** States the scheduler needs: only settled tasks matter to those who wait for them. */
export function settledStates(tasks: Iterable<TaskProgress>): Map<TaskId, TaskState> {
  const states = new Map<TaskId, TaskState>();
  for (const { task, step } of tasks) if (step.kind === 'settled') states.set(task.id, step.state);
  return states;
}

/**
 * Tasks whose next step may start now: readiness, not waves. Work already begun goes before new work, then
 * priority, then id. The merge train takes one at a time, the lowest id of those waiting.
 */
export function nextSteps(facts: {
  readonly tasks: readonly TaskProgress[];
  readonly inFlight: ReadonlySet<TaskId>;
  /** Tasks that wait for other objectives; what is begun goes on. */
  readonly held?: ReadonlySet<TaskId>;
  readonly maxParallel: number;
  /** False while paused or while the provider is out: nothing but merges and gates starts. */
  readonly modelsAvailable: boolean;
}): readonly TaskProgress[] {
  const { tasks, inFlight, held, maxParallel, modelsAvailable } = facts;
  const states = settledStates(tasks);
  const idle = tasks.filter((progress) => !inFlight.has(progress.task.id));
  const busy = tasks.filter((progress) => inFlight.has(progress.task.id));
  const working = busy.filter((progress) => WORKING_STEPS.has(progress.step.kind)).length;
  const merging = busy.some((progress) => progress.step.kind === 'merge');

  const merge = merging
    ? undefined
    : idle
        .filter((progress) => progress.step.kind === 'merge')
        .sort((a, b) => compareIds(a.task.id, b.task.id))
        .at(0);
  const work = idle
    .filter((progress) => WORKING_STEPS.has(progress.step.kind))
    .filter((progress) => modelsAvailable || progress.step.kind === 'gate')
    .filter((progress) => progress.startedAt !== null || held?.has(progress.task.id) !== true)
    .filter((progress) => dependenciesIntegrated(progress.task, states))
    .sort(
      (a, b) => Number(b.startedAt !== null) - Number(a.startedAt !== null) || compareTasks(a.task, b.task),
    )
    .slice(0, Math.max(0, maxParallel - working));
  return merge === undefined ? work : [merge, ...work];
}
