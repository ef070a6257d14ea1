import type { AuditEntry } from '../src/domain/escalation/audit';
import type { Gap } from '../src/domain/plan/comparison';
import type { Waiting } from '../src/domain/escalation/decision-clock';
import type { DecisionRules } from '../src/domain/escalation/decision-rules';
import type { Decision, Escalation, EscalationSubject } from '../src/domain/escalation/escalation';
import type { ContractStatus } from '../src/domain/contract/contract-status';
import type { DatabaseChangeStatus } from '../src/domain/coordination/coordination-orders';
import type { CoordinationRules } from '../src/domain/coordination/coordination-rules';
import type { TakeFeedback, TakenFeedback } from '../src/domain/pull-request/feedback';
import type { AskedDeadline } from '../src/domain/objective/forecast';
import type { SteeringNote } from '../src/domain/work/mail';
import type { ReviewPlan } from '../src/domain/objective/messages';
import type { ObjectiveInput, ObjectiveHandle } from '../src/domain/objective/objective';
import type { TaskId } from '../src/domain/plan/plan';
import type { GateSummary } from '../src/domain/quality-gate/receipt';
import type { HeldTask } from '../src/domain/coordination/repository-claims';
import type { Outcome } from '../src/domain/department/states';
import type { Delivery, IgnoredMessage, ObjectiveEvent } from '../src/domain/objective/status';
import { newProgress, type TaskProgress } from '../src/domain/work/task-progress';
import { NO_USAGE, type Usage } from '../src/domain/usage/usage';
import type { LedgerRow } from '../src/domain/usage/ledger';
import type { Sender } from './message';
import type { NewsState } from './news';

/** A level-4 question somebody has to answer. */
export interface OpenEscalation {
  readonly escalation: Escalation;
  /** A task's id, or `objective`. */
  readonly subject: EscalationSubject;
}

/** A comparison of the integrated tree with the objective. */
export interface Compared {
  readonly commit: string;
  readonly gaps: readonly Gap[];
  /** Why it came to nothing. */
  readonly problem?: string | undefined;
}

/** What an objective keeps of its coordination with others. */
interface CarriedCoordination {
  contracts: ContractStatus[];
  databaseChanges: DatabaseChangeStatus[];
  lastRequest: number;
  /** Workflows it started and has not told to close. */
  children: string[];
  /** Hashes of the contracts that are merged, by name. */
  locked?: Readonly<Record<string, string>>;
}

/** Feedback on a pull request: what is to become tasks, and what did. */
export interface CarriedFeedback {
  readonly pending: readonly TakeFeedback[];
  readonly taken: readonly TakenFeedback[];
}

/** What carries over when the workflow continues as new: plain data, nothing else. */
export interface Carried {
  startedAt: string;
  handle: ObjectiveHandle | null;
  stack: string | null;
  sandbox: string | null;
  /** Specialists the repository brings; absent: none. */
  brought?: readonly string[];
  analysis: string | null;
  plan: { ref: string; version: number } | null;
  baseReport: string | null;
  approved: boolean;
  integrationHead: string | null;
  tasks: TaskProgress[];
  open: OpenEscalation[];
  decisions: Decision[];
  /** Decisions about the objective that the process has not acted on yet. */
  undone: Decision[];
  objectiveEscalations: number;
  /** Escalation that keeps models from being asked: provider refused or out, budget spent. */
  blockedBy: string | null;
  paused: { by: string; reason: string | null } | null;
  budgetUsd: number | null;
  usage: Usage;
  ledger: LedgerRow[];
  /** By how many steps every role's model is to be a cheaper one. */
  thrift: number;
  /** The provider of the model, where known, and the wall that stands before it. */
  provider: string | null;
  wall: { provider: string; until: number; reason: string } | null;
  /** Since when the provider met nothing but walls, in milliseconds. */
  walledSince: number | null;
  lastNote: number;
  /** What people said to everybody at work: tasks that come later are told, too. Absent: nothing. */
  steering?: readonly SteeringNote[];
  /** How long all checks of the base took, in milliseconds. */
  gateMs: number | null;
  /** Settled tasks at the last look at the deadline, and what was asked about it. */
  deadlineWatch: { settled: number; asked: AskedDeadline | null };
  gate: GateSummary | null;
  waivedAtObjective: string[];
  /** The tasks of the repair round; absent: there was none yet. */
  repairRound?: readonly TaskId[];
  /** What the last comparison found missing, and in which commit. */
  compared?: Compared | null;
  /** The plan whose work was claimed (null: to be claimed anew), and the tasks that wait; absent: nothing was. */
  claims?: { readonly plan: string | null; readonly held: readonly HeldTask[] };
  /** What is coordinated with others, and how far it is; null: nothing. */
  rules: CoordinationRules | null;
  coordination: CarriedCoordination;
  /** What the last test of contracts found, and in which commit. */
  contractTests?: Compared | null;
  /** What people said about the plan and nobody acted on yet; absent: nothing. */
  planReview?: { readonly body: ReviewPlan; readonly sender: Sender } | null;
  /** What was told to people so far; absent: nobody is to be told. */
  news?: NewsState;
  /** What was said about the pull request; absent: nothing. */
  feedback?: CarriedFeedback;
  delivery: Delivery | null;
  outcome: Outcome | null;
  reason: string | null;
  events: ObjectiveEvent[];
  lastSeq: number;
  ignored: IgnoredMessage[];
  /** Who may decide what, reminders and defaults; absent: nothing was configured. */
  decisionRules?: DecisionRules;
  /** What the clock of decisions knows of what waits for people; absent: it does not run. */
  waiting?: readonly Waiting[];
  /** Decisions that are not in the audit log yet. */
  unaudited: AuditEntry[];
  /** Macs of the proofs that were used. */
  usedProofs: string[];
}

/** What an objective begins with. */
export function begin(input: ObjectiveInput): Carried {
  return {
    startedAt: new Date().toISOString(),
    handle: null,
    stack: null,
    sandbox: null,
    analysis: null,
    plan: null,
    baseReport: null,
    approved: !input.options.approvePlan,
    integrationHead: null,
    tasks: [],
    open: [],
    decisions: [],
    undone: [],
    objectiveEscalations: 0,
    blockedBy: null,
    paused: null,
    budgetUsd: input.options.budgetUsd,
    usage: NO_USAGE,
    ledger: [],
    thrift: 0,
    provider: null,
    wall: null,
    walledSince: null,
    lastNote: 0,
    gateMs: null,
    deadlineWatch: { settled: 0, asked: null },
    gate: null,
    waivedAtObjective: [],
    rules: null,
    coordination: { contracts: [], databaseChanges: [], lastRequest: 0, children: [] },
    delivery: null,
    outcome: null,
    reason: null,
    events: [],
    lastSeq: 0,
    ignored: [],
    unaudited: [],
    usedProofs: [],
  };
}

/** What it goes on with: what was carried over, in today's form, and reopened where it had ended. */
export function goOn(fresh: Carried, carried: Carried): Carried {
  return reopened(upgraded(fresh, carried));
}

/**
 * Whether this run takes up an objective that had ended: only then is there an outcome before anything was done. Asked
 * of what was carried over, before {@link openRun}.
 */
export function isTakenUp(carried: Carried | undefined): boolean {
  return (carried?.outcome ?? null) !== null;
}

/** An objective that had ended begins anew where it ended: what it made stays, what its end settled is open again. */
function reopened(carried: Carried): Carried {
  if (!isTakenUp(carried)) return carried;
  // What was claimed was given back, and its last gate may have a round of repairs of its own.
  const { claims: _claims, repairRound: _round, ...rest } = carried;
  return {
    ...rest,
    outcome: null,
    reason: null,
    approved: true,
    open: [],
    undone: [],
    blockedBy: null,
    paused: null,
    wall: null,
    walledSince: null,
    coordination: { ...carried.coordination, children: [] },
  };
}

/** What older code carried over lacks what came later. */
function upgraded(fresh: Carried, carried: Carried): Carried {
  return {
    ...fresh,
    ...carried,
    tasks: carried.tasks.map((task) => ({ ...newProgress(task.task), ...task })),
  };
}
