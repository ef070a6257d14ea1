import { z } from 'zod';
import { awaitedContracts } from '../contract/contract-status';
import { Escalation } from '../escalation/escalation';
import { Progress } from './progress-memo';
import { isSettled, ObjectiveState, Outcome } from '../department/states';
import { ObjectiveEvent, TaskStatus, type ObjectiveStatus } from './status';
import { WatchState } from '../deployment/watch-status';

/** Most rows a list holds; what there is beyond is not counted. */
export const MOST_ROWS = 500;

/** An objective as lists tell it: what there is to know without any worker. */
export const ObjectiveRow = z.object({
  objectiveId: z.string(),
  objective: z.string(),
  repository: z.string(),
  base: z.string(),
  model: z.string(),
  open: z.boolean(),
  /** null where the server cannot tell it. */
  state: ObjectiveState.nullable(),
  escalationLevel: z.int().nullable(),
  startedAt: z.string(),
  closedAt: z.string().nullable(),
  /** As last told; null: its memo does not tell it. */
  progress: Progress.nullable(),
});
export type ObjectiveRow = z.infer<typeof ObjectiveRow>;

/** The same of the watch over a deployment. */
export const WatchRow = z.object({
  watchId: z.string(),
  objective: z.string(),
  repository: z.string(),
  branch: z.string(),
  commit: z.string(),
  open: z.boolean(),
  state: WatchState.nullable(),
  startedAt: z.string(),
});
export type WatchRow = z.infer<typeof WatchRow>;

const { id, title, specialist, state, level, dependsOn, doing, waitingFor } = TaskStatus.shape;
const TaskLine = z.object({ id, title, specialist, state, level, dependsOn, doing, waitingFor });

/** Newest events a snapshot for an agent shows. */
const EVENTS = 10;

/** Where an objective stands, short enough for a conversation: tasks in a line each, what waits for a decision in full. */
export const Snapshot = z.object({
  objectiveId: z.string(),
  objective: z.string(),
  state: ObjectiveState,
  outcome: Outcome.nullable(),
  reason: z.string().nullable(),
  repository: z.string(),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  planVersion: z.int().nullable(),
  tasks: z.array(TaskLine),
  /** What waits for a decision. */
  planAwaitsApproval: z.boolean(),
  contractsAwaitingReview: z.array(z.string()),
  escalations: z.array(Escalation),
  contracts: z.array(z.object({ name: z.string(), state: z.string(), hash: z.string().nullable() })),
  gate: z
    .object({ green: z.boolean(), red: z.array(z.object({ subject: z.string(), excerpt: z.string() })) })
    .nullable(),
  spentUsd: z.number().nullable(),
  budgetUsd: z.number().nullable(),
  forecastFinishAt: z.string().nullable(),
  startedAt: z.string(),
  now: z.string(),
  /** The newest lines of the run. */
  events: z.array(ObjectiveEvent),
  /** Messages that could not be used, newest last. */
  ignored: z.array(z.string()),
});
export type Snapshot = z.infer<typeof Snapshot>;

export function snapshotOf(status: ObjectiveStatus): Snapshot {
  return {
    objectiveId: status.objectiveId,
    objective: status.objective,
    state: status.state,
    outcome: status.outcome,
    reason: status.reason,
    repository: status.repository,
    branch: status.delivery?.branch ?? null,
    commit: status.delivery?.commit ?? null,
    planVersion: status.plan?.version ?? null,
    tasks: status.tasks.map((task) => TaskLine.parse(task)),
    planAwaitsApproval: status.state === 'awaiting-approval',
    contractsAwaitingReview: awaitedContracts(status.tasks),
    escalations: status.escalations,
    contracts: (status.contracts ?? []).map(({ name, state, hash }) => ({ name, state, hash })),
    gate:
      status.gate === null
        ? null
        : {
            green: status.gate.green,
            red: status.gate.red.map(({ subject, excerpt }) => ({ subject, excerpt })),
          },
    spentUsd: status.usage.usd,
    budgetUsd: status.budgetUsd,
    forecastFinishAt: status.forecast?.finishAt ?? null,
    startedAt: status.startedAt,
    now: status.now,
    events: status.events.slice(-EVENTS),
    ignored: status.ignored.slice(-EVENTS).map(({ name, reason }) => `${name}: ${reason}`),
  };
}

/**
 * Whether a decision of a human or a tech lead is open, also while other tasks go on. Not while an answer is being taken in:
 * it may be the one to what is open.
 */
export function awaitsDecision(status: ObjectiveStatus): boolean {
  if (status.outcome !== null || status.takingIn === true) return false;
  return (
    status.state === 'awaiting-approval' ||
    status.escalations.length > 0 ||
    awaitedContracts(status.tasks).length > 0
  );
}

/** One line on where an objective stands. */
export function headline(snapshot: Snapshot): string {
  const settled = snapshot.tasks.filter(({ state }) => isSettled(state)).length;
  const waits = [
    ...(snapshot.planAwaitsApproval ? ['its plan waits for approval'] : []),
    ...snapshot.contractsAwaitingReview.map((name) => `contract ${name} waits for review`),
    ...snapshot.escalations.map(({ id, question }) => `${id} asks: ${question}`),
  ];
  const parts = [
    `${snapshot.objectiveId} is ${snapshot.outcome ?? snapshot.state}`,
    `${String(settled)} of ${String(snapshot.tasks.length)} tasks settled`,
    ...waits,
  ];
  return `${parts.join('; ')}.`;
}
