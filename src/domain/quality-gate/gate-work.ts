import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { Gap } from '../plan/comparison';
import { ObjectiveHandle } from '../objective/objective';
import { MAX_TASKS, TaskId } from '../plan/plan';
import { GateSummary } from './receipt';
import { ReviewOrder } from './review';
import { Usage } from '../usage/usage';
import { Allowance, CommitId, Worker } from '../work/work';

/* What the process asks about trees: gates, merges, reviews and the last comparison. Small, like all that enters history. */

/**
 * `task` runs the cheap checks that the task owes, `base` the cheap ones, `objective` all of them; red is told against
 * the base commit.
 */
export const GateRequest = z.strictObject({
  handle: ObjectiveHandle,
  scope: z.enum(['base', 'task', 'objective']),
  commit: CommitId,
  /** Report of the base commit; null while gating the base itself. */
  base: BlobRef.nullable(),
  /** The plan says what a task owes and who wrote what; absent in older histories: every cheap check, no reviews. */
  plan: BlobRef.optional(),
  taskId: TaskId.optional(),
  /** Of an objective: who did the integrated tasks. */
  done: z.array(Worker).max(MAX_TASKS).optional(),
  /** Subjects a human accepted as they are. */
  waived: z.array(z.string().max(200)).max(100).optional(),
  /** Report of the last gate of this objective, whose reviews still hold where the tree is the same. */
  earlier: BlobRef.optional(),
});
export type GateRequest = z.infer<typeof GateRequest>;

/** One reviewer looks at its items of the integrated tree. */
export const InspectRequest = z.strictObject({
  handle: ObjectiveHandle,
  commit: CommitId,
  /** The report the review is added to. */
  report: BlobRef,
  order: ReviewOrder,
  waived: z.array(z.string().max(200)).max(100),
  allowanceUsd: Allowance,
});
export type InspectRequest = z.infer<typeof InspectRequest>;
export const InspectResult = z.strictObject({ gate: GateSummary, usage: Usage });
export type InspectResult = z.infer<typeof InspectResult>;

/** Compares the integrated tree with what the objective promised. */
export const CompareRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  analysis: BlobRef,
  commit: CommitId,
  report: BlobRef,
  /** Tasks that are part of the tree; what others promised is not missed. */
  done: z.array(Worker).max(MAX_TASKS),
  allowanceUsd: Allowance,
});
export type CompareRequest = z.infer<typeof CompareRequest>;
export const CompareResult = z.strictObject({
  gaps: z.array(Gap).max(20),
  /** Points compared, and points there was no room for. */
  points: z.int(),
  left: z.int(),
  /** The whole answer; null where there was none that could be used. */
  comparison: BlobRef.nullable(),
  /** Why nothing could be compared; absent: it was. */
  problem: z.string().max(500).optional(),
  usage: Usage,
});
export type CompareResult = z.infer<typeof CompareResult>;

export const MergeRequest = z.strictObject({
  handle: ObjectiveHandle,
  taskId: TaskId,
  commit: CommitId,
  /** Head of the integration branch the caller believes in; the compare of compare-and-swap. */
  expectedHead: CommitId,
  base: BlobRef.nullable(),
  /** Subjects a human accepted as red; they do not stop the merge. */
  waived: z.array(z.string()),
  /** Says what the task owes; absent in older histories: every cheap check. */
  plan: BlobRef.optional(),
  /** A human accepted the task as it is, also what it changed outside its claims; absent: nobody did. */
  accepted: z.boolean().optional(),
});
export type MergeRequest = z.infer<typeof MergeRequest>;

/** What people should know of the branch or of files that were made anew; absent: nothing. */
const MergeNotes = z.array(z.string().max(500)).max(10).optional();

export const MergeResult = z.discriminatedUnion('outcome', [
  /** `at`: when; absent in older histories. A workflow that is taken back to this point has another clock by then. */
  z.strictObject({
    outcome: z.literal('merged'),
    head: CommitId,
    at: z.iso.datetime().optional(),
    notes: MergeNotes,
  }),
  /**
   * `theirs` names the tasks whose merged work the conflict is with; `sides` is a {@link MergeSides}, absent in older
   * histories.
   */
  z.strictObject({
    outcome: z.literal('conflict'),
    files: z.array(z.string()).max(50),
    theirs: z.array(TaskId).max(20),
    head: CommitId,
    sides: BlobRef.optional(),
    notes: MergeNotes,
  }),
  /** Green alone, red together: withdrawn, the integration branch is where it was. */
  z.strictObject({
    outcome: z.literal('red'),
    gate: GateSummary,
    head: CommitId,
    sides: BlobRef.optional(),
    notes: MergeNotes,
  }),
  /** The merge would change files that are neither owned nor shared by the task: withdrawn. */
  z.strictObject({
    outcome: z.literal('strayed'),
    paths: z.array(z.string().max(300)).min(1).max(20),
    head: CommitId,
    notes: MergeNotes,
  }),
  /** The branch is not where it was; try again on this head. */
  z.strictObject({ outcome: z.literal('moved'), head: CommitId, notes: MergeNotes }),
]);
export type MergeResult = z.infer<typeof MergeResult>;

/** The two sides of a merge that did not pass, for whoever mends it; kept as a blob. Diffs are cut. */
export const MergeSides = z.strictObject({
  mine: z.strictObject({ taskId: TaskId, intent: z.string().max(2000), diff: z.string().max(10_000) }),
  theirs: z.strictObject({
    tasks: z.array(z.strictObject({ taskId: TaskId, intent: z.string().max(1000) })).max(20),
    diff: z.string().max(10_000),
  }),
});
export type MergeSides = z.infer<typeof MergeSides>;

/** Merges what the base gained meanwhile onto the integrated head, before it is delivered. */
export const RefreshBaseRequest = z.strictObject({
  handle: ObjectiveHandle,
  head: CommitId,
  /** Subjects a human accepted as red. */
  waived: z.array(z.string().max(200)).max(300),
});
export type RefreshBaseRequest = z.infer<typeof RefreshBaseRequest>;

export const RefreshBaseResult = z.discriminatedUnion('outcome', [
  /** `note`: why the base could not be looked at. */
  z.strictObject({ outcome: z.literal('unmoved'), note: z.string().max(500).optional() }),
  /** Clean and green: the integration branch is at the merge. */
  z.strictObject({ outcome: z.literal('merged'), base: CommitId, head: CommitId, gate: GateSummary }),
  z.strictObject({ outcome: z.literal('conflict'), base: CommitId, files: z.array(z.string()).max(50) }),
  z.strictObject({ outcome: z.literal('red'), base: CommitId, gate: GateSummary }),
]);
export type RefreshBaseResult = z.infer<typeof RefreshBaseResult>;

export const DeliverRequest = z.strictObject({
  handle: ObjectiveHandle,
  head: CommitId,
  /** Report of the last gate, whose receipts are kept beside the commit; absent in older histories. */
  report: BlobRef.nullable().optional(),
});
export type DeliverRequest = z.infer<typeof DeliverRequest>;
