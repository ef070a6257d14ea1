import { CancelledFailure, Context } from '@temporalio/activity';
import { FailureDetails } from '../src/domain/work/failure-details';
import type { Usage } from '../src/domain/usage/usage';

/**
 * Beats from a timer at half the heartbeat timeout for as long as the activity runs, whatever it is waiting for;
 * cancellation reaches an activity only through heartbeats. `details` is asked at each beat: pointers and figures only.
 * `used` is asked when it was cancelled, and told to the workflow; null: nothing, or nobody knows.
 */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal) => Promise<T>,
  details: () => unknown = () => null,
  used: () => Usage | null = () => null,
): Promise<T> {
  const context = Context.current();
  const timeoutMs = context.info.heartbeatTimeoutMs;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setInterval(() => {
          context.heartbeat(details());
        }, timeoutMs / 2);
  try {
    return await work(context.cancellationSignal);
  } catch (error) {
    // A cancelled activity ends as cancelled, whatever the aborted work threw; a shutting-down worker lets it be retried.
    if (context.cancellationSignal.aborted) throw withUsage(await cancellationOf(context), used());
    throw error;
  } finally {
    clearInterval(timer);
  }
}

async function cancellationOf(context: Context): Promise<unknown> {
  try {
    return await context.cancelled;
  } catch (reason) {
    return reason;
  }
}

function withUsage(reason: unknown, usage: Usage | null): unknown {
  if (usage === null || !(reason instanceof CancelledFailure)) return reason;
  return new CancelledFailure(reason.message, [FailureDetails.parse({ usage })], reason.cause);
}
