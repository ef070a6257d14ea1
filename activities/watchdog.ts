import { ApplicationFailure } from '@temporalio/activity';

/**
 * Ends work that shows no life: a heartbeat from a timer goes on however stuck a loop is. The failure is retryable;
 * `alive` is to be called at every step.
 */
export async function withWatchdog<T>(
  watch: { readonly what: string; readonly signal: AbortSignal; readonly silenceMs: number },
  work: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stuck = ApplicationFailure.retryable(
    `${watch.what} showed no life for ${watch.silenceMs / 1000} s and was stopped; it is tried again.`,
    'Attempt.Stuck',
  );
  const timer = setTimeout(() => {
    controller.abort(stuck);
  }, watch.silenceMs);
  try {
    return await work(AbortSignal.any([watch.signal, controller.signal]), () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}
