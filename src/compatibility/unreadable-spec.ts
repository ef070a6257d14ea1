/** A version of a spec that no parser takes. */
export class UnreadableSpec extends Error {
  constructor(
    readonly which: 'before' | 'after',
    path: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${path} can no longer be read: ${reason.slice(0, 800)}`, { cause });
    this.name = 'UnreadableSpec';
  }
}

/** Reads a version of a spec; whatever the parser throws says that it cannot be read. */
export function readSpec<T>(which: UnreadableSpec['which'], path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableSpec(which, path, error);
  }
}
