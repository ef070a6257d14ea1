import {
  defineQuery,
  defineSignal,
  setDefaultSignalHandler,
  setHandler,
  type QueryDefinition,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { ReviewContract } from '../src/domain/contract/contract-status';
import { COORDINATION_REPORT } from '../src/domain/coordination/coordination-orders';
import type { AuditEntry } from '../src/domain/escalation/audit';
import {
  deciderOf,
  refuseDecider,
  type Decidable,
  type PersonName,
} from '../src/domain/escalation/decision-rules';
import { ResolveEscalation, type Escalation } from '../src/domain/escalation/escalation';
import { TakeFeedback } from '../src/domain/pull-request/feedback';
import type { Mail } from '../src/domain/work/mail';
import { INTERNAL, QUERY_DESCRIPTIONS } from '../src/domain/objective/message-descriptions';
import {
  ATTEMPT_MAILBOX,
  CARRIED_PROGRESS,
  CancelTask,
  MESSAGES,
  Pause,
  QUERIES,
  ReviewPlan,
  SetBudget,
  Steer,
  type MessageName,
} from '../src/domain/objective/messages';
import { PROVIDER_OPEN, PROVIDER_WALL, ProviderOpen, WallNotice } from '../src/domain/usage/provider-gate';
import { CLAIMS_FREED, ClaimsFreed } from '../src/domain/coordination/repository-claims';
import { isSettledProgress } from '../src/domain/plan/scheduler';
import type { ObjectiveStatus } from '../src/domain/objective/status';
import { takeFreed } from './claims';
import { contractNamed, refuseContractReview, reviewContract } from './contract-review';
import { takeCoordinationReport } from './coordination-reports';
import { decide, isAnswered, refusal, refuseMoneyless, takeAnswer } from './decisions';
import { noteFeedback, refuseFeedback } from './feedback';
import { describeIssues, installMessage, type Sender } from './message';
import type { OpenEscalation } from './carried';
import { ignore, record, taskOf, type Run } from './run';
import { shownQuestions, snapshot } from './snapshot';
import { refusePlanReview, reviewPlan } from './plan-review';
import { skipTask } from './skip-task';
import { refuseSteering, steerTasks } from './steering';
import { openWall, raiseWall } from './walls';

const objectiveStatusQuery: QueryDefinition<ObjectiveStatus> = defineQuery(QUERIES.objectiveStatus);
const attemptMailboxQuery: QueryDefinition<Mail, [unknown]> = defineQuery(ATTEMPT_MAILBOX);
const carriedProgressQuery: QueryDefinition<{ input: Run['input']; carried: Run['progress'] }> =
  defineQuery(CARRIED_PROGRESS);
const openEscalationsQuery: QueryDefinition<Escalation[]> = defineQuery(QUERIES.openEscalations);

/**
 * One message: how it is read, why it may be refused (synchronously, since update validators must be), and what it
 * does. Each row exists as a signal and as an update of the same name.
 */
interface Message<T> {
  readonly schema: z.ZodType<T>;
  /** `person`: who it is from, as far as that is known. */
  readonly refuse: (run: Run, message: T, person: PersonName | null) => string | null;
  /** What older histories have taken: see `installMessage`. */
  readonly refuseNew?: (run: Run, message: T) => string | null;
  /** Gives what an update answers, at once or when it is known. */
  readonly take: (run: Run, message: T, sender: Sender) => string | Promise<string>;
  /** What whoever sent it was shown, for the audit log; `recorded`: taking it writes its own line. */
  readonly saw: ((run: Run, message: T) => AuditEntry['saw']) | 'recorded';
  /** Since when what it answers has been asked; left out: it answers nothing. */
  readonly askedAt?: (run: Run, message: T) => string | null;
}

const message = <T>(row: Message<T>): Message<T> => row;
const nothing = (): null => null;
const mayNot = (run: Run, about: Decidable, person: PersonName | null): string | null =>
  refuseDecider(run.progress.decisionRules ?? null, about, person);

const rows = {
  resolveEscalation: message({
    schema: ResolveEscalation,
    refuse: refusal,
    refuseNew: refuseMoneyless,
    take: takeAnswer,
    saw: 'recorded',
    askedAt: (run, { escalationId: id }) =>
      run.progress.open.find(({ escalation }) => escalation.id === id)?.escalation.raisedAt ?? null,
  }),
  reviewPlan: message({
    schema: ReviewPlan,
    refuse: (run, body, person) => refusePlanReview(run, body) ?? mayNot(run, 'plan-review', person),
    take: reviewPlan,
    saw: ({ progress: { plan } }) =>
      plan === null ? null : { kind: 'plan', version: plan.version, plan: plan.ref },
  }),
  reviewContract: message({
    schema: ReviewContract,
    refuse: (run, body, person) => refuseContractReview(run, body) ?? mayNot(run, 'contract-review', person),
    take: reviewContract,
    saw: (run, body) => {
      const found = contractNamed(run, body.contract);
      if (found === undefined) return null;
      const { name, revision, hash } = found;
      return { kind: 'contract', name, revision, hash };
    },
  }),
  steer: message({
    schema: Steer,
    refuse: refuseSteering,
    take: steerTasks,
    saw: nothing,
  }),
  pause: message({
    schema: Pause,
    refuse: (run) => (run.progress.paused === null ? null : `already paused by ${run.progress.paused.by}`),
    take: (run, body) => {
      run.progress.paused = { by: body.by, reason: body.reason ?? null };
      record(run, `paused by ${body.by}`);
      return 'paused; attempts rest after the turn they are in';
    },
    saw: nothing,
  }),
  resume: message({
    schema: Pause,
    refuse: (run) => (run.progress.paused === null ? 'it is not paused' : null),
    take: (run, body) => {
      run.progress.paused = null;
      record(run, `resumed by ${body.by}`);
      return 'resumed';
    },
    saw: nothing,
  }),
  cancelTask: message({
    schema: CancelTask,
    refuse: (run, body) => {
      const task = taskOf(run, body.taskId);
      if (task === undefined) return `there is no task ${body.taskId}`;
      return isSettledProgress(task) ? `${body.taskId} is settled already` : refuseWithdrawal(run, body);
    },
    take: (run, body) => {
      const skipped = skipTask(run, body.taskId, `cancelled by ${body.by}`);
      return `cancelled; skipped with it: ${skipped.length === 0 ? 'nothing' : skipped.join(', ')}`;
    },
    saw: (run, body) => sawQuestion(run, ({ subject }) => subject === body.taskId),
  }),
  takeFeedback: message({
    schema: TakeFeedback,
    refuse: refuseFeedback,
    take: (run, body) => noteFeedback(run, body),
    saw: nothing,
  }),
  setBudget: message({
    schema: SetBudget,
    // Whoever may not answer the question of a spent budget may not answer it this way either.
    refuse: (run, _body, person) => mayNot(run, 'budget-exhausted', person),
    take: (run, body, sender) => {
      run.progress.budgetUsd = body.usd;
      record(run, `budget set to ${body.usd} USD by ${body.by}`);
      answerBudgetQuestion(run, body, sender);
      return `the budget is ${body.usd} USD`;
    },
    saw: (run) => sawQuestion(run, ({ escalation }) => escalation.trigger === 'budget-exhausted'),
  }),
} as const satisfies Record<MessageName, unknown>;

/** A higher budget answers the question that a spent one raised. */
function answerBudgetQuestion(run: Run, { usd, by }: SetBudget, sender: Sender): void {
  const { blockedBy, usage, open } = run.progress;
  const asked = open.find((row) => row.escalation.id === blockedBy)?.escalation;
  if (asked?.trigger !== 'budget-exhausted' || usd <= (usage.usd ?? 0) || isAnswered(run, asked.id)) return;
  decide(run, { escalationId: asked.id, decision: 'retry', option: 'raise', by }, sender);
}

/** Cancelling a task takes its question back, and so decides it. */
function refuseWithdrawal(run: Run, { taskId }: CancelTask): string | null {
  const rules = run.progress.decisionRules ?? null;
  for (const { escalation, subject } of run.progress.open) {
    const role = subject === taskId ? deciderOf(rules, escalation.trigger) : null;
    if (role !== null) return `${escalation.id} is open and for ${role}; answer it with skip instead`;
  }
  return null;
}

function sawQuestion(run: Run, isMeant: (open: OpenEscalation) => boolean): AuditEntry['saw'] {
  const open = run.progress.open.find(isMeant);
  return open === undefined ? null : { kind: 'escalation', escalation: open.escalation };
}

/** What a running attempt of the task reads before each turn. */
function mailOf(run: Run, taskId: unknown): Mail {
  const { paused, wall } = run.progress;
  const task = typeof taskId === 'string' ? taskOf(run, taskId) : undefined;
  return {
    paused: paused !== null,
    steering: [...(task?.steering ?? [])],
    wallMs: wall === null ? null : Math.max(0, wall.until - Date.now()),
  };
}

function listen<T extends object>(run: Run, name: MessageName, row: Message<T>): void {
  installMessage<T>(name, {
    read: (payload, person) => {
      const parsed = row.schema.safeParse(payload);
      if (!parsed.success) return { why: describeIssues(parsed.error) };
      const why = run.stage === 'closing' ? 'the objective is closing' : row.refuse(run, parsed.data, person);
      return why === null ? { body: parsed.data } : { why };
    },
    refuseNew: (body) => row.refuseNew?.(run, body) ?? null,
    askedAt: (body) => row.askedAt?.(run, body) ?? null,
    take: (body, sender) => {
      const saw = row.saw === 'recorded' ? null : row.saw(run, body);
      const said = row.take(run, body, sender);
      if (row.saw !== 'recorded') run.audit.note({ message: name, body, sender, saw });
      return said;
    },
    ignore: (why) => {
      ignore(run, name, why);
    },
    usedProofs: run.progress.usedProofs,
  });
}

/** Installs every query, signal and update of an objective: in the Web UI those of people stand first. */
export function listenToMessages(run: Run): void {
  setHandler(objectiveStatusQuery, () => snapshot(run), { description: QUERY_DESCRIPTIONS.objectiveStatus });
  setHandler(openEscalationsQuery, () => shownQuestions(run), {
    description: QUERY_DESCRIPTIONS.openEscalations,
  });
  listen(run, MESSAGES.resolveEscalation, rows.resolveEscalation);
  listen(run, MESSAGES.reviewPlan, rows.reviewPlan);
  listen(run, MESSAGES.reviewContract, rows.reviewContract);
  listen(run, MESSAGES.steer, rows.steer);
  listen(run, MESSAGES.pause, rows.pause);
  listen(run, MESSAGES.resume, rows.resume);
  listen(run, MESSAGES.cancelTask, rows.cancelTask);
  listen(run, MESSAGES.setBudget, rows.setBudget);
  listen(run, MESSAGES.takeFeedback, rows.takeFeedback);
  listenToWorkflows(run);
  // Last, since it takes every signal that waits and has no handler yet.
  setDefaultSignalHandler((name) => {
    ignore(run, name, `there is no message of this name; known: ${Object.keys(MESSAGES).join(', ')}`);
  });
}

/** What other workflows and the objective's own attempts say and ask. */
function listenToWorkflows(run: Run): void {
  const description = INTERNAL;
  setHandler(carriedProgressQuery, () => ({ input: run.input, carried: run.progress }), { description });
  setHandler(attemptMailboxQuery, (taskId) => mailOf(run, taskId), { description });
  const internal = (name: string, take: (payload: unknown) => void): void => {
    setHandler(defineSignal<[unknown]>(name), take, { description });
  };
  internal(PROVIDER_WALL, (payload) => {
    const notice = WallNotice.safeParse(payload);
    if (notice.success && notice.data.provider === run.progress.provider) raiseWall(run, notice.data);
  });
  internal(PROVIDER_OPEN, (payload) => {
    const notice = ProviderOpen.safeParse(payload);
    if (notice.success) openWall(run, notice.data.provider);
  });
  internal(CLAIMS_FREED, (payload) => {
    const freed = ClaimsFreed.safeParse(payload);
    if (freed.success) takeFreed(run, freed.data);
  });
  internal(COORDINATION_REPORT, (payload) => {
    takeCoordinationReport(run, payload);
  });
}
