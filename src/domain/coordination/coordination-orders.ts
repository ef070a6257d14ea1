import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { CoordinationRules } from './coordination-rules';
import { ContractStatus } from '../contract/contract-status';
import { DATABASE_CHANGE_STEPS } from '../database/database-change';
import { MigrationSlot } from '../database/migration-slot';
import { ObjectiveHandle } from '../objective/objective';
import { TaskId } from '../plan/plan';
import { RehearsedStep } from '../database/rehearsal';
import { RoleName } from '../department/specialists';
import { EscalationReason } from '../department/triggers';
import { Usage } from '../usage/usage';
import { Allowance, CommitId } from '../work/work';

/*
 * What an objective and the workflows it coordinates with tell each other. They are children, but abandoned ones that
 * answer by signals: an objective may continue as new while they wait for people.
 */

export const CONTRACT_WORKFLOW = 'apiContractWorkflow';
export const DATABASE_WORKFLOW = 'databaseChangeWorkflow';
/** Signal of an objective to such a workflow. */
export const COORDINATION_ORDER = 'coordinationOrder';
/** Signal of an objective to a contract: somebody reviewed it. */
export const CONTRACT_REVIEWED = 'contractReviewed';
/** Queries of such workflows. */
export const CONTRACT_STATUS = 'contractStatus';
export const DATABASE_STATUS = 'databaseChangeStatus';
/** Signal of such a workflow to its objective. */
export const COORDINATION_REPORT = 'coordinationReport';

export const contractWorkflowId = (objectiveId: string, name: string): string =>
  `${objectiveId}/contract/${name}`;
export const databaseWorkflowId = (objectiveId: string): string => `${objectiveId}/database`;

const Line = z.string().max(500);
/** Tells the answer to an order from that to another. */
const Request = z.int().min(1);

export const ContractOrder = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('designed'),
    request: Request,
    taskId: TaskId,
    commit: CommitId,
    plan: BlobRef,
    allowanceUsd: Allowance,
  }),
  z.strictObject({
    kind: z.literal('integrate'),
    request: Request,
    commit: CommitId,
    plan: BlobRef,
    allowanceUsd: Allowance,
  }),
  z.strictObject({ kind: z.literal('close'), reason: Line }),
]);
export type ContractOrder = z.infer<typeof ContractOrder>;

export const ContractReviewed = z.strictObject({
  revision: z.int().min(1),
  decision: z.enum(['approve', 'request-changes']),
  comments: z.array(Line).max(20),
  by: z.string().max(200),
});
export type ContractReviewed = z.infer<typeof ContractReviewed>;

/** The argument of `apiContractWorkflow`. */
export const ContractInput = z.strictObject({
  objectiveId: z.string(),
  handle: ObjectiveHandle,
  rules: CoordinationRules.shape.contracts,
  /** The contract as the objective knows it; a workflow that was lost goes on from there. */
  known: ContractStatus,
});
export type ContractInput = z.infer<typeof ContractInput>;

export const DatabaseOrder = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('design'),
    request: Request,
    taskId: TaskId,
    plan: BlobRef,
    /** The Analysis of the objective; absent: there is none. */
    analysis: BlobRef.optional(),
    allowanceUsd: Allowance,
  }),
  z.strictObject({
    kind: z.literal('rehearse'),
    request: Request,
    taskId: TaskId,
    commit: CommitId,
    plan: BlobRef,
    design: BlobRef,
    slot: MigrationSlot,
    /** A human lets it destroy data, or break the old version. */
    accepted: z.boolean(),
    allowanceUsd: Allowance,
  }),
  z.strictObject({ kind: z.literal('close'), reason: Line }),
]);
export type DatabaseOrder = z.infer<typeof DatabaseOrder>;

/** The argument of `databaseChangeWorkflow`. */
export const DatabaseInput = z.strictObject({ objectiveId: z.string(), handle: ObjectiveHandle });
export type DatabaseInput = z.infer<typeof DatabaseInput>;

const StepKey = z.enum(DATABASE_CHANGE_STEPS.map((row) => row.key));
export type DatabaseStepKey = z.infer<typeof StepKey>;

/** Where the schema change of a task stands, as status tells it. */
export const DatabaseChangeStatus = z.strictObject({
  taskId: TaskId,
  commit: CommitId.nullable(),
  slot: MigrationSlot.nullable(),
  /** Blobs: a MigrationDesign, a RehearsalReport, two DrillReports, a DeploymentPlan and a RolloutPlan. */
  design: BlobRef.nullable(),
  rehearsal: BlobRef.nullable(),
  drill: BlobRef.nullable(),
  deployment: BlobRef.nullable(),
  rollout: BlobRef.nullable(),
  rolloutDrill: BlobRef.nullable(),
  strategy: z.string().max(60).nullable(),
  /** Commands that take its phases back, the last phase first; absent: none is known. */
  rollback: z.array(Line).max(12).optional(),
  steps: z
    .array(
      z.strictObject({
        key: StepKey,
        state: z.enum(['pending', 'running', 'done', 'refused', 'not-executed', 'awaits-human']),
        summary: Line,
      }),
    )
    .max(10),
});
export type DatabaseChangeStatus = z.infer<typeof DatabaseChangeStatus>;

/** The answer to an order. */
export const CoordinationAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('contract'),
    /**
     * `waiting`: a human is to review it; another answer to the same order follows. `unchanged`: it says what is approved
     * already. `none`: there is no contract in the commit. `replaced`: another task shared a newer revision while this one
     * waited, and that is decided; it is to be ordered again.
     */
    verdict: z.enum(['approved', 'unchanged', 'none', 'waiting', 'changes-requested', 'refused', 'replaced']),
    comments: z.array(Line).max(20),
    by: z.string().max(200),
  }),
  z.strictObject({ kind: z.literal('database-designed'), design: BlobRef, slot: MigrationSlot }),
  z.strictObject({
    kind: z.literal('database'),
    /** `ask`: it destroys data or breaks the old version, which nobody has accepted yet. */
    verdict: z.enum(['agreed', 'refused', 'ask', 'none', 'not-executed']),
    problems: z.array(z.strictObject({ step: RehearsedStep, text: Line })).max(10),
    destroys: z.array(Line).max(12),
    summary: Line,
  }),
  z.strictObject({
    kind: z.literal('tested'),
    outcome: z.enum(['passed', 'failed', 'not-executed']),
    mismatches: z.array(Line).max(20),
    /** What a peer says of the mismatches. */
    advice: z.string().max(1500).nullable(),
  }),
  /** A step could not be carried out at all. */
  z.strictObject({ kind: z.literal('trouble'), reason: EscalationReason, text: z.string().max(2000) }),
]);
export type CoordinationAnswer = z.infer<typeof CoordinationAnswer>;

/** What such a workflow tells its objective; everything in it is new since the last. */
export const CoordinationReport = z.strictObject({
  /** The order it answers; null: it only tells. */
  request: Request.nullable(),
  answer: CoordinationAnswer.nullable(),
  costs: z.array(z.strictObject({ role: RoleName, usage: Usage })).max(10),
  events: z.array(z.strictObject({ taskId: TaskId.nullable(), text: Line })).max(20),
  contract: ContractStatus.optional(),
  database: DatabaseChangeStatus.optional(),
});
export type CoordinationReport = z.infer<typeof CoordinationReport>;
