import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionLike, WorkflowClientInterceptor } from '@temporalio/client';

/** Milliseconds after which a query counts as lost. */
const LOST_AFTER_MS = 2_000;

/**
 * Asks again each time nothing has answered for a while; what answers, or fails, first counts, and the signal ends the
 * others, which must not outlive the connection. A worker loses the queries it has buffered for a workflow the moment
 * that workflow ends or leaves its cache (Temporal's core warns of "leftover buffered tasks when evicting run"), the
 * server may lose one asked while workers change, and nobody would answer those before their deadline. Only for what
 * may be asked more than once; `ask` must end by a deadline of its own.
 */
export async function askAgain<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  afterMs: number = LOST_AFTER_MS,
): Promise<T> {
  const over = new AbortController();
  // Each ask listens to it.
  setMaxListeners(0, over.signal);
  const next = (): Promise<T> => sleep(afterMs, undefined, { signal: over.signal }).then(answered);
  const answered = (): Promise<T> => Promise.race([ask(over.signal), next()]);
  try {
    return await answered();
  } finally {
    over.abort();
  }
}

/**
 * Lets every query of a client ask again.
 * @param asks has those that have not ended yet. One that was given up while Temporal's client pauses before it repeats it
 * ends with its deadline only, and on a closed connection with an error that nobody can catch: wait for them before that.
 */
export function askingAgain(
  connection: () => Pick<ConnectionLike, 'withAbortSignal'>,
  asks: Set<Promise<unknown>>,
): WorkflowClientInterceptor {
  return {
    query: (input, next) =>
      askAgain((signal) => {
        const asked = connection().withAbortSignal(signal, () => next(input));
        asks.add(asked);
        const end = (): boolean => asks.delete(asked);
        asked.then(end, end);
        return asked;
      }),
  };
}
