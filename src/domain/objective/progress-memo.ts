import { z } from 'zod';
import { ObjectiveState, isSettled } from '../department/states';
import type { ObjectiveStatus } from './status';

/** Name of these figures in the memo of an objective's workflow. */
export const PROGRESS_MEMO = 'progress';

/** Of what was told before, by how much the cost has to grow to be told again. */
const GROWTH = 1.1;
const LEAST_USD = 0.01;

/** How far an objective is and what it cost, for lists, which ask no workflow. */
export const Progress = z.object({
  state: ObjectiveState,
  /** Tasks that are over, one way or the other, of all of the plan. */
  settled: z.int(),
  tasks: z.int(),
  /** US dollars; null: no price is known. */
  usd: z.number().nullable(),
  /** A model that charges nothing. */
  free: z.boolean(),
});
export type Progress = z.infer<typeof Progress>;

export function progressOf({
  state,
  tasks,
  usage,
  model,
}: Pick<ObjectiveStatus, 'state' | 'tasks' | 'usage' | 'model'>): Progress {
  return {
    state,
    settled: tasks.filter((task) => isSettled(task.state)).length,
    tasks: tasks.length,
    usd: usage.usd,
    free: model.kind === 'offline',
  };
}

/**
 * Whether lists should hear of it. Each time is an event of the history: states and tasks are few, and the cost is told
 * as it grows by a tenth, and exactly where the state changes, so at every stop and at the end.
 * @param told null: nothing so far
 */
export function isWorthTelling(told: Progress | null, next: Progress): boolean {
  if (told === null) return next.tasks > 0 || (next.usd ?? 0) >= LEAST_USD;
  if (told.state !== next.state || told.settled !== next.settled || told.tasks !== next.tasks) return true;
  return (next.usd ?? 0) >= Math.max((told.usd ?? 0) * GROWTH, (told.usd ?? 0) + LEAST_USD);
}
