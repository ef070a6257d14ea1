import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import type { Speaker } from '../domain/escalation/decision-proof';
import { Escalation } from '../domain/escalation/escalation';
import type { TakeFeedback } from '../domain/pull-request/feedback';
import {
  NOTIFICATIONS_STATUS,
  NotificationsStatus,
  notificationsWorkflowId,
} from '../domain/notification/news';
import { Answer, MESSAGES, PROVABLE } from '../domain/objective/messages';
import type { ObjectiveInput } from '../domain/objective/objective';
import type { ObjectiveState } from '../domain/department/states';
import { ObjectiveResult, ObjectiveStatus } from '../domain/objective/status';
import { UserError } from '../domain/common/user-error';
import type { AuditLog } from '../ports/audit';
import type { ProofSigner } from '../ports/proofs';
import type { Execution, Gateway, MessageRequest } from './gateway';
import { summarise, type ObjectiveSummary } from './objective-summary';
import { endWithoutResult } from './abnormal-end';
import { cancelled, reported, rewindOnRecord, type CancelRequest, type RewindRequest } from './on-record';
import { takeUpObjective } from './take-up';
import { listObjectives, listOpen } from './list-objectives';
import { startNext, type StartedObjective } from './start-objective';
import { isNamed, isNoAnswer, translateError } from './translate-error';
import { askWaits, listWaiting, type Waiting } from './waiting';
import { askWatch, watchEnd, type WatchAnswer } from './watch-client';
import type { Wait } from '../domain/objective/waits';

const QUERY_WITHIN_MS = 5_000;
const UPDATE_WITHIN_MS = 10_000;

/** The whole snapshot from the workflow, or what is known without any worker. */
type StatusAnswer =
  | { readonly kind: 'live'; readonly status: ObjectiveStatus }
  | { readonly kind: 'recorded'; readonly summary: ObjectiveSummary };

/** Applied by the workflow, or only recorded until a worker comes. */
export interface SentMessage {
  readonly applied: boolean;
  readonly message: string;
}

interface SendRequest extends MessageRequest {
  /** Makes a repeated update one decision; random when left out. */
  readonly updateId?: string;
  /** Who decides, where that is known: what they decide is signed. */
  readonly from?: Speaker | null;
}

/** The department as seen from outside, in its own words. Every failure is a {@link UserError} where one fits. */
export interface DepartmentClient {
  startObjective(input: ObjectiveInput): Promise<StartedObjective>;
  status(objectiveId: string): Promise<StatusAnswer>;
  /** The workflow's own snapshot, asked without any fallback; null when no worker answered in time. */
  snapshot(objectiveId: string): Promise<ObjectiveStatus | null>;
  /** Of an objective, or of the watch over its deployment. */
  openEscalations(objectiveId: string): Promise<readonly Escalation[]>;
  /** Where the watch of this id stands. */
  watch(watchId: string): Promise<WatchAnswer>;
  /** Everything that waits for a human, by visibility and memo alone. */
  waiting(): Promise<Waiting>;
  /** What waits of these, asked of the workflows; null: it does not answer. */
  askWaits(ids: readonly string[]): Promise<readonly (readonly Wait[] | null)[]>;
  send(request: SendRequest): Promise<SentMessage>;
  /** Makes tasks of feedback; an objective that has ended is taken up again under its id. */
  takeFeedback(request: {
    readonly objectiveId: string;
    readonly payload: TakeFeedback;
  }): Promise<SentMessage & { readonly takenUp: boolean }>;
  cancel(request: CancelRequest): Promise<SentMessage>;
  /** Takes state and code back to right after a task's merge. */
  rewind(request: RewindRequest): ReturnType<typeof rewindOnRecord>;
  list(filter?: { readonly state?: ObjectiveState }): Promise<readonly ObjectiveSummary[]>;
  /** Ids of all open objectives; `list` tells the newest only. */
  openObjectives(): Promise<ReadonlySet<string>>;
  result(objectiveId: string): Promise<ObjectiveResult>;
  /** null while it is open. */
  resultIfClosed(objectiveId: string): Promise<ObjectiveResult | null>;
  hasWorker(kind: 'workflow' | 'activity'): Promise<boolean>;
  /** Notifications of an objective that are under way; 0 where nobody is told, or nobody knows. */
  pendingNotifications(objectiveId: string): Promise<number>;
  close(): Promise<void>;
}

const RECORDED = 'recorded, not yet applied: no worker is up; `attach` or `worker` brings one';

/**
 * @param workerHere whether this process runs a worker itself: the server may not have seen its first poll yet
 * @param signer vouches for people who decide; null: nobody does
 * @param audit has what leaves no line in a workflow; null: nobody keeps a record
 */
export function createDepartmentClient(
  vendor: Gateway,
  workerHere: () => boolean = () => false,
  signer: ProofSigner | null = null,
  audit: AuditLog | null = null,
): DepartmentClient {
  const gateway: Gateway = {
    ...vendor,
    hasWorker: async (kind) => (kind === 'workflow' && workerHere()) || vendor.hasWorker(kind),
  };
  const asking = <T>(objectiveId: string, ask: () => Promise<T>): Promise<T> =>
    translated({ address: gateway.address, objectiveId }, ask);

  const resultIfClosed = async (objectiveId: string): Promise<ObjectiveResult | null> =>
    asking(objectiveId, async () => {
      const execution = await gateway.describe(objectiveId);
      return execution.state === 'open' ? null : closedResult(gateway, execution);
    });

  return {
    startObjective: (input) => asking(input.objectiveId, () => startNext(gateway, input)),
    status: (objectiveId) => asking(objectiveId, () => askStatus(gateway, objectiveId)),
    snapshot: (objectiveId) => asking(objectiveId, () => askSnapshot(gateway, objectiveId)),
    openEscalations: (objectiveId) =>
      asking(objectiveId, async () => {
        await gateway.describe(objectiveId);
        try {
          return z
            .array(Escalation)
            .parse(await gateway.query(objectiveId, 'openEscalations', QUERY_WITHIN_MS));
        } catch (error) {
          if (isNoAnswer(error)) throw noWorker(objectiveId, error);
          throw error;
        }
      }),
    watch: (watchId) => asking(watchId, () => askWatch(gateway, watchId)),
    waiting: () => translated({ address: gateway.address }, () => listWaiting(gateway)),
    askWaits: (ids) => translated({ address: gateway.address }, () => askWaits(gateway, ids)),
    send: (request) =>
      asking(request.objectiveId, async () => {
        try {
          const sent = await sendMessage(gateway, await signed(request, signer));
          return request.name === 'reportDeployment' ? await reported(gateway, audit, request, sent) : sent;
        } catch (error) {
          await refuseClosed(gateway, error, request.objectiveId);
          throw error;
        }
      }),
    takeFeedback: ({ objectiveId, payload }) =>
      asking(objectiveId, async () => {
        const { state } = await gateway.describe(objectiveId);
        try {
          if (state !== 'open' && (await takeUpObjective(gateway, { objectiveId, payload }))) {
            // A worker that goes in the middle of its first task would leave it to a timeout.
            await askSnapshot(gateway, objectiveId);
            return { applied: true, message: `${objectiveId} is taken up again`, takenUp: true };
          }
        } catch (error) {
          throw isNoAnswer(error) ? noWorker(objectiveId, error) : error;
        }
        const sent = await sendMessage(gateway, { objectiveId, name: MESSAGES.takeFeedback, payload });
        return { ...sent, takenUp: false };
      }),
    cancel: (request) =>
      asking(request.objectiveId, async () => {
        const { objectiveId } = request;
        const execution = await gateway.describe(objectiveId);
        if (execution.state !== 'open') throw await alreadyFinished(gateway, execution);
        await gateway.cancel(objectiveId);
        return cancelled(gateway, audit, request, async () =>
          (await gateway.hasWorker('workflow'))
            ? { applied: true, message: `cancelling ${objectiveId}; its processes end before it closes` }
            : { applied: false, message: RECORDED },
        );
      }),
    rewind: (request) => asking(request.objectiveId, () => rewindOnRecord(gateway, audit, request)),
    list: (filter = {}) =>
      translated({ address: gateway.address }, () => listObjectives(gateway, filter.state)),
    openObjectives: () => translated({ address: gateway.address }, () => listOpen(gateway)),
    result: (objectiveId) =>
      asking(objectiveId, async () => {
        const closed = await resultIfClosed(objectiveId);
        return closed ?? ObjectiveResult.parse(await gateway.result(objectiveId));
      }),
    resultIfClosed,
    hasWorker: (kind) => translated({ address: gateway.address }, () => gateway.hasWorker(kind)),
    pendingNotifications: (objectiveId) => countPending(gateway, objectiveId),
    close: () => gateway.close(),
  };
}

async function countPending(gateway: Gateway, objectiveId: string): Promise<number> {
  try {
    const id = notificationsWorkflowId(objectiveId);
    return NotificationsStatus.parse(await gateway.query(id, NOTIFICATIONS_STATUS, QUERY_WITHIN_MS)).pending;
  } catch (error) {
    if (isNamed(error, 'WorkflowNotFoundError') || isNamed(error, 'QueryNotRegisteredError')) return 0;
    if (isNoAnswer(error)) return 0;
    throw translateError(error, { address: gateway.address });
  }
}

function noWorker(objectiveId: string, cause: unknown): UserError {
  return new UserError(
    `No worker answers for ${objectiveId}, so its questions cannot be read; \`worker\` brings one${isDeploymentWatchId(objectiveId) ? '' : `, and \`attach ${objectiveId}\``}.`,
    'temporal-unreachable',
    { cause },
  );
}

async function translated<T>(
  context: { readonly address: string; readonly objectiveId?: string },
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw translateError(error, context);
  }
}

async function askStatus(gateway: Gateway, objectiveId: string): Promise<StatusAnswer> {
  const execution = await gateway.describe(objectiveId);
  if (!(await gateway.hasWorker('workflow'))) return { kind: 'recorded', summary: summarise(execution) };
  const status = await askSnapshot(gateway, objectiveId);
  return status === null ? { kind: 'recorded', summary: summarise(execution) } : { kind: 'live', status };
}

async function askSnapshot(gateway: Gateway, objectiveId: string): Promise<ObjectiveStatus | null> {
  try {
    return ObjectiveStatus.parse(await gateway.query(objectiveId, 'objectiveStatus', QUERY_WITHIN_MS));
  } catch (error) {
    // A query that no workflow task has preceded yet finds no handler.
    if (!isNoAnswer(error) && !isNamed(error, 'QueryNotRegisteredError')) throw error;
    return null;
  }
}

/** The message with a proof of who decides, where it may carry one and somebody is known. */
async function signed(request: SendRequest, signer: ProofSigner | null): Promise<SendRequest> {
  const { from, objectiveId, name, payload } = request;
  if (signer === null || from === undefined || from === null || !PROVABLE.has(name)) return request;
  if (typeof payload !== 'object' || payload === null) return request;
  const at = new Date().toISOString();
  const mac = await signer.sign({ workflowId: objectiveId, name, payload, speaker: from, at });
  return { ...request, payload: { ...payload, proof: { ...from, at, mac } } };
}

async function sendMessage(gateway: Gateway, request: SendRequest): Promise<SentMessage> {
  if (await gateway.hasWorker('workflow')) {
    try {
      const updateId = request.updateId ?? randomUUID();
      const timeoutMs = UPDATE_WITHIN_MS;
      const answer = await gateway.update({ ...request, updateId, timeoutMs }).catch((error: unknown) => {
        if (request.updateId === undefined || !isNamed(error, 'WorkflowUpdateFailedError')) throw error;
        // The server keeps the first refusal under an id, also once its reason is gone: a key that was put right, say.
        return gateway.update({ ...request, updateId: randomUUID(), timeoutMs });
      });
      return { applied: true, message: Answer.parse(answer).message };
    } catch (error) {
      // The worker that polled a moment ago may be gone; the signal waits for the next one.
      if (!isNoAnswer(error)) throw error;
    }
  }
  await gateway.signal(request);
  return { applied: false, message: RECORDED };
}

/** A closed workflow is reported as not found; tells "finished" from "never was". */
async function refuseClosed(gateway: Gateway, error: unknown, objectiveId: string): Promise<void> {
  if (!isNamed(error, 'WorkflowNotFoundError')) return;
  const execution = await gateway.describe(objectiveId);
  if (execution.state !== 'open') throw await alreadyFinished(gateway, execution);
}

async function alreadyFinished(gateway: Gateway, execution: Execution): Promise<UserError> {
  if (isDeploymentWatchId(execution.objectiveId)) {
    const end = await watchEnd(gateway, execution);
    return new UserError(
      `${execution.objectiveId} is already finished: ${end}; \`status ${execution.objectiveId}\` tells how it went.`,
      'bad-input',
    );
  }
  const { outcome } = await closedResult(gateway, execution);
  return new UserError(
    `${execution.objectiveId} is already finished: ${outcome}; \`report ${execution.objectiveId}\` tells how it went.`,
    'bad-input',
  );
}

async function closedResult(gateway: Gateway, execution: Execution): Promise<ObjectiveResult> {
  const end = endWithoutResult(execution);
  return end ?? ObjectiveResult.parse(await gateway.result(execution.objectiveId));
}
