/** The time of a gate run is over; what has not answered cannot be told. */
export class TimeOver extends Error {
  override readonly name = 'TimeOver';
}

/** How long an answer is waited for after everything it waits on was stopped. */
const GRACE_MS = 15_000;

/** The answer, or the signal's reason soon after it was aborted, for an answer that does not heed it. */
export async function timeOverWithin<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    onAbort = (): void => {
      timer = setTimeout(() => {
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      }, GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  late.catch(() => undefined);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
