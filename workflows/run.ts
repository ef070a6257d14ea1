import type { CancellationScope } from '@temporalio/workflow';
import type { AuditEntry } from '../src/domain/audit';
import type { Gap } from '../src/domain/comparison';
import type { Waiting } from '../src/domain/decision-clock';
import type { DecisionRules } from '../src/domain/decision-rules';
import type { Decision, Escalation, EscalationSubject } from '../src/domain/escalation';
import type { ContractStatus } from '../src/domain/contract-status';
import type { CoordinationAnswer, DatabaseChangeStatus } from '../src/domain/coordination-orders';
import type { CoordinationRules } from '../src/domain/coordination-rules';
import type { TakeFeedback, TakenFeedback } from '../src/domain/feedback';
import type { AskedDeadline } from '../src/domain/forecast';
import type { ReviewPlan } from '../src/domain/messages';
import type { ObjectiveInput, ObjectiveHandle } from '../src/domain/objective';
import { compareIds, type TaskId, type TaskOutline } from '../src/domain/plan';
import type { GateSummary } from '../src/domain/receipt';
import type { HeldTask } from '../src/domain/repository-claims';
import { repositoryLabel } from '../src/domain/repository-label';
import type { Outcome } from '../src/domain/states';
import type { Delivery, IgnoredMessage, ObjectiveEvent } from '../src/domain/status';
import { newProgress, type TaskProgress } from '../src/domain/task-progress';
import { NO_USAGE, type Usage } from '../src/domain/usage';
import type { LedgerRow } from '../src/domain/ledger';
import type { Sender } from './message';
import { createAuditor, type Auditor } from './audit';
import { openTeller, type NewsState, type Teller } from './news';

/** Newest events and ignored messages status keeps. */
const KEPT_EVENTS = 200;
const KEPT_IGNORED = 50;

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

/** A review of the plan, and what came of it once the process has acted on it. */
export interface PlanReview {
  readonly body: ReviewPlan;
  readonly sender: Sender;
  end: { readonly kind: 'taken' | 'refused'; readonly text: string } | null;
}

/** One objective in the hands of one workflow run. */
export interface Run {
  readonly input: ObjectiveInput;
  readonly progress: Carried;
  /** Steps being carried out now; a scope each, so that one task can be cancelled alone. */
  readonly inFlight: Map<TaskId, CancellationScope>;
  /** Set by a human's `abort`, a rejection, or cancellation of the workflow. */
  stop: { readonly outcome: Outcome; readonly reason: string } | null;
  /** The stage before tasks run, for status. */
  stage: 'surveying' | 'analysing' | 'planning' | 'awaiting-approval' | 'running' | 'closing';
  planReview: PlanReview | null;
  /** An error of ours inside a step; thrown by the main loop, so that the workflow task fails and waits for a fix. */
  bug: Error | null;
  /** Answers of coordinating workflows, by the order they answer, until somebody takes them. */
  readonly answers: Map<number, CoordinationAnswer>;
  /** Tells people what waits for them; null: nobody is to be told. */
  teller: Teller | null;
  /** Money held by what runs now, in US dollars. */
  readonly reserved: Map<EscalationSubject, number>;
  readonly audit: Auditor;
  /** Tasks that hold all that is left of their own budget, and so less than they otherwise would. */
  readonly capped: Set<TaskId>;
  /** Grows with every change; loops wait for it. */
  revision: number;
}

/** Asked through a function, since messages change it behind the compiler's back. */
export function isStopped(run: Run): boolean {
  return run.stop !== null;
}

export const now = (): string => new Date().toISOString();

export function openRun(input: ObjectiveInput, carried: Carried | undefined): Run {
  const fresh: Carried = {
    startedAt: now(),
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
  const progress = carried === undefined ? fresh : reopened(upgraded(fresh, carried));
  const run: Run = {
    input,
    progress,
    bug: null,
    reserved: new Map(),
    capped: new Set(),
    answers: new Map(),
    teller: openTeller(input.objectiveId, carried?.news),
    inFlight: new Map(),
    stop: null,
    stage: 'surveying',
    planReview: reviewOf(carried),
    audit: createAuditor({
      pending: progress.unaudited,
      subject: {
        objective: input.objectiveId,
        repository: input.repositoryIdentity,
        repositoryLabel: repositoryLabel(input.repository),
      },
      say: (text) => {
        record(run, text);
      },
    }),
    revision: 0,
  };
  return run;
}

function reviewOf(carried: Carried | undefined): PlanReview | null {
  const review = carried?.planReview ?? null;
  return review === null ? null : { ...review, end: null };
}

/** Records one line of the run and wakes whoever waits for a change. */
export function record(run: Run, text: string, taskId: TaskId | null = null): void {
  const { progress } = run;
  progress.lastSeq += 1;
  progress.events.push({ seq: progress.lastSeq, at: now(), taskId, text: text.slice(0, 500) });
  if (progress.events.length > KEPT_EVENTS) progress.events.splice(0, progress.events.length - KEPT_EVENTS);
  run.revision += 1;
}

/** A message that could not be used is kept for status and otherwise ignored; throwing would stop the workflow. */
export function ignore(run: Run, name: string, reason: string): void {
  run.progress.ignored.push({ at: now(), name, reason: reason.slice(0, 500) });
  if (run.progress.ignored.length > KEPT_IGNORED) run.progress.ignored.shift();
  record(run, `ignored a ${name} message: ${reason}`);
}

export function taskOf(run: Run, id: TaskId): TaskProgress | undefined {
  return run.progress.tasks.find((progress) => progress.task.id === id);
}

export function replaceTask(run: Run, next: TaskProgress): void {
  const index = run.progress.tasks.findIndex((progress) => progress.task.id === next.task.id);
  if (index < 0) throw new Error(`No task ${next.task.id} in the plan`);
  run.progress.tasks[index] = next;
  run.revision += 1;
}

/** Takes over a plan: known tasks keep their progress, new ones start at the beginning. */
export function adoptPlan(run: Run, ref: string, outlines: readonly TaskOutline[]): void {
  const { progress } = run;
  const known = new Map(progress.tasks.map((task) => [task.task.id, task]));
  progress.tasks = outlines
    .map((outline) => {
      const before = known.get(outline.id);
      if (before === undefined) return newProgress(outline);
      return {
        ...before,
        task: outline,
        specialist: before.startedAt === null ? outline.specialist : before.specialist,
      };
    })
    .sort((a, b) => compareIds(a.task.id, b.task.id));
  progress.plan = { ref, version: (progress.plan?.version ?? 0) + 1 };
  run.revision += 1;
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
