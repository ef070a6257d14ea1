import type { Outcome } from './outcome';

/**
 * The target's own manifest or lockfile keeps its dependencies from being installed. `broken`: the work must mend it;
 * `unsupported`: this version cannot install them.
 */
export class BootstrapRefused extends Error {
  override readonly name = 'Gate.BootstrapRefused';

  constructor(
    message: string,
    readonly why: 'broken' | 'unsupported',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What it means for the checks that needed the dependencies. */
  get outcome(): Outcome {
    return this.why === 'broken'
      ? { kind: 'ran-found', note: this.message }
      : { kind: 'could-not-run', reason: this.message };
  }
}
