import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { ContextAccount } from '../context/context-account';
import { MAX_BROUGHT_ROLES } from '../department/department-roles';
import { BreakingChange, MAX_BREAKING } from '../contract/breaking-change';
import {
  Advice,
  ConsultationQuestion,
  ContextDecision,
  ContextGrant,
  ContextRequest,
  CoordinatorReview,
  Finding,
  RaisedEscalation,
} from './handoff';
import { Gap } from '../plan/comparison';
import { FeedbackKey, MAX_FEEDBACK } from '../pull-request/feedback';
import { CoordinationRules } from '../coordination/coordination-rules';
import { DecisionRules } from '../escalation/decision-rules';
import { Concern, Level } from '../department/levels';
import { PlanPatch } from '../objective/messages';
import { MigrationSlot } from '../database/migration-slot';
import { ObjectiveHandle } from '../objective/objective';
import { MAX_TASKS, PlanTask, TaskId, TaskOutline } from '../plan/plan';
import { RedItem, Subject } from '../quality-gate/receipt';
import { HeldElsewhere } from '../coordination/repository-claims';
import { MAX_TOUCHES, ServiceTouch } from '../target/service-touch';
import { RoleName } from '../department/specialists';
import { TaskState } from '../department/states';
import { Usage } from '../usage/usage';
import { ProviderWall } from './failure-details';

/*
 * What the process asks of its activities and gets back. Everything here enters workflow history, so it is
 * small: texts are cut, large things are blobs by reference.
 */

export const CommitId = z.string().regex(/^[0-9a-f]{40,64}$/);
const Excerpt = z.string().max(1500);

export const SurveyResult = z.strictObject({
  dossier: BlobRef,
  baseCommit: CommitId,
  /** One line for status: stack, framework, package manager. */
  stack: z.string().max(300),
  sandbox: z.string(),
  model: z.string(),
  notes: z.array(z.string().max(300)).max(20),
  /** Names the model's provider, for walls met by others; absent: unknown. */
  provider: z.string().max(64).optional(),
  /** Names of the specialists the repository brings; absent: none. */
  brought: z.array(RoleName).max(MAX_BROUGHT_ROLES).optional(),
  /** What is coordinated with others; absent in older histories: nothing. */
  coordination: CoordinationRules.optional(),
  /** Who may decide what, reminders and defaults; absent: nothing was configured, or an older history. */
  decisions: DecisionRules.optional(),
  /** The worker's settings say whom to tell; absent: nobody, as in older histories. */
  notifies: z.literal(true).optional(),
});
export type SurveyResult = z.infer<typeof SurveyResult>;

export const AnalyseRequest = z.strictObject({
  handle: ObjectiveHandle,
  allowanceUsd: z.number().nonnegative().optional(),
});
export type AnalyseRequest = z.infer<typeof AnalyseRequest>;

export const AnalyseResult = z.strictObject({
  analysis: BlobRef,
  summary: z.string().max(2000),
  usage: Usage,
});
export type AnalyseResult = z.infer<typeof AnalyseResult>;

/** Most that may be spent before more is asked for, in US dollars; absent: no cap. */
export const Allowance = z.number().nonnegative().optional();
const Thrift = z.int().min(0).max(5).optional();

export const PlanRequest = z.strictObject({
  handle: ObjectiveHandle,
  analysis: BlobRef,
  /** Why the last proposal was refused; empty the first time. */
  refusals: z.array(z.string().max(500)).max(50),
  /** What a human said when rejecting or asking for another plan. */
  comment: z.string().max(8000).nullable(),
  /** What other objectives hold of the repository, a line each; absent: nothing. */
  held: HeldElsewhere.shape.lines.optional(),
  allowanceUsd: Allowance,
});
export type PlanRequest = z.infer<typeof PlanRequest>;

export const PlanResult = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('accepted'),
    plan: BlobRef,
    tasks: z.array(TaskOutline),
    usage: Usage,
  }),
  z.strictObject({
    outcome: z.literal('refused'),
    errors: z.array(z.string().max(500)).max(50),
    usage: Usage,
  }),
]);
export type PlanResult = z.infer<typeof PlanResult>;

/** Who did a task in the end. */
export const Worker = z.strictObject({ taskId: TaskId, specialist: RoleName });
export type Worker = z.infer<typeof Worker>;

/** How a stored plan changes: repairs are added, a human's edits patch it or replace it. */
export const PlanChange = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('add'),
    tasks: z.array(PlanTask),
    /** Existing tasks that now also wait for a new one. */
    dependencies: z.array(z.strictObject({ taskId: TaskId, on: TaskId })),
  }),
  /** The one repair round of an objective: tasks for what its last gate left red or unbuilt. */
  z.strictObject({
    kind: z.literal('repair'),
    report: BlobRef,
    red: z.array(Subject).max(50),
    gaps: z.array(Gap).max(20),
    done: z.array(Worker).max(MAX_TASKS),
  }),
  /** Tasks for what people and checks said about the pull request. */
  z.strictObject({
    kind: z.literal('feedback'),
    feedback: BlobRef,
    keys: z.array(FeedbackKey).max(MAX_FEEDBACK),
    done: z.array(Worker).max(MAX_TASKS),
    /** Tasks they wait for. */
    after: z.array(TaskId).max(MAX_TASKS),
  }),
  z.strictObject({ kind: z.literal('patch'), patch: z.array(PlanPatch) }),
  z.strictObject({
    kind: z.literal('replace'),
    summary: z.string().max(2000).optional(),
    tasks: z.array(PlanTask),
  }),
]);
export type PlanChange = z.infer<typeof PlanChange>;

/** A task whose work has begun, which an edit of the plan leaves as it is. */
export const BegunTask = z.strictObject({ taskId: TaskId, state: TaskState });
export type BegunTask = z.infer<typeof BegunTask>;

/** Changes a stored plan; the answer is checked by the same rules as the model's own. */
export const AmendPlanRequest = z.strictObject({
  handle: ObjectiveHandle,
  analysis: BlobRef,
  plan: BlobRef,
  change: PlanChange,
  /** What the change has to leave alone; absent: nothing has begun, or the process itself asks. */
  begun: z
    .array(BegunTask)
    .max(MAX_TASKS * 2)
    .optional(),
});
export type AmendPlanRequest = z.infer<typeof AmendPlanRequest>;

/** Where an attempt's worktree starts. */
export const AttemptStart = z.discriminatedUnion('kind', [
  /** A new branch from this commit (first attempt, reassignment). */
  z.strictObject({ kind: z.literal('fresh'), from: CommitId }),
  /** The task's branch as the last attempt left it. */
  z.strictObject({ kind: z.literal('continue') }),
  /** The task's branch with this commit merged into it and the conflict markers in place. */
  z.strictObject({ kind: z.literal('conflict'), with: CommitId }),
]);
export type AttemptStart = z.infer<typeof AttemptStart>;

/** The migration a schema task is to write and its place among others, told where a conversation begins. */
const SchemaOrders = {
  /** A MigrationDesign. */
  design: BlobRef.optional(),
  slot: MigrationSlot.optional(),
};

/** What is new to the specialist in this attempt; each level changes the input. */
export const AttemptPrompt = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delegation'), ...SchemaOrders }),
  z.strictObject({ kind: z.literal('failure'), text: Excerpt, red: z.array(RedItem).max(10) }),
  z.strictObject({ kind: z.literal('advice'), from: RoleName, advice: Advice, failure: Excerpt.nullable() }),
  /**
   * Also the beginning of whoever takes a task over. `sides`: both sides of the merge it is about, a `MergeSides`; absent:
   * it is about no merge.
   */
  z.strictObject({
    kind: z.literal('guidance'),
    from: z.string().max(200),
    text: z.string().max(8000),
    ...SchemaOrders,
    sides: BlobRef.optional(),
  }),
  /** The answer to a `request_context` of this very attempt. */
  z.strictObject({ kind: z.literal('context'), from: z.string().max(200), decision: ContextDecision }),
]);
export type AttemptPrompt = z.infer<typeof AttemptPrompt>;

export const AttemptRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  taskId: TaskId,
  /** 1, 2, 3 … over all levels; the attempt's id is `<taskId>/<number>`. */
  number: z.int().min(1),
  level: Level,
  specialist: RoleName,
  start: AttemptStart,
  prompt: AttemptPrompt,
  /** The conversation to go on with; null starts a new one. */
  transcript: BlobRef.nullable(),
  /** Tells this attempt's journal from that of another run of the same number. */
  journal: z.string().max(40).optional(),
  /** Context this task was granted beyond its role's; absent: none. */
  grants: z.array(ContextGrant).max(20).optional(),
  /** Over the whole attempt. */
  allowanceUsd: Allowance,
  /** By how many steps the role's model is to be a cheaper one. */
  thrift: Thrift,
});
export type AttemptRequest = z.infer<typeof AttemptRequest>;

/** The newest steering note the attempt was told; absent: none. */
const MailSeq = z.int().min(0).optional();

/** How an attempt ended or is suspended; `usage` is that of the whole attempt, also over several activities. */
export const AttemptResult = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('handed-off'),
    commit: CommitId,
    transcript: BlobRef,
    summary: z.string().max(500),
    findings: z.array(Finding).max(5),
    /** Paths changed outside the task's claims; absent: none. */
    strayed: z.array(z.string().max(300)).max(20).optional(),
    /** What the commit breaks for users of the base; absent: nothing. */
    breaking: z.array(BreakingChange).max(MAX_BREAKING).optional(),
    /** What of other services it touches; absent: nothing. */
    touches: z.array(ServiceTouch).max(MAX_TOUCHES).optional(),
    usage: Usage,
    context: ContextAccount.optional(),
    mail: MailSeq,
  }),
  z.strictObject({
    outcome: z.literal('suspended'),
    on: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('consult'), question: ConsultationQuestion }),
      z.strictObject({ kind: z.literal('escalate'), raised: RaisedEscalation }),
      z.strictObject({ kind: z.literal('context'), request: ContextRequest }),
      /** People paused the objective. */
      z.strictObject({ kind: z.literal('pause') }),
      /** The provider asks to wait. */
      z.strictObject({ kind: z.literal('wall'), wall: ProviderWall }),
      /** The next call would cost more than is left of the allowance. */
      z.strictObject({ kind: z.literal('budget'), needsUsd: z.number().nonnegative() }),
    ]),
    transcript: BlobRef,
    usage: Usage,
    context: ContextAccount.optional(),
    mail: MailSeq,
  }),
  z.strictObject({
    outcome: z.literal('unfinished'),
    reason: Excerpt,
    concern: Concern,
    transcript: BlobRef.nullable(),
    usage: Usage,
    context: ContextAccount.optional(),
    mail: MailSeq,
  }),
]);
export type AttemptResult = z.infer<typeof AttemptResult>;

export const ConsultRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  taskId: TaskId,
  peer: RoleName,
  question: ConsultationQuestion,
  allowanceUsd: Allowance,
});
export type ConsultRequest = z.infer<typeof ConsultRequest>;
export const ConsultResult = z.strictObject({ advice: Advice, usage: Usage });
export type ConsultResult = z.infer<typeof ConsultResult>;

export const ReviewRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  taskId: TaskId,
  specialist: RoleName,
  roster: z.array(RoleName),
  failure: z.string().max(6000),
  /** Both sides of the merge that failed, a `MergeSides`; absent: it is about no merge. */
  sides: BlobRef.optional(),
  allowanceUsd: Allowance,
});
export type ReviewRequest = z.infer<typeof ReviewRequest>;
export const ReviewResult = z.strictObject({ review: CoordinatorReview, usage: Usage });
export type ReviewResult = z.infer<typeof ReviewResult>;

/** Asks the coordinator whether a task may read what its role would not see. */
export const ContextGrantRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  taskId: TaskId,
  specialist: RoleName,
  request: ContextRequest,
  allowanceUsd: Allowance,
});
export type ContextGrantRequest = z.infer<typeof ContextGrantRequest>;
export const ContextGrantResult = z.strictObject({ decision: ContextDecision, usage: Usage });
export type ContextGrantResult = z.infer<typeof ContextGrantResult>;
