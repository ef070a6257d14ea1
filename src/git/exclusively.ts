const tails = new Map<string, Promise<void>>();

/** Runs pieces of work with the same key one after the other, in the order they came; not re-entrant. */
export async function exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = tails.get(key) ?? Promise.resolve();
  let done = (): void => undefined;
  const tail = new Promise<void>((resolve) => {
    done = resolve;
  });
  tails.set(key, tail);
  try {
    await before;
    return await work();
  } finally {
    done();
    if (tails.get(key) === tail) tails.delete(key);
  }
}
