import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { MigrationSlot } from './migration-slot';
import { ObjectiveHandle } from '../objective/objective';
import { TaskId } from '../plan/plan';
import { RolloutPlan } from './deployment-plan';
import { RehearsedStep } from './rehearsal';
import { Usage } from '../usage/usage';
import { Allowance, CommitId } from '../work/work';

/* What the database-change workflow asks of its activities and gets back; small, like all that enters history. */

const Line = z.string().max(500);

export const ReserveMigrationRequest = z.strictObject({ handle: ObjectiveHandle, taskId: TaskId });
export type ReserveMigrationRequest = z.infer<typeof ReserveMigrationRequest>;

export const DesignMigrationRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  /** What was understood of the objective; absent: the task alone says what is wanted. */
  analysis: BlobRef.optional(),
  taskId: TaskId,
  slot: MigrationSlot,
  allowanceUsd: Allowance,
});
export type DesignMigrationRequest = z.infer<typeof DesignMigrationRequest>;
export const DesignMigrationResult = z.strictObject({
  /** A MigrationDesign. */
  design: BlobRef,
  summary: Line,
  usage: Usage,
});
export type DesignMigrationResult = z.infer<typeof DesignMigrationResult>;

export const RehearseMigrationRequest = z.strictObject({
  handle: ObjectiveHandle,
  commit: CommitId,
  /** The MigrationDesign the migration is held to. */
  design: BlobRef,
  slot: MigrationSlot,
});
export type RehearseMigrationRequest = z.infer<typeof RehearseMigrationRequest>;

const Problem = z.strictObject({ step: RehearsedStep, text: Line });

/** `sound`: it ran and nothing speaks against it; `not-executed`: it could not be run here; `none`: nothing to run. */
export const RehearsalResult = z.strictObject({
  outcome: z.enum(['sound', 'refused', 'not-executed', 'none']),
  /** A RehearsalReport or a DrillReport; null where nothing was run. */
  report: BlobRef.nullable(),
  problems: z.array(Problem).max(10),
  notExecuted: z.array(Line).max(5),
  /** What data is destroyed; asks a human. */
  destructive: z.array(Line).max(10),
  /** False: the old version fails on the new schema, which is a breaking change. */
  oldVersionWorks: z.boolean().nullable(),
  /** One line for status: rows, locks, times. */
  summary: Line,
});
export type RehearsalResult = z.infer<typeof RehearsalResult>;

export const DrillBackupRequest = z.strictObject({ handle: ObjectiveHandle, commit: CommitId });
export type DrillBackupRequest = z.infer<typeof DrillBackupRequest>;

export const PlanDeploymentRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  taskId: TaskId,
  design: BlobRef,
  rehearsal: BlobRef.nullable(),
  drill: BlobRef.nullable(),
  allowanceUsd: Allowance,
});
export type PlanDeploymentRequest = z.infer<typeof PlanDeploymentRequest>;
export const PlanDeploymentResult = z.strictObject({
  /** A DeploymentPlan. */
  deployment: BlobRef,
  approved: z.boolean(),
  reason: Line,
  summary: Line,
  usage: Usage,
});
export type PlanDeploymentResult = z.infer<typeof PlanDeploymentResult>;

export const ChooseRolloutRequest = PlanDeploymentRequest.extend({ deployment: BlobRef });
export type ChooseRolloutRequest = z.infer<typeof ChooseRolloutRequest>;
export const ChooseRolloutResult = z.strictObject({
  /** A RolloutPlan. */
  rollout: BlobRef,
  strategy: RolloutPlan.shape.strategy,
  /** How its phases are taken back, the last one first. */
  rollback: z.array(Line).max(12),
  reason: Line,
  usage: Usage,
});
export type ChooseRolloutResult = z.infer<typeof ChooseRolloutResult>;

export const RehearseRolloutRequest = z.strictObject({
  handle: ObjectiveHandle,
  commit: CommitId,
  rollout: BlobRef,
});
export type RehearseRolloutRequest = z.infer<typeof RehearseRolloutRequest>;
