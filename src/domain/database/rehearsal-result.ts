import type { BlobRef } from '../common/blob';
import type { RehearsalResult } from './database-work';
import type { DrillReport, MeasuredStatement, RehearsalReport } from './rehearsal';

const LINE = 500;
const cut = (text: string): string => (text.length <= LINE ? text : `${text.slice(0, LINE - 1)}…`);

/** What enters history of a rehearsal or a drill: few and short lines, and where the whole report is. */
export function resultOf(
  done:
    | { readonly kind: 'none' | 'not-executed'; readonly reason: string }
    | {
        readonly kind: 'ran';
        readonly report: RehearsalReport | DrillReport;
        readonly ref: BlobRef;
        readonly summary: string;
      },
): RehearsalResult {
  if (done.kind !== 'ran') {
    return {
      outcome: done.kind,
      report: null,
      problems: [],
      notExecuted: done.kind === 'not-executed' ? [cut(done.reason)] : [],
      destructive: [],
      oldVersionWorks: null,
      summary: cut(done.reason),
    };
  }
  const { report, ref, summary } = done;
  const { problems, notExecuted } = report;
  return {
    outcome: problems.length > 0 ? 'refused' : 'sound',
    report: ref,
    problems: problems.slice(0, 10).map(({ step, text }) => ({ step, text: cut(text) })),
    notExecuted: notExecuted.slice(0, 5).map(cut),
    destructive:
      'destructive' in report
        ? report.destructive.slice(0, 10).map(({ migration, what }) => cut(`${migration}: ${what}`))
        : [],
    oldVersionWorks: 'oldVersionWorks' in report ? report.oldVersionWorks : null,
    summary: cut(summary),
  };
}

/** Rows, locks and times in one line. */
export function rehearsalSummary({ tables, statements, problems, seconds }: RehearsalReport): string {
  const largest = tables.reduce((most, { rows }) => Math.max(most, rows), 0);
  const blocking = statements.reduce<MeasuredStatement | null>(
    (worst, one) => (worst === null || waitOf(one) > waitOf(worst) ? one : worst),
    null,
  );
  const waited =
    blocking === null || waitOf(blocking) === 0
      ? 'nobody waited'
      : `others waited ${Math.round(waitOf(blocking))} ms at most (${blocking.lock ?? 'no lock'} on ${blocking.tables.join(', ') || 'no table'})`;
  return `${statements.length} statements on ${tables.length} tables with up to ${largest} rows: ${waited}; ${countOf(problems.length)} in ${seconds} s`;
}

/** How it was done and what came of it in one line. */
export function drillSummary({ method, actions, problems, seconds }: DrillReport): string {
  const done = actions.filter(({ outcome }) => outcome === 'done').length;
  return `${method}: ${done} of ${actions.length} steps done; ${countOf(problems.length)} in ${seconds} s`;
}

function waitOf({ readersBlockedMs, writersBlockedMs }: MeasuredStatement): number {
  return Math.max(readersBlockedMs, writersBlockedMs);
}

const countOf = (problems: number): string =>
  problems === 0 ? 'no problem' : problems === 1 ? '1 problem' : `${problems} problems`;
