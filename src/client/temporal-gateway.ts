import {
  Client,
  Connection,
  type ConnectionOptions,
  type WorkflowExecutionInfo,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { CARRIED_PROGRESS, OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../domain/objective/messages';
import { askingAgain } from './ask-again';
import { LIST_LIMIT } from './limits';
import { noticeOf, readRuns, TAKEN_UP_FROM } from './read-runs';
import { repositoryLabel } from '../domain/coordination/repository-label';
import type { Execution, ExecutionState, Gateway, StartRequest } from './gateway';

/** How to reach the server; what `connectTemporal` answers fits. */
export interface GatewayTarget {
  readonly address: string;
  readonly namespace: string;
  readonly clientOptions: Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'>;
}

const CONNECT_WITHIN_MS = 4_500;
const ANSWER_WITHIN_MS = 10_000;
/** A poll lasts 60 s, so a living worker was seen since. */
const POLLED_WITHIN_MS = 65_000;
// TaskQueueType of Temporal's API.
const QUEUE_TYPES = { workflow: 1, activity: 2 } as const;

// ResetReapplyExcludeType of Temporal's API: signals, updates, Nexus, cancellation.
const NOTHING_REPEATED = [1, 2, 3, 4] as const;

const STATUS = defineSearchAttributeKey('CoordinatorStatus', 'KEYWORD');
const LEVEL = defineSearchAttributeKey('CoordinatorEscalationLevel', 'INT');
const REPOSITORY = defineSearchAttributeKey('CoordinatorRepository', 'KEYWORD');

/** Connects to a Temporal server; the gateway's `close` ends the connection. */
export async function createTemporalGateway(target: GatewayTarget): Promise<Gateway> {
  const connection = await Connection.connect({ ...target.clientOptions, connectTimeout: CONNECT_WITHIN_MS });
  const asks = new Set<Promise<unknown>>();
  const client = new Client({
    connection,
    namespace: target.namespace,
    interceptors: { workflow: [askingAgain(() => connection, asks)] },
  });
  const within = <T>(ms: number, call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + ms, call);
  const handle = (objectiveId: string) => client.workflow.getHandle(objectiveId);

  return {
    address: target.address,
    start: async (request) => {
      await within(ANSWER_WITHIN_MS, () =>
        client.workflow.start(OBJECTIVE_WORKFLOW, {
          workflowId: request.input.objectiveId,
          taskQueue: TASK_QUEUE,
          args: [request.input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          memo: { ...request.memo },
          staticSummary: request.summary,
          staticDetails: request.details,
          ...(request.searchAttributes ? { typedSearchAttributes: firstAttributes(request) } : {}),
        }),
      );
    },
    carried: async (objectiveId, timeoutMs) => {
      const { runId } = await within(ANSWER_WITHIN_MS, () => handle(objectiveId).describe());
      // Of that very run: one that somebody starts meanwhile would be asked otherwise, and has not ended.
      const run = client.workflow.getHandle(objectiveId, runId);
      return { runId, answer: await within(timeoutMs, () => run.query<unknown>(CARRIED_PROGRESS)) };
    },
    takeUp: async (request) => {
      await within(ANSWER_WITHIN_MS, () =>
        client.workflow.signalWithStart(OBJECTIVE_WORKFLOW, {
          workflowId: request.input.objectiveId,
          taskQueue: TASK_QUEUE,
          args: [request.input, request.carried],
          signal: request.name,
          signalArgs: [request.payload],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          memo: { ...request.memo, [TAKEN_UP_FROM]: request.from },
          staticSummary: request.summary,
          staticDetails: request.details,
          ...(request.searchAttributes ? { typedSearchAttributes: firstAttributes(request) } : {}),
        }),
      );
    },
    query: (objectiveId, name, timeoutMs) =>
      within(timeoutMs, () => handle(objectiveId).query<unknown>(name)),
    update: ({ objectiveId, name, payload, updateId, timeoutMs }) =>
      within(timeoutMs, () =>
        handle(objectiveId).executeUpdate<unknown, [unknown]>(name, { args: [payload], updateId }),
      ),
    signal: ({ objectiveId, name, payload }) =>
      within(ANSWER_WITHIN_MS, () => handle(objectiveId).signal(name, payload)),
    cancel: async (objectiveId) => {
      await within(ANSWER_WITHIN_MS, () => handle(objectiveId).cancel());
    },
    terminate: async (objectiveId, reason) => {
      await within(ANSWER_WITHIN_MS, () => handle(objectiveId).terminate(reason));
    },
    noticeMs: async (objectiveId) => {
      const { raw } = await within(ANSWER_WITHIN_MS, () => handle(objectiveId).describe());
      return noticeOf(raw.pendingActivities ?? []);
    },
    readRuns: (objectiveId) => readRuns(client, objectiveId),
    reset: async ({ objectiveId: workflowId, runId, eventId, reason, requestId }) => {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const found = (events ?? []).find((event) => Number(event.eventId) === eventId);
      if (found?.eventId === undefined || found.eventId === null)
        throw new Error(`The run ${runId} of ${workflowId} has no event ${String(eventId)}.`);
      const workflowTaskFinishEventId = found.eventId;
      await within(ANSWER_WITHIN_MS, () =>
        connection.workflowService.resetWorkflowExecution({
          namespace: target.namespace,
          workflowExecution: { workflowId, runId },
          reason,
          requestId,
          workflowTaskFinishEventId,
          // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package of the client's
          resetReapplyExcludeTypes: [...NOTHING_REPEATED],
        }),
      );
    },
    describe: async (objectiveId) =>
      toExecution(await within(ANSWER_WITHIN_MS, () => handle(objectiveId).describe())),
    list: async function* (query) {
      const rows = client.workflow.list({ query, pageSize: LIST_LIMIT + 1 })[Symbol.asyncIterator]();
      for (;;) {
        // Around each step: a page is asked for in one of them, and a deadline around the whole would not reach it.
        const row = await within(ANSWER_WITHIN_MS, () => rows.next());
        if (row.done === true) return;
        yield toExecution(row.value);
      }
    },
    result: (objectiveId) => handle(objectiveId).result(),
    hasWorker: async (kind) => {
      const described = await within(ANSWER_WITHIN_MS, () =>
        connection.workflowService.describeTaskQueue({
          namespace: target.namespace,
          taskQueue: { name: TASK_QUEUE },
          // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in a package of the client's
          taskQueueType: QUEUE_TYPES[kind],
        }),
      );
      return described.pollers.some((poller) => {
        const seen = Number(poller.lastAccessTime?.seconds ?? 0) * 1000;
        return Date.now() - seen < POLLED_WITHIN_MS;
      });
    },
    close: async () => {
      await Promise.allSettled(asks);
      await connection.close();
    },
  };
}

function firstAttributes({ input }: StartRequest): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: STATUS, value: 'planning' },
    { key: LEVEL, value: 0 },
    { key: REPOSITORY, value: repositoryLabel(input.repository) },
  ]);
}

const STATES: Readonly<Record<WorkflowExecutionStatusName, ExecutionState>> = {
  RUNNING: 'open',
  PAUSED: 'open',
  CONTINUED_AS_NEW: 'open',
  UNSPECIFIED: 'open',
  UNKNOWN: 'open',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
};

function toExecution(info: Omit<WorkflowExecutionInfo, 'raw'>): Execution {
  return {
    objectiveId: info.workflowId,
    state: STATES[info.status.name],
    startedAt: info.startTime,
    closedAt: info.closeTime ?? null,
    memo: info.memo,
    attributes: {
      CoordinatorStatus: info.typedSearchAttributes.get(STATUS),
      CoordinatorEscalationLevel: info.typedSearchAttributes.get(LEVEL),
      CoordinatorRepository: info.typedSearchAttributes.get(REPOSITORY),
    },
  };
}
