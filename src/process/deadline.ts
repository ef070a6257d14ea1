/**
 * A signal that aborts with the given one, or with a `TimeoutError` after so many milliseconds. It does not keep the
 * process alive.
 *
 * Node's own `AbortSignal.any([signal, AbortSignal.timeout(ms)])` never aborts by time once garbage was collected: a
 * combined signal holds its sources weakly, and nobody else holds the timeout.
 */
export function deadline(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const over = new AbortController();
  // The waiting timer holds `over`, whose signal knows the combined one.
  setTimeout(() => {
    over.abort(new DOMException(`Not done within ${ms} ms`, 'TimeoutError'));
  }, ms).unref();
  return signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
}
