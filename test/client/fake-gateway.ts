import type { RunHistory } from '../../src/domain/objective/rewind';
import type {
  Execution,
  Gateway,
  MessageRequest,
  StartRequest,
  TakeUpRequest,
} from '../../src/client/gateway';

export function named(name: string, message: string, extra: object = {}): Error {
  return Object.assign(new Error(message), { name, ...extra });
}

export function execution(objectiveId: string, over: Partial<Execution> = {}): Execution {
  return {
    objectiveId,
    state: 'open',
    startedAt: new Date('2030-01-01T00:00:00Z'),
    closedAt: null,
    memo: {},
    attributes: {},
    ...over,
  };
}

/** A scripted gateway over executions kept in memory; records what it was asked. */
export function createFakeGateway(script: {
  readonly executions?: readonly Execution[];
  readonly knowsSearchAttributes?: boolean;
  readonly worker?: boolean;
  readonly query?: (name: string, objectiveId: string) => unknown;
  readonly update?: (request: { readonly updateId: string }) => unknown;
  readonly signal?: () => void;
  readonly result?: unknown;
  readonly runs?: readonly RunHistory[];
}): Gateway & {
  readonly started: StartRequest[];
  readonly signals: MessageRequest[];
  readonly queries: string[];
  readonly takenUp: TakeUpRequest[];
} {
  const executions = new Map((script.executions ?? []).map((row) => [row.objectiveId, row]));
  const started: StartRequest[] = [];
  const signals: MessageRequest[] = [];
  const queries: string[] = [];
  const takenUp: TakeUpRequest[] = [];
  const describe = (id: string): Execution => {
    const found = executions.get(id);
    if (found === undefined) throw named('WorkflowNotFoundError', 'workflow not found');
    return found;
  };
  return {
    started,
    signals,
    queries,
    takenUp,
    address: '127.0.0.1:7233',
    start: (request) => {
      if (request.searchAttributes && script.knowsSearchAttributes === false) {
        return Promise.reject(
          named('ServiceError', 'Namespace default has no mapping defined for search attribute'),
        );
      }
      const id = request.input.objectiveId;
      const existing = executions.get(id);
      if (existing !== undefined && existing.state !== 'open') {
        return Promise.reject(
          named('WorkflowExecutionAlreadyStartedError', 'Workflow execution already started'),
        );
      }
      started.push(request);
      if (existing === undefined) executions.set(id, execution(id, { memo: request.memo }));
      return Promise.resolve();
    },
    carried: () => Promise.reject(new Error('This gateway has no closed objective to take up.')),
    takeUp: (request) => {
      takenUp.push(request);
      return Promise.resolve();
    },
    query: (id, name) => {
      queries.push(name);
      return Promise.resolve().then(() => script.query?.(name, id));
    },
    update: (request) => Promise.resolve().then(() => script.update?.(request)),
    signal: (request) =>
      Promise.resolve().then(() => {
        script.signal?.();
        signals.push(request);
      }),
    cancel: () => Promise.resolve(),
    terminate: () => Promise.resolve(),
    noticeMs: () => Promise.resolve(0),
    readRuns: (id) => Promise.resolve(script.runs ?? []).then((runs) => (describe(id), runs)),
    reset: () => Promise.resolve(),
    describe: (id) => Promise.resolve().then(() => describe(id)),
    list: async function* (query) {
      queries.push(query);
      await Promise.resolve();
      if (query.includes('CoordinatorStatus') && script.knowsSearchAttributes === false) {
        throw named('ServiceError', 'invalid query', {
          cause: new Error('column name CoordinatorStatus is not a valid search attribute'),
        });
      }
      yield* executions.values();
    },
    result: () => Promise.resolve(script.result),
    hasWorker: () => Promise.resolve(script.worker ?? false),
    close: () => Promise.resolve(),
  };
}
