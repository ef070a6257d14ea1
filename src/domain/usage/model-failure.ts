import type { Usage } from './usage';
import type { ProviderWall } from '../work/failure-details';

/**
 * How asking a model can fail, by consequence. `retryable`: the same request may succeed later and costs no level;
 * a single failure can say otherwise (`x-should-retry`).
 */
const MODEL_FAILURES = [
  {
    type: 'Model.RateLimited',
    retryable: true,
    advice: 'it is tried again after the time the provider asks for',
  },
  { type: 'Model.Overloaded', retryable: true, advice: 'it is tried again later' },
  { type: 'Model.Unavailable', retryable: true, advice: 'it is tried again later' },
  { type: 'Model.Timeout', retryable: true, advice: 'it is tried again' },
  {
    type: 'Model.Unauthorized',
    retryable: false,
    advice: 'check ANTHROPIC_API_KEY, its permissions and the credit of its account',
  },
  { type: 'Model.Refused', retryable: false, advice: 'reword the task or give it to a human' },
  {
    type: 'Model.ContextTooLong',
    retryable: false,
    advice: 'split the task or start it with a new conversation',
  },
  { type: 'Model.Malformed', retryable: false, advice: 'look at the transcript, then try again' },
  { type: 'Model.InvalidRequest', retryable: false, advice: 'the request itself must change' },
] as const;

export type ModelFailureType = (typeof MODEL_FAILURES)[number]['type'];

interface ModelFailureDetails {
  readonly retryable?: boolean | undefined;
  /** What the provider asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What was used until then, this request included. */
  readonly usage?: Usage | undefined;
  readonly cause?: unknown;
}

/** A model could not be asked, or did not answer in a usable way. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  readonly type: ModelFailureType;
  /** The first half of the message. */
  readonly happened: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly usage: Usage | null;

  /** `happened` is the first half of the sentence; what is to be done now follows from the type. */
  constructor(type: ModelFailureType, happened: string, details: ModelFailureDetails = {}) {
    const row = MODEL_FAILURES.find((candidate) => candidate.type === type);
    super(`${happened}; ${row?.advice ?? 'try again'}.`, { cause: details.cause });
    this.type = type;
    this.happened = happened;
    this.retryable = details.retryable ?? row?.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.usage = details.usage ?? null;
  }

  /** The same failure with another pause, or with what was used until then. */
  with(details: Pick<ModelFailureDetails, 'retryAfterMs' | 'usage'>): ModelFailure {
    return new ModelFailure(this.type, this.happened, {
      retryable: this.retryable,
      retryAfterMs: details.retryAfterMs ?? this.retryAfterMs ?? undefined,
      usage: details.usage ?? this.usage ?? undefined,
      cause: this.cause,
    });
  }
}

/** The provider wants no calls for a while: nothing failed, it is waited for. */
export class ProviderWalled extends Error {
  override readonly name = 'ProviderWalled';

  constructor(
    readonly wall: ProviderWall,
    readonly usage: Usage,
  ) {
    super(`The provider wants no calls for ${Math.ceil(wall.waitMs / 1000)} s: ${wall.reason}`);
  }
}

/** The next call would cost more than is left of what may be spent. */
export class BudgetExhausted extends Error {
  override readonly name = 'BudgetExhausted';

  constructor(
    readonly needsUsd: number,
    readonly usage: Usage,
  ) {
    super(`The next call needs about ${needsUsd.toFixed(4)} USD, more than is left; raise the budget.`);
  }
}
