import { z } from 'zod';

/** States of a task, in the order it may pass through them. */
export const TaskState = z.enum([
  'pending',
  'ready',
  'running',
  'suspended',
  'gating',
  'merging',
  'merged',
  'waived',
  'skipped',
  'failed',
]);
export type TaskState = z.infer<typeof TaskState>;

/** A task in one of these lets its dependants start. */
const INTEGRATED_TASK_STATES: ReadonlySet<TaskState> = new Set(['merged', 'waived']);

/** Nothing more is done for a task in one of these. */
const SETTLED_TASK_STATES: ReadonlySet<TaskState> = new Set(['merged', 'waived', 'skipped', 'failed']);

/** States of an objective. */
export const ObjectiveState = z.enum([
  'planning',
  'awaiting-approval',
  'running',
  'awaiting-human',
  'paused',
  'delivered',
  'failed',
  'aborted',
  'cancelled',
]);
export type ObjectiveState = z.infer<typeof ObjectiveState>;

/** How a closed objective ended. `red` and `rejected` are ends without a delivery of value, not bugs. */
export const Outcome = z.enum([
  'delivered',
  'delivered-with-waivers',
  'rejected',
  'red',
  'aborted',
  'cancelled',
]);
export type Outcome = z.infer<typeof Outcome>;

export function isIntegrated(state: TaskState): boolean {
  return INTEGRATED_TASK_STATES.has(state);
}

export function isSettled(state: TaskState): boolean {
  return SETTLED_TASK_STATES.has(state);
}
