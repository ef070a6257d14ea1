/** Looks until it is there; fails with what was seen last after a time that also fits a busy machine. */
export async function eventually<T>(
  look: () => Promise<T> | T,
  isThere: (found: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const last = await look();
    if (isThere(last)) return last;
    if (performance.now() > deadline)
      throw new Error(`It did not get there: ${JSON.stringify(last, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
