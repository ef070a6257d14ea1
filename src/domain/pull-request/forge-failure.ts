/** How asking a forge can fail, by consequence. `retryable`: the same request may succeed later. */
const FORGE_FAILURES = [
  { type: 'Forge.RateLimited', retryable: true },
  { type: 'Forge.Unavailable', retryable: true },
  /** It answered, and the answer is no: the token, the rights, or the state of the repository. */
  { type: 'Forge.Refused', retryable: false },
] as const;

export type ForgeFailureType = (typeof FORGE_FAILURES)[number]['type'];

/** A forge could not be asked, or refused. The message is one sentence of what happened and what to do. */
export class ForgeFailure extends Error {
  override readonly name = 'ForgeFailure';
  readonly retryable: boolean;

  constructor(
    readonly type: ForgeFailureType,
    message: string,
    /** What the forge asked to wait, in milliseconds. */
    readonly retryAfterMs: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = FORGE_FAILURES.some((row) => row.type === type && row.retryable);
  }
}
