/** Lets a few run at once, or one alone. */
export interface Quiet {
  /** Runs beside others, as soon as there is room. */
  together<T>(act: () => Promise<T>): Promise<T>;
  /** Runs when nobody else does, and keeps others waiting meanwhile. */
  alone<T>(act: () => Promise<T>): Promise<T>;
}

/**
 * First come, first served: who wants to be alone is not overtaken by those who come later.
 * @param room how many run beside each other at most
 */
export function createQuiet(room = Infinity): Quiet {
  let running = 0;
  let alone = false;
  const waiting: { readonly alone: boolean; readonly go: () => void }[] = [];
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (alone || running >= room || (next.alone && running > 0)) return;
      waiting.shift();
      running += 1;
      alone = next.alone;
      next.go();
    }
  };
  const enter = async <T>(wantsAlone: boolean, act: () => Promise<T>): Promise<T> => {
    await new Promise<void>((go) => {
      waiting.push({ alone: wantsAlone, go });
      admit();
    });
    try {
      return await act();
    } finally {
      running -= 1;
      alone = false;
      admit();
    }
  };
  return { together: (act) => enter(false, act), alone: (act) => enter(true, act) };
}
