import { CannotTell } from '../../checker';

/**
 * The API description is missing or cannot be read. What asks about its content cannot be told; that there is one is a
 * question this answers.
 */
export class SpecProblem extends CannotTell {
  constructor(
    readonly kind: 'absent' | 'unreadable',
    message: string,
    /** Where it was looked for. */
    readonly source: string | null = null,
  ) {
    super(message);
  }
}
