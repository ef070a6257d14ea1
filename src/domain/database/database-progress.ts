import type { DatabaseChangeStatus, DatabaseStepKey } from '../coordination/coordination-orders';
import { DATABASE_CHANGE_STEPS } from './database-change';
import type { TaskId } from '../plan/plan';

export type StepState = DatabaseChangeStatus['steps'][number]['state'];

/** A schema change of which nothing is done. */
export function newDatabaseChange(taskId: TaskId): DatabaseChangeStatus {
  return {
    taskId,
    commit: null,
    slot: null,
    design: null,
    rehearsal: null,
    drill: null,
    deployment: null,
    rollout: null,
    rolloutDrill: null,
    strategy: null,
    steps: DATABASE_CHANGE_STEPS.map(({ key }) => ({ key, state: 'pending', summary: '' })),
  };
}

/** The same with one step in another state; `summary` is cut at 500 characters. */
export function withStep(
  change: DatabaseChangeStatus,
  key: DatabaseStepKey,
  state: StepState,
  summary: string,
): DatabaseChangeStatus {
  const set = { key, state, summary: summary.slice(0, 500) };
  return { ...change, steps: change.steps.map((row) => (row.key === key ? set : row)) };
}
