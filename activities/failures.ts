import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { BudgetExhausted, ModelFailure, ProviderWalled } from '../src/domain/usage/model-failure';
import { NotDelivered } from '../src/domain/notification/notification';
import { ForgeFailure } from '../src/domain/pull-request/forge-failure';
import { FailureDetails } from '../src/domain/work/failure-details';

/**
 * The one translator from what adapters throw to what Temporal's retry policy needs: type, retryability, delay.
 * Error types are named by consequence; the message says what happened and what to do now.
 */
export function translateFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof ModelFailure) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.type,
      nonRetryable: !error.retryable,
      ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
      // A provider's wall is part of the work, not a defect: it is kept out of error logs and metrics.
      ...(error.retryable ? { category: 'BENIGN' as const } : {}),
      details: [FailureDetails.parse({ usage: error.usage })],
    });
  }
  if (error instanceof ProviderWalled) {
    // Not for the retry policy: the provider's gate waits, for everybody at once.
    return ApplicationFailure.create({
      message: error.message,
      type: 'Model.Walled',
      nonRetryable: true,
      category: 'BENIGN',
      details: [FailureDetails.parse({ usage: error.usage, wall: error.wall })],
    });
  }
  if (error instanceof BudgetExhausted) {
    return ApplicationFailure.create({
      message: error.message,
      type: 'Budget.Exhausted',
      nonRetryable: true,
      category: 'BENIGN',
      details: [FailureDetails.parse({ usage: error.usage })],
    });
  }
  if (error instanceof NotDelivered) {
    const { permanent, retryAfterMs } = error.facts;
    return ApplicationFailure.create({
      message: error.message,
      type: error.name,
      nonRetryable: permanent === true,
      category: 'BENIGN',
      ...(typeof retryAfterMs === 'number' ? { nextRetryDelay: retryAfterMs } : {}),
    });
  }
  if (error instanceof ForgeFailure) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.type,
      nonRetryable: !error.retryable,
      ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
      ...(error.retryable ? { category: 'BENIGN' as const } : {}),
    });
  }
  if (error instanceof Error) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.name,
      nonRetryable: false,
      cause: error,
    });
  }
  return error;
}
