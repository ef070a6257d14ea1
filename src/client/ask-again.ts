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
  const next = (): Promise<T> => sleep(afterMs, undefined, { signal: over.signal }).then(answered);
  const answered = (): Promise<T> => Promise.race([ask(over.signal), next()]);
  try {
    return await answered();
  } finally {
    over.abort();
  }
}

/** Lets every query of a client ask again. */
export function askingAgain(
  connection: () => Pick<ConnectionLike, 'withAbortSignal'>,
): WorkflowClientInterceptor {
  return {
    query: (input, next) => askAgain((signal) => connection().withAbortSignal(signal, () => next(input))),
  };
}
