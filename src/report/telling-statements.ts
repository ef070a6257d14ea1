import type { MeasuredStatement } from '../domain/database/rehearsal';

const MOST = 15;

/**
 * The statements of a rehearsal worth reading, in the order they ran: those that locked a table or kept somebody
 * waiting, then the longest; with how many are left out.
 */
export function tellingStatements(statements: readonly MeasuredStatement[]): {
  readonly shown: readonly MeasuredStatement[];
  readonly left: number;
} {
  const weight = (row: MeasuredStatement): number =>
    Math.max(row.readersBlockedMs, row.writersBlockedMs) * 1_000 +
    (row.lock === null ? 0 : 1_000_000) +
    row.runMs;
  const chosen = new Set([...statements].sort((a, b) => weight(b) - weight(a)).slice(0, MOST));
  return {
    shown: statements.filter((row) => chosen.has(row)),
    left: statements.length - chosen.size,
  };
}
