import { z } from 'zod';
import { AuditHead } from '../escalation/audit';
import { BlobRef } from '../common/blob';
import { ContractStatus } from '../contract/contract-status';
import { DatabaseChangeStatus } from '../coordination/coordination-orders';
import { DeploymentPlan, RolloutPlan } from '../database/deployment-plan';
import { Decision, Escalation } from '../escalation/escalation';
import { GATE_SECTIONS, GateSlug } from '../quality-gate/gate-items';
import { LedgerRow } from '../usage/ledger';
import { METRICS } from '../usage/metrics';
import { MigrationDesign } from '../database/migration-design';
import { MigrationSlot } from '../database/migration-slot';
import { ModelChoice } from './objective';
import { TaskId } from '../plan/plan';
import { Precondition, Receipt, Verdict } from '../quality-gate/receipt';
import { DrillReport, RehearsalReport } from '../database/rehearsal';
import { ObjectiveState, Outcome } from '../department/states';
import { Delivery, IgnoredMessage, ObjectiveEvent, TaskStatus } from './status';
import { Usage } from '../usage/usage';

/** One item of the checklist, or a precondition, with what was found and who found it. */
const Found = {
  verdict: Verdict,
  note: z.string(),
  /** Name of the tool, rule or reviewer that decided; null: nobody looked. */
  checker: z.string().nullable(),
  /** A `fail` that is not on the base, or worse than there; absent in older reports. */
  isNew: z.boolean().optional(),
  /** Everything that was found out, one receipt from each checker; absent in older reports. */
  receipts: z.array(Receipt).optional(),
};

const ReportGateItem = z.strictObject({
  item: z.int().min(1).max(40),
  slug: GateSlug,
  section: z.enum(GATE_SECTIONS.map((row) => row.section)),
  demand: z.string(),
  ...Found,
});

export const ReportGate = z.strictObject({
  green: z.boolean(),
  tree: z.string(),
  /** The receipts, by reference. */
  receipts: BlobRef,
  preconditions: z.array(z.strictObject({ subject: Precondition, ...Found })),
  /** All 40, in the charter's order. */
  items: z.array(ReportGateItem),
});
export type ReportGate = z.infer<typeof ReportGate>;

export const ReportMetric = z.strictObject({
  name: z.enum(METRICS.map((row) => row.name)),
  unit: z.enum(METRICS.map((row) => row.unit)),
  /** null: no data, which is not 0. */
  value: z.number().nullable(),
  /** Other figures that belong to it, by name; absent in older reports. */
  details: z.record(z.string(), z.number()).optional(),
});
export type ReportMetric = z.infer<typeof ReportMetric>;

/** A schema change with everything designed, measured and decided about it. */
export const ReportDatabaseChange = z.strictObject({
  taskId: TaskId,
  commit: z.string().nullable(),
  identifier: z.string().nullable(),
  /** Migrations of other objectives that come before: their branches are merged first. */
  comesAfter: MigrationSlot.shape.after.optional(),
  strategy: z.string().nullable(),
  steps: DatabaseChangeStatus.shape.steps,
  design: MigrationDesign.nullable(),
  rehearsal: RehearsalReport.nullable(),
  drill: DrillReport.nullable(),
  deployment: DeploymentPlan.nullable(),
  rollout: RolloutPlan.nullable(),
  rolloutDrill: DrillReport.nullable(),
});
export type ReportDatabaseChange = z.infer<typeof ReportDatabaseChange>;

/** What an objective came to: the JSON beside the Markdown report. */
export const Report = z.strictObject({
  version: z.literal(1),
  objectiveId: z.string(),
  objective: z.string(),
  state: ObjectiveState,
  /** null: written before the end. */
  outcome: Outcome.nullable(),
  reason: z.string().nullable(),
  repository: z.string(),
  baseCommit: z.string(),
  delivery: Delivery.pick({ branch: true, commit: true }).nullable(),
  model: ModelChoice,
  modelLabel: z.string(),
  sandbox: z.string().nullable(),
  stack: z.string().nullable(),
  startedAt: z.iso.datetime(),
  writtenAt: z.iso.datetime(),
  tasks: z.array(TaskStatus.omit({ doing: true, waitingFor: true })),
  gate: ReportGate.nullable(),
  /** Absent in older reports. */
  contracts: z.array(ContractStatus).optional(),
  databaseChanges: z.array(ReportDatabaseChange).optional(),
  openEscalations: z.array(Escalation),
  decisions: z.array(Decision),
  /** The newest line of the audit log when this was written; absent: nothing was in it, or an older report. */
  audit: AuditHead.optional(),
  metrics: z.array(ReportMetric),
  knownLimitations: z.array(z.strictObject({ taskId: TaskId.nullable(), text: z.string() })),
  usage: Usage,
  budgetUsd: z.number().nullable(),
  /** Who cost what; sums up to `usage`. */
  ledger: z.array(LedgerRow),
  ignored: z.array(IgnoredMessage),
  /** The newest lines of the run; absent in older reports. */
  events: z.array(ObjectiveEvent).optional(),
});
export type Report = z.infer<typeof Report>;
