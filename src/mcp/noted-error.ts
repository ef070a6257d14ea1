import { UserError } from '../domain/common/user-error';

/** A refusal with more to read than its sentence, such as the commands somebody is asked to trust. */
export class NotedError extends UserError {
  override readonly name = 'NotedError';
  readonly notes: readonly string[];

  constructor(cause: UserError, notes: readonly string[]) {
    super(cause.message, 'bad-input', { cause });
    this.notes = notes;
  }
}
