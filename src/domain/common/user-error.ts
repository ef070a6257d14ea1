import { exitCodeOf, type ExitCode, type ExitName } from './exit-codes';

/**
 * Something the person at the terminal can mend: one sentence of what happened and what to do now, printed
 * without a stack trace, and the exit code the command ends with.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly exitCode: ExitCode;

  constructor(message: string, exit: ExitName, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCodeOf(exit);
  }
}

/** Bad input, configuration or environment (exit 2). */
export class ConfigurationError extends UserError {
  override readonly name = 'ConfigurationError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 'bad-input', options);
  }
}

/** No Temporal server answers, or none can be had (exit 5). */
export class TemporalUnreachableError extends UserError {
  override readonly name = 'TemporalUnreachableError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 'temporal-unreachable', options);
  }
}
