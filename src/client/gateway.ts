import type { WATCH_QUERIES, WatchMessageName } from '../domain/deployment/deployment-watch';
import type { MessageName, QUERIES } from '../domain/objective/messages';
import type { NOTIFICATIONS_STATUS } from '../domain/notification/news';
import type { ObjectiveInput } from '../domain/objective/objective';
import type { CLAIMS_FREED } from '../domain/coordination/repository-claims';
import type { RunHistory } from '../domain/objective/rewind';

/** How Temporal sees an execution; everything that is not open is closed. */
export type ExecutionState = 'open' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';

/** One objective, or the watch over one, as visibility tells it, without its history. */
export interface Execution {
  readonly objectiveId: string;
  readonly state: ExecutionState;
  readonly startedAt: Date;
  readonly closedAt: Date | null;
  readonly memo: unknown;
  /** Values of the search attributes the server knows. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface StartRequest {
  readonly input: ObjectiveInput;
  readonly memo: Readonly<Record<string, unknown>>;
  /** Shown by the Web UI. */
  readonly summary: string;
  readonly details: string;
  /** Whether to set the search attributes; a server that does not know them refuses the start. */
  readonly searchAttributes: boolean;
}

/** A closed objective to be taken up again: its arguments, and the message that says what for. */
export interface TakeUpRequest extends StartRequest {
  /** The run that had ended. */
  readonly from: string;
  /** What the workflow carries over, as it answered; its own business. */
  readonly carried: unknown;
  readonly name: MessageName;
  readonly payload: unknown;
}

/**
 * What the department client asks of Temporal. Failures are the vendor's own errors; `translateError` turns them
 * into sentences.
 */
export interface Gateway {
  readonly address: string;
  /** Starts the workflow, or attaches to an open one of that id; a closed one of that id is an error. */
  start(request: StartRequest): Promise<void>;
  /** What the newest run of an objective, which has to be closed, answers about all that it carries over. */
  carried(
    objectiveId: string,
    timeoutMs: number,
  ): Promise<{ readonly runId: string; readonly answer: unknown }>;
  /**
   * Starts a closed objective again under its id, with what it carries over, and gives it a message; one that is open by
   * now only gets the message.
   */
  takeUp(request: TakeUpRequest): Promise<void>;
  query(
    objectiveId: string,
    name: keyof typeof QUERIES | keyof typeof WATCH_QUERIES | typeof NOTIFICATIONS_STATUS,
    timeoutMs: number,
  ): Promise<unknown>;
  update(
    request: MessageRequest & { readonly updateId: string; readonly timeoutMs: number },
  ): Promise<unknown>;
  signal(request: MessageRequest): Promise<void>;
  cancel(objectiveId: string): Promise<void>;
  /** Ends it at once; its activities are told at their next heartbeat. */
  terminate(objectiveId: string, reason: string): Promise<void>;
  /** How long running activities may take to notice that nobody waits for them, in milliseconds; 0: none runs. */
  noticeMs(objectiveId: string): Promise<number>;
  /** The runs of the chain, newest first. */
  readRuns(objectiveId: string): Promise<readonly RunHistory[]>;
  /**
   * Starts it again as it was when that workflow task began; what people said since is not repeated. With the same
   * `requestId` it happens once.
   */
  reset(request: {
    readonly objectiveId: string;
    readonly runId: string;
    readonly eventId: number;
    readonly reason: string;
    readonly requestId: string;
  }): Promise<void>;
  describe(objectiveId: string): Promise<Execution>;
  list(visibilityQuery: string): AsyncIterable<Execution>;
  /** What a closed workflow returned; waits while it is open. */
  result(objectiveId: string): Promise<unknown>;
  /** Whether somebody polled for this kind of task lately. */
  hasWorker(kind: 'workflow' | 'activity'): Promise<boolean>;
  close(): Promise<void>;
}

/** `objectiveId` is the id of the workflow: of an objective, or of the watch over its deployment. */
export interface MessageRequest {
  readonly objectiveId: string;
  readonly name: MessageName | WatchMessageName | typeof CLAIMS_FREED;
  readonly payload: unknown;
}
