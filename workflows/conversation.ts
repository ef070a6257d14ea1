import {
  defineQuery,
  defineSignal,
  setDefaultSignalHandler,
  setHandler,
  type QueryDefinition,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { ReviewContract } from '../src/domain/contract-status';
import { COORDINATION_REPORT } from '../src/domain/coordination-orders';
import { ResolveEscalation, type Channel, type Escalation } from '../src/domain/escalation';
import type { Mail } from '../src/domain/mail';
import { INTERNAL, QUERY_DESCRIPTIONS } from '../src/domain/message-descriptions';
import {
  ATTEMPT_MAILBOX,
  CancelTask,
  MESSAGES,
  Pause,
  QUERIES,
  ReviewPlan,
  SetBudget,
  Steer,
  type MessageName,
} from '../src/domain/messages';
import { PROVIDER_OPEN, PROVIDER_WALL, ProviderOpen, WallNotice } from '../src/domain/provider-gate';
import { CLAIMS_FREED, ClaimsFreed } from '../src/domain/repository-claims';
import { isSettledProgress } from '../src/domain/scheduler';
import type { ObjectiveStatus } from '../src/domain/status';
import { takeFreed } from './claims';
import { refuseContractReview, reviewContract } from './contract-review';
import { takeCoordinationReport } from './coordination-reports';
import { decide, refusal } from './decisions';
import { describeIssues, installMessage } from './message';
import { ignore, record, replaceTask, taskOf, type Run } from './run';
import { snapshot } from './snapshot';
import { skipTask } from './skip-task';
import { openWall, raiseWall } from './walls';

const objectiveStatusQuery: QueryDefinition<ObjectiveStatus> = defineQuery(QUERIES.objectiveStatus);
const attemptMailboxQuery: QueryDefinition<Mail, [unknown]> = defineQuery(ATTEMPT_MAILBOX);
const openEscalationsQuery: QueryDefinition<Escalation[]> = defineQuery(QUERIES.openEscalations);

/**
 * One message: how it is read, why it may be refused (synchronously, since update validators must be), and what it
 * does. Each row exists as a signal and as an update of the same name.
 */
interface Message<T> {
  readonly schema: z.ZodType<T>;
  readonly refuse: (run: Run, message: T) => string | null;
  readonly take: (run: Run, message: T, channel: Channel) => string;
}

const message = <T>(row: Message<T>): Message<T> => row;
const never = (): null => null;

const rows = {
  resolveEscalation: message({
    schema: ResolveEscalation,
    refuse: refusal,
    take: (run, body, channel) => {
      const decision = decide(run, body, channel);
      return `${decision.escalationId}: ${decision.decision} by ${decision.by}`;
    },
  }),
  reviewPlan: message({
    schema: ReviewPlan,
    refuse: (run, body) => {
      const version = run.progress.plan?.version ?? null;
      if (version === null) return 'there is no plan yet';
      if (body.baseVersion !== undefined && body.baseVersion !== version) {
        return `the plan is at version ${version} by now, not ${body.baseVersion}`;
      }
      if (body.decision !== 'edit' && run.progress.approved) return 'the plan is approved already';
      return run.planReview === null ? null : 'another review of the plan is being taken in';
    },
    take: (run, body) => {
      run.planReview = body;
      record(run, `plan: ${body.decision} by ${body.by}`);
      return `recorded: ${body.decision}`;
    },
  }),
  reviewContract: message({
    schema: ReviewContract,
    refuse: refuseContractReview,
    take: reviewContract,
  }),
  steer: message({
    schema: Steer,
    refuse: (run, body) => {
      if (body.taskId === undefined) return null;
      const task = taskOf(run, body.taskId);
      if (task === undefined) return `there is no task ${body.taskId}`;
      return isSettledProgress(task) ? `${body.taskId} is settled already` : null;
    },
    take: (run, body) => {
      for (const task of run.progress.tasks) {
        if (isSettledProgress(task) || (body.taskId !== undefined && task.task.id !== body.taskId)) continue;
        run.progress.lastNote += 1;
        const note = { seq: run.progress.lastNote, text: `${body.by}: ${body.message}` };
        replaceTask(run, { ...task, steering: [...task.steering, note].slice(-20) });
      }
      record(run, `steered by ${body.by}: ${body.message}`, body.taskId ?? null);
      return 'recorded; a running attempt is told at its next turn, otherwise the next attempt';
    },
  }),
  pause: message({
    schema: Pause,
    refuse: (run) => (run.progress.paused === null ? null : `already paused by ${run.progress.paused.by}`),
    take: (run, body) => {
      run.progress.paused = { by: body.by, reason: body.reason ?? null };
      record(run, `paused by ${body.by}`);
      return 'paused; attempts rest after the turn they are in';
    },
  }),
  resume: message({
    schema: Pause,
    refuse: (run) => (run.progress.paused === null ? 'it is not paused' : null),
    take: (run, body) => {
      run.progress.paused = null;
      record(run, `resumed by ${body.by}`);
      return 'resumed';
    },
  }),
  cancelTask: message({
    schema: CancelTask,
    refuse: (run, body) => {
      const task = taskOf(run, body.taskId);
      if (task === undefined) return `there is no task ${body.taskId}`;
      return isSettledProgress(task) ? `${body.taskId} is settled already` : null;
    },
    take: (run, body) => {
      const skipped = skipTask(run, body.taskId, `cancelled by ${body.by}`);
      return `cancelled; skipped with it: ${skipped.length === 0 ? 'nothing' : skipped.join(', ')}`;
    },
  }),
  setBudget: message({
    schema: SetBudget,
    refuse: never,
    take: (run, body, channel) => {
      run.progress.budgetUsd = body.usd;
      record(run, `budget set to ${body.usd} USD by ${body.by}`);
      answerBudgetQuestion(run, body, channel);
      return `the budget is ${body.usd} USD`;
    },
  }),
} as const satisfies Record<MessageName, unknown>;

/** A higher budget answers the question that a spent one raised. */
function answerBudgetQuestion(run: Run, { usd, by }: SetBudget, channel: Channel): void {
  const { blockedBy, usage, open } = run.progress;
  const asked = open.find((row) => row.escalation.id === blockedBy)?.escalation;
  if (asked?.trigger !== 'budget-exhausted' || usd <= (usage.usd ?? 0)) return;
  decide(run, { escalationId: asked.id, decision: 'retry', option: 'raise', by }, channel);
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

function listen<T>(run: Run, name: MessageName, row: Message<T>): void {
  installMessage<T>(name, {
    read: (payload) => {
      const parsed = row.schema.safeParse(payload);
      if (!parsed.success) return { why: describeIssues(parsed.error) };
      const why = run.stage === 'closing' ? 'the objective is closing' : row.refuse(run, parsed.data);
      return why === null ? { body: parsed.data } : { why };
    },
    take: (body, channel) => row.take(run, body, channel),
    ignore: (why) => {
      ignore(run, name, why);
    },
  });
}

/** Installs every query, signal and update of an objective: in the Web UI those of people stand first. */
export function listenToMessages(run: Run): void {
  setHandler(objectiveStatusQuery, () => snapshot(run), { description: QUERY_DESCRIPTIONS.objectiveStatus });
  setHandler(openEscalationsQuery, () => run.progress.open.map((row) => row.escalation), {
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
  listenToWorkflows(run);
  // Last, since it takes every signal that waits and has no handler yet.
  setDefaultSignalHandler((name) => {
    ignore(run, name, `there is no message of this name; known: ${Object.keys(MESSAGES).join(', ')}`);
  });
}

/** What other workflows and the objective's own attempts say and ask. */
function listenToWorkflows(run: Run): void {
  const description = INTERNAL;
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
