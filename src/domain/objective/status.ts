import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { ContextAccount } from '../context/context-account';
import { ContractStatus } from '../contract/contract-status';
import { DatabaseChangeStatus } from '../coordination/coordination-orders';
import { Decision, Escalation } from '../escalation/escalation';
import { TakenFeedback } from '../pull-request/feedback';
import { Forecast } from './forecast';
import { LedgerRow } from '../usage/ledger';
import { Level } from '../department/levels';
import { ModelChoice } from './objective';
import { Priority, TaskId, TaskKind } from '../plan/plan';
import { PullRequest } from '../pull-request/pull-request';
import { GateSummary } from '../quality-gate/receipt';
import { RoleName } from '../department/specialists';
import { ObjectiveState, Outcome, TaskState } from '../department/states';
import { Usage } from '../usage/usage';

/** One attempt as status and report tell it. */
export const AttemptRecord = z.strictObject({
  number: z.int(),
  level: Level,
  specialist: RoleName,
  outcome: z.enum(['handed-off', 'suspended', 'unfinished', 'running']),
  /** e.g. `after advice of @api-architect`; empty for the first. */
  because: z.string().max(200),
  summary: z.string().max(200),
  transcript: BlobRef.nullable(),
  /** What it used so far. */
  usage: Usage.optional(),
});
export type AttemptRecord = z.infer<typeof AttemptRecord>;

export const TaskStatus = z.strictObject({
  id: TaskId,
  title: z.string(),
  specialist: RoleName,
  kind: TaskKind,
  priority: Priority,
  dependsOn: z.array(TaskId),
  /** Number of the parallel group the plan shows this task in, from 1. */
  group: z.int(),
  state: TaskState,
  level: Level,
  attempts: z.array(AttemptRecord),
  /** What it does at this moment, in words; empty when settled. */
  doing: z.string(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  waitingFor: z.string().nullable(),
  firstGatePassed: z.boolean().nullable(),
  commit: z.string().nullable(),
  gate: GateSummary.nullable(),
  usage: Usage,
  /** Most it may cost, in US dollars; absent: no cap of its own. */
  budgetUsd: z.number().optional(),
  /** What its attempts were offered of the repository; absent before the first has ended. */
  context: ContextAccount.optional(),
});
export type TaskStatus = z.infer<typeof TaskStatus>;

/** One line of the run, numbered from 1 without gaps; status keeps the newest. */
export const ObjectiveEvent = z.strictObject({
  seq: z.int(),
  at: z.iso.datetime(),
  taskId: TaskId.nullable(),
  text: z.string(),
});
export type ObjectiveEvent = z.infer<typeof ObjectiveEvent>;

/** A message that could not be used: recorded, never thrown. */
export const IgnoredMessage = z.strictObject({ at: z.iso.datetime(), name: z.string(), reason: z.string() });
export type IgnoredMessage = z.infer<typeof IgnoredMessage>;

/** What the user got: a branch in a repository (path or address), and the absolute path of the Markdown report. */
export const Delivery = z.strictObject({
  repository: z.string(),
  branch: z.string(),
  commit: z.string(),
  report: z.string(),
  /** With `--pr`: the pull request, and why there is none or what is special about it; absent: nothing. */
  pullRequest: PullRequest.optional(),
  pullRequestNote: z.string().max(1000).optional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** The whole snapshot `objectiveStatus` answers. */
export const ObjectiveStatus = z.strictObject({
  objectiveId: z.string(),
  objective: z.string(),
  state: ObjectiveState,
  outcome: Outcome.nullable(),
  reason: z.string().nullable(),
  repository: z.string(),
  baseCommit: z.string(),
  integrationHead: z.string().nullable(),
  model: ModelChoice,
  sandbox: z.string().nullable(),
  stack: z.string().nullable(),
  plan: z
    .strictObject({
      version: z.int(),
      ref: BlobRef,
      /** What an edit is checked against before it is sent; absent: told by an older worker. */
      analysis: BlobRef.optional(),
      brought: z.array(RoleName).optional(),
    })
    .nullable(),
  tasks: z.array(TaskStatus),
  escalations: z.array(Escalation),
  decisions: z.array(Decision),
  /** Whom the rules keep reviews for, as `architect (lin)`; absent: anyone may review. */
  reviewers: z
    .strictObject({ plan: z.string().max(500).optional(), contract: z.string().max(500).optional() })
    .optional(),
  /** A message is being taken in: what is told to be open may be answered already. Absent: none is. */
  takingIn: z.literal(true).optional(),
  /** API contracts, and the schema changes of tasks; absent: none was coordinated. */
  contracts: z.array(ContractStatus).optional(),
  databaseChanges: z.array(DatabaseChangeStatus).optional(),
  gate: GateSummary.nullable(),
  delivery: Delivery.nullable(),
  /** Feedback on the pull request that was taken, and the tasks it became; absent: none. */
  feedback: z.array(TakenFeedback).optional(),
  usage: Usage,
  budgetUsd: z.number().nullable(),
  /** Money reserved by what runs now, in US dollars. */
  reservedUsd: z.number().optional(),
  /** Who cost what; sums up to `usage`. */
  ledger: z.array(LedgerRow).optional(),
  /** The provider wants no calls before this. */
  wall: z.strictObject({ until: z.iso.datetime(), reason: z.string() }).nullable().optional(),
  /** When it will be done, where there is a deadline and a task has settled. */
  forecast: Forecast.nullable().optional(),
  startedAt: z.iso.datetime(),
  now: z.iso.datetime(),
  events: z.array(ObjectiveEvent),
  ignored: z.array(IgnoredMessage),
});
export type ObjectiveStatus = z.infer<typeof ObjectiveStatus>;

/** What the workflow returns; every product end is a completed workflow with one of these. */
export const ObjectiveResult = z.strictObject({
  objectiveId: z.string(),
  outcome: Outcome,
  reason: z.string().nullable(),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  report: z.string().nullable(),
  /** Address of the pull request; absent: there is none. */
  pullRequest: PullRequest.shape.url.optional(),
});
export type ObjectiveResult = z.infer<typeof ObjectiveResult>;
