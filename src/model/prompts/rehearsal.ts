import type { DrillReport, RehearsalReport, RehearsedAction } from '../../domain/database/rehearsal';
import { quoted, section } from './format';

const MOST_STATEMENTS = 40;
const MOST_ACTIONS = 40;
const LONGEST_LINE = 300;

/** What a migration did on a replica, quoted: statements and output come from the repository. */
export function describeRehearsal(report: RehearsalReport | null): string {
  if (report === null) return section('REHEARSAL ON A REPLICA', '(none was run)');
  const { statements, destructive, oldVersionWorks, problems, notExecuted, actions } = report;
  return section(
    'REHEARSAL ON A REPLICA',
    quoted(
      [
        `server: ${report.server}, tool: ${report.tool}`,
        `rows: ${report.tables.map(({ table, rows }) => `${table} ${String(rows)}`).join(', ') || 'none'}`,
        ...firstOf(statements, MOST_STATEMENTS, (row) =>
          line(
            `${row.direction} ${ms(row.runMs)}, lock ${row.lock ?? 'none'}${row.tables.length === 0 ? '' : ` on ${row.tables.join(', ')}`}, readers waited ${ms(row.readersBlockedMs)}, writers ${ms(row.writersBlockedMs)}: ${row.sql}`,
          ),
        ),
        `longest wait of a request on the way up: ${ms(longestBlock(report))}`,
        ...firstOf(actions, MOST_ACTIONS, describeAction),
        ...destructive.map(({ migration, what }) => line(`destroys: ${what} (${migration})`)),
        `old version on the new schema: ${oldVersionWorks === null ? 'could not be told' : oldVersionWorks ? 'works' : 'does not work'}`,
        ...problems.map(({ step, text }) => line(`problem (${step}): ${text}`)),
        ...notExecuted.map((text) => line(`not executed: ${text}`)),
      ].join('\n'),
    ),
  );
}

/** What came of a backup and its restore. */
export function describeDrill(report: DrillReport | null): string {
  if (report === null) return section('BACKUP AND RESTORE', '(not drilled)');
  const { method, actions, problems, notExecuted } = report;
  return section(
    'BACKUP AND RESTORE',
    quoted(
      [
        line(`method: ${method}`),
        ...firstOf(actions, MOST_ACTIONS, describeAction),
        ...problems.map(({ text }) => line(`problem: ${text}`)),
        ...notExecuted.map((text) => line(`not executed: ${text}`)),
      ].join('\n'),
    ),
  );
}

/** Longest a request had to wait on the way up, in milliseconds. */
export function longestBlock(report: RehearsalReport | null): number {
  const up = report?.statements.filter(({ direction }) => direction === 'up') ?? [];
  return Math.max(0, ...up.flatMap((row) => [row.readersBlockedMs, row.writersBlockedMs]));
}

function describeAction({ name, outcome, ms: took, detail }: RehearsedAction): string {
  return line(`${name}: ${outcome} in ${ms(took)}${detail === '' ? '' : ` (${detail})`}`);
}

function firstOf<T>(rows: readonly T[], most: number, describe: (row: T) => string): string[] {
  const more = rows.length - most;
  return [...rows.slice(0, most).map(describe), ...(more > 0 ? [`(${String(more)} more)`] : [])];
}

/** Never less than was measured. */
const ms = (value: number): string => `${String(Math.ceil(value * 10) / 10)} ms`;
const line = (text: string): string => text.replace(/\s+/g, ' ').slice(0, LONGEST_LINE);
