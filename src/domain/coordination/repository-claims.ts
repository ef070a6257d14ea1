import { z } from 'zod';
import { MAX_TASKS, PathClaim, TaskId } from '../plan/plan';
import { ObjectiveHandle } from '../objective/objective';
import { BlobRef } from '../common/blob';

/** The entity workflow of a target repository: orders migrations and keeps what objectives hold of it. */
export const REPOSITORY_WORKFLOW = 'repositoryWorkflow';

/** What a task holds of a repository while its objective runs. */
export const TaskClaim = z.strictObject({
  taskId: TaskId,
  paths: z.array(PathClaim).max(100),
  tables: z.array(z.string().max(200)).max(100),
  endpoints: z.array(z.string().max(300)).max(100),
});
export type TaskClaim = z.infer<typeof TaskClaim>;

export const ClaimWorkRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  /** Tasks of the plan that were left out, and so hold nothing; absent: none. */
  without: z.array(TaskId).max(MAX_TASKS).optional(),
});
export type ClaimWorkRequest = z.infer<typeof ClaimWorkRequest>;

/** A task that has to wait, for whom, and for what. */
export const HeldTask = z.strictObject({
  taskId: TaskId,
  holder: z.string(),
  holderTask: TaskId,
  what: z.string().max(300),
});
export type HeldTask = z.infer<typeof HeldTask>;
export const ClaimWorkResult = z.strictObject({ held: z.array(HeldTask).max(200) });
export type ClaimWorkResult = z.infer<typeof ClaimWorkResult>;

/** Signal of the entity to an objective: tasks that need not wait any more. */
export const CLAIMS_FREED = 'claimsFreed';
export const ClaimsFreed = z.strictObject({ taskIds: z.array(TaskId).max(200) });
export type ClaimsFreed = z.infer<typeof ClaimsFreed>;

/**
 * An objective gives everything back; with `delivered`, the identifiers of its migrations stay taken: those of the tasks
 * that were `made`, where it says which.
 */
export const ReleaseClaimsRequest = z.strictObject({
  handle: ObjectiveHandle,
  delivered: z.boolean(),
  made: z.array(TaskId).max(MAX_TASKS).optional(),
});
export type ReleaseClaimsRequest = z.infer<typeof ReleaseClaimsRequest>;

/** What other objectives hold, in lines a planner can read. */
export const HeldElsewhere = z.strictObject({ lines: z.array(z.string().max(300)).max(100) });
export type HeldElsewhere = z.infer<typeof HeldElsewhere>;

export const EndedObjectivesRequest = z.strictObject({ objectiveIds: z.array(z.string()).max(500) });
export type EndedObjectivesRequest = z.infer<typeof EndedObjectivesRequest>;

/** Objectives that run no more, and whether they delivered. */
export const EndedObjectives = z.strictObject({
  ended: z.array(z.strictObject({ objectiveId: z.string(), delivered: z.boolean() })).max(500),
});
export type EndedObjectives = z.infer<typeof EndedObjectives>;
