import type { MeasuredStatement } from '../../domain/database/rehearsal';
import type { GateFinding } from '../../domain/quality-gate/receipt';

interface BlockingLimit {
  readonly who: 'readers' | 'writers';
  /** Longest wait that is let pass, in milliseconds. */
  readonly atMostMs: number;
  /** Only for statements of which a linter says that they lock; null: for all. */
  readonly lintedBy: RegExp | null;
}

/** What a migration may keep others waiting for; the first row that is exceeded is told. */
const BLOCKING_LIMITS: readonly BlockingLimit[] = [
  { who: 'writers', atMostMs: 1000, lintedBy: null },
  { who: 'readers', atMostMs: 1000, lintedBy: null },
  {
    who: 'writers',
    atMostMs: 200,
    lintedBy: /require-concurrent-index|constraint-missing-not-valid|changing-column-type/,
  },
];

interface BlockingProblem {
  readonly text: string;
  readonly evidence: readonly string[];
}

/** One problem for each migration that keeps others waiting too long, with what was measured. */
export function blockingProblems(
  statements: readonly MeasuredStatement[],
  lint: readonly GateFinding[],
  rows: ReadonlyMap<string, number>,
): BlockingProblem[] {
  const names = [...new Set(statements.map(({ migration, direction }) => `${direction}\0${migration}`))];
  return names.flatMap((name) => {
    const own = statements.filter(({ migration, direction }) => `${direction}\0${migration}` === name);
    const migration = own[0]?.migration ?? '';
    const linted = lint.filter(({ file }) => file === migration).map(({ key }) => key);
    const found = BLOCKING_LIMITS.filter(
      ({ lintedBy }) =>
        lintedBy === null || (own[0]?.direction === 'up' && linted.some((key) => lintedBy.test(key))),
    ).flatMap((limit) => {
      const worst = own.toSorted((a, b) => waitOf(b, limit) - waitOf(a, limit))[0];
      return worst !== undefined && waitOf(worst, limit) > limit.atMostMs ? [{ limit, worst }] : [];
    })[0];
    if (found === undefined) return [];
    const { limit, worst } = found;
    const size = worst.tables.map((table) => `${table} (${rows.get(table) ?? 0} rows)`).join(', ');
    return [
      {
        text: `${migration} keeps ${limit.who} waiting for ${Math.round(waitOf(worst, limit))} ms, more than ${limit.atMostMs} ms, with ${worst.lock ?? 'its locks'} on ${size || 'a table'}: ${worst.sql.slice(0, 200)}`,
        evidence: own.map(describeStatement),
      },
    ];
  });
}

function waitOf(statement: MeasuredStatement, { who }: BlockingLimit): number {
  return who === 'writers' ? statement.writersBlockedMs : statement.readersBlockedMs;
}

/** One line on what a statement did to others. */
function describeStatement(statement: MeasuredStatement): string {
  const { sql, lock, tables, runMs, readersBlockedMs, writersBlockedMs, samples } = statement;
  return `${sql.slice(0, 200)}: ran ${runMs} ms with ${lock ?? 'no lock'}${tables.length > 0 ? ` on ${tables.join(', ')}` : ''}; readers waited ${readersBlockedMs} ms, writers ${writersBlockedMs} ms at most (${samples} requests)`;
}
