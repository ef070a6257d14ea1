import { z } from 'zod';

const Naming = z.looseObject({ snapshot: z.string() });

/** The newest snapshot of files that entries of an attempt's journal name; null: none yet. */
export function lastSnapshot(entries: readonly unknown[]): string | null {
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = Naming.safeParse(entries[at]);
    if (entry.success) return entry.data.snapshot;
  }
  return null;
}
