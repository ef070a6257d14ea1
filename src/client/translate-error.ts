import { isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import { TemporalUnreachableError, UserError } from '../domain/common/user-error';

/** What the sentence may name. */
export interface ErrorContext {
  readonly address: string;
  readonly objectiveId?: string;
}

interface Row {
  readonly matches: (link: ErrorLink) => boolean;
  readonly toError: (context: ErrorContext, cause: unknown, link: ErrorLink) => UserError;
}

interface ErrorLink {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly causeMessage: string | undefined;
}

// gRPC status codes.
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** Vendor error -> sentence and exit code; the first row that matches any error of the cause chain wins. */
const ROWS: readonly Row[] = [
  {
    matches: (link) => /aborted by closing workflow/i.test(link.message),
    toError: (context, cause) =>
      new UserError(
        `This was already decided and ${subject(context)} has ended since; see how with \`status ${id(context)}\`.`,
        'bad-input',
        { cause },
      ),
  },
  {
    matches: (link) => link.name === 'WorkflowUpdateFailedError',
    toError: (_context, cause, link) =>
      new UserError(sentence(link.causeMessage ?? link.message), 'bad-input', { cause }),
  },
  {
    matches: (link) => link.name === 'WorkflowNotFoundError',
    toError: (context, cause) => new UnknownObjectiveError(id(context), { cause }),
  },
  {
    matches: (link) => link.name === 'NamespaceNotFoundError',
    toError: (context, cause) =>
      new UserError(
        `The Temporal server at ${context.address} has no such namespace; create it or set TEMPORAL_NAMESPACE.`,
        'bad-input',
        { cause },
      ),
  },
  {
    matches: (link) => link.code === PERMISSION_DENIED || link.code === UNAUTHENTICATED,
    toError: (context, cause) =>
      new UserError(
        `The Temporal server at ${context.address} refused this identity; check TEMPORAL_API_KEY, the certificates and the namespace.`,
        'bad-input',
        { cause },
      ),
  },
  {
    matches: (link) =>
      link.code === UNAVAILABLE ||
      link.code === DEADLINE_EXCEEDED ||
      /failed to connect before the deadline/i.test(link.message),
    toError: (context, cause) =>
      new TemporalUnreachableError(
        `The Temporal server at ${context.address} does not answer; start it, or run \`server\` for an embedded one.`,
        { cause },
      ),
  },
];

/** No objective, or no watch over one, has this id (exit 2). */
export class UnknownObjectiveError extends UserError {
  override readonly name = 'UnknownObjectiveError';

  constructor(objectiveId: string, options?: ErrorOptions) {
    super(
      isDeploymentWatchId(objectiveId)
        ? `There is no watch ${objectiveId}; it begins when its objective is delivered, and \`list\` shows objectives.`
        : `There is no objective ${objectiveId}; \`list\` shows what there is.`,
      'bad-input',
      options,
    );
  }
}

/** Turns an error of the Temporal client into a sentence with an exit code; what no row knows stays as it is. */
export function translateError(error: unknown, context: ErrorContext): unknown {
  if (error instanceof UserError) return error;
  const chain = errorChain(error);
  for (const row of ROWS) {
    const link = chain.find(row.matches);
    if (link !== undefined) return row.toError(context, error, link);
  }
  return error;
}

/** Whether the server did not know a search attribute. */
export function isUnknownSearchAttribute(error: unknown): boolean {
  return errorChain(error).some((link) => /search attribute/i.test(link.message));
}

/** Whether nobody answered in time: no worker, or one too slow. */
export function isNoAnswer(error: unknown): boolean {
  return errorChain(error).some(
    (link) =>
      link.code === DEADLINE_EXCEEDED ||
      link.name === 'WorkflowUpdateRPCTimeoutOrCancelledError' ||
      /no poller|deadline exceeded|timed? ?out/i.test(link.message),
  );
}

/** Whether the server itself is not there. */
export function isUnavailable(error: unknown): boolean {
  return errorChain(error).some((link) => link.code === UNAVAILABLE);
}

export function isNamed(error: unknown, name: string): boolean {
  return errorChain(error).some((link) => link.name === name);
}

function errorChain(error: unknown): readonly ErrorLink[] {
  const links: ErrorLink[] = [];
  for (let current = error; current instanceof Error && links.length < 8; current = current.cause) {
    links.push({
      name: current.name,
      message: current.message,
      code: 'code' in current ? current.code : undefined,
      causeMessage: current.cause instanceof Error ? current.cause.message : undefined,
    });
  }
  return links;
}

function subject(context: ErrorContext): string {
  return context.objectiveId ?? 'the objective';
}

function id(context: ErrorContext): string {
  return context.objectiveId ?? '<id>';
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
