import { refusal, type Refusal } from './refusal';

/** Failed tries of one address within the window, above which nothing of it is looked at any more. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Addresses remembered; beyond it the ones whose window is over are forgotten, else the one that was quiet longest. */
const MOST_ADDRESSES = 1_000;

/** Counts wrong tokens by address, so that nobody tries them one after the other. */
export interface FailureCount {
  /** null: the address may try. */
  tooMany(address: string): Refusal | null;
  failed(address: string): void;
}

export function createFailureCount(now: () => number = () => performance.now()): FailureCount {
  const failures = new Map<string, { readonly count: number; readonly since: number }>();
  const recent = (address: string): { readonly count: number; readonly since: number } | null => {
    const before = failures.get(address);
    return before !== undefined && now() - before.since < WINDOW_MS ? before : null;
  };
  const forgetSome = (): void => {
    for (const [old, { since }] of failures) if (now() - since >= WINDOW_MS) failures.delete(old);
    const [quiet] = failures.keys();
    if (failures.size >= MOST_ADDRESSES && quiet !== undefined) failures.delete(quiet);
  };
  return {
    tooMany: (address) => {
      const before = recent(address);
      if (before === null || before.count < MOST_FAILURES) return null;
      const seconds = Math.ceil((WINDOW_MS - (now() - before.since)) / 1000);
      return refusal(429, 'Too many tries with a wrong token; wait and try again.', {
        'retry-after': String(seconds),
      });
    },
    failed: (address) => {
      const before = recent(address);
      if (failures.size >= MOST_ADDRESSES && !failures.has(address)) forgetSome();
      // Put at the end.
      failures.delete(address);
      failures.set(address, { count: (before?.count ?? 0) + 1, since: before?.since ?? now() });
    },
  };
}
