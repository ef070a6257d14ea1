import { z } from 'zod';
import { Level } from '../department/levels';
import { TaskId } from '../plan/plan';
import { RoleName } from '../department/specialists';
import { addUsage, NO_USAGE, Usage } from './usage';

/** What one role cost at one level of one task, or of the objective as a whole. */
export const LedgerRow = z.strictObject({
  subject: z.union([TaskId, z.literal('objective')]),
  role: RoleName,
  level: Level,
  usage: Usage,
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** The ledger with a call's usage added to its row. */
export function book(rows: readonly LedgerRow[], entry: LedgerRow): LedgerRow[] {
  const fits = (row: LedgerRow): boolean =>
    row.subject === entry.subject && row.role === entry.role && row.level === entry.level;
  const known = rows.find(fits);
  if (known === undefined) return [...rows, entry];
  return rows.map((row) => (row === known ? { ...row, usage: addUsage(row.usage, entry.usage) } : row));
}

/** Rows of the ledger summed up by what `key` says of them, in the order met. */
export function sumLedger(
  rows: readonly LedgerRow[],
  key: (row: LedgerRow) => string,
): ReadonlyMap<string, Usage> {
  const sums = new Map<string, Usage>();
  for (const row of rows) sums.set(key(row), addUsage(sums.get(key(row)) ?? NO_USAGE, row.usage));
  return sums;
}

/** What an activity used since it was last heard of; an attempt tells its total each time. */
export function usageSince(total: Usage, before: Usage): Usage {
  return {
    requests: total.requests - before.requests,
    input: total.input - before.input,
    output: total.output - before.output,
    cacheRead: total.cacheRead - before.cacheRead,
    cacheWrite: total.cacheWrite - before.cacheWrite,
    usd: total.usd === null ? null : total.usd - (before.usd ?? 0),
  };
}

/** How money is handed out to work that runs in parallel. */
type Reservation =
  | { readonly kind: 'granted'; readonly usd: number }
  /** Others hold what is left; it is free again when they are done. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'exhausted' };

/**
 * Reserves money for one piece of work before it starts: a share of what nobody holds, at least what it says it
 * needs. Everything that runs holds a reservation, so that together it never spends more than the budget, except for
 * a call in flight that turns out dearer than its estimate.
 */
export function reserve(facts: {
  readonly budgetUsd: number;
  readonly spentUsd: number;
  /** Reservations of what runs now. */
  readonly held: readonly number[];
  readonly maxParallel: number;
  readonly needsUsd: number;
}): Reservation {
  const held = facts.held.reduce((sum, usd) => sum + usd, 0);
  const free = facts.budgetUsd - facts.spentUsd - held;
  if (free > 0 && free >= facts.needsUsd) {
    return { kind: 'granted', usd: Math.max(facts.needsUsd, free / (2 * facts.maxParallel)) };
  }
  return facts.held.length > 0 ? { kind: 'wait' } : { kind: 'exhausted' };
}
