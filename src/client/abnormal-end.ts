import type { ObjectiveResult } from '../domain/objective/status';
import { UserError } from '../domain/common/user-error';
import type { Execution } from './gateway';

/**
 * The result of an execution that closed without returning one; null when it did return one (or is open).
 * @throws UserError (exit 1) for a failed or timed-out workflow: a defect, not an end of the product.
 */
export function endWithoutResult(execution: Execution): ObjectiveResult | null {
  const nothing = { objectiveId: execution.objectiveId, branch: null, commit: null, report: null };
  switch (execution.state) {
    case 'open':
    case 'completed':
      return null;
    case 'cancelled':
      return { ...nothing, outcome: 'cancelled', reason: 'cancelled' };
    case 'terminated':
      return { ...nothing, outcome: 'aborted', reason: 'terminated from outside' };
    case 'failed':
    case 'timed-out':
      throw new UserError(
        `${execution.objectiveId} ended by an internal error (its workflow ${execution.state}); its history in the Web UI shows where.`,
        'internal-error',
      );
  }
}
