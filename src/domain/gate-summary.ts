import type { BlobRef } from './blob';
import {
  type GateReport,
  type GateSummary,
  PRECONDITIONS,
  type Receipt,
  type RedItem,
  type Verdict,
} from './receipt';

const MOST_RED_ITEMS = 10;
const LONGEST_EXCERPT = 1500;
const LONGEST_EVIDENCE = 2400;

export type VerdictCounts = Record<Verdict, number>;

/** How often each verdict was given to a gate item; build and tests are preconditions and not counted. */
export function countVerdicts(receipts: readonly Receipt[]): VerdictCounts {
  const counts = noVerdicts();
  for (const receipt of receipts) if (!isPrecondition(receipt.subject)) counts[receipt.verdict] += 1;
  return counts;
}

/**
 * Reads receipts as a delta against the base. What failed on the base too stays a `fail`, marked as debt. A check
 * that passed on the base and cannot run any more (its script or its tests were removed) becomes a `fail`:
 * otherwise removing a check would be a way past it.
 */
export function compareWithBase(receipts: readonly Receipt[], base: GateReport): Receipt[] {
  return receipts.map((receipt) => {
    const before = verdictOf(base, receipt.subject);
    if (receipt.verdict === 'fail' && before === 'fail') {
      return { ...receipt, note: joinNotes('also fails on the base', receipt.note) };
    }
    if (receipt.verdict === 'needs-review' && before === 'pass' && receipt.checker.kind !== 'none') {
      return {
        ...receipt,
        verdict: 'fail' as const,
        note: joinNotes('passed on the base and cannot be run any more', receipt.note),
      };
    }
    return receipt;
  });
}

/**
 * The receipts that are red: a `fail` that is new against the base and that no human accepted.
 * @param waived subjects a human accepted as they are
 */
function redReceipts(request: {
  readonly report: GateReport;
  readonly base?: GateReport | undefined;
  readonly waived?: readonly string[];
}): Receipt[] {
  const { report, base, waived = [] } = request;
  return report.receipts.filter(
    ({ subject, verdict }) =>
      verdict === 'fail' &&
      !waived.includes(subject) &&
      (base === undefined || verdictOf(base, subject) !== 'fail'),
  );
}

/** What the process needs of a report stored under `ref`: green or not, what is red, and the counts of the items. */
export function summarise(request: {
  readonly report: GateReport;
  readonly ref: BlobRef;
  readonly base?: GateReport | undefined;
  readonly waived?: readonly string[];
}): GateSummary {
  const red = redReceipts(request);
  // What is red is carried by the process, for up to 200 tasks at once: all of it together stays short.
  const room = Math.min(
    LONGEST_EXCERPT,
    Math.floor(LONGEST_EVIDENCE / Math.max(1, Math.min(red.length, MOST_RED_ITEMS))),
  );
  return {
    tree: request.report.tree,
    report: request.ref,
    green: red.length === 0,
    red: red.slice(0, MOST_RED_ITEMS).map((receipt) => redItem(receipt, room)),
    counts: countVerdicts(request.report.receipts),
  };
}

function redItem(receipt: Receipt, room: number): RedItem {
  const output = receipt.evidence.find((evidence) => evidence.kind === 'output');
  const command = receipt.checker.kind === 'tool' ? `$ ${receipt.checker.argv.join(' ')}\n` : '';
  const intro = `${command}${receipt.note === '' ? '' : `${receipt.note}\n`}`.slice(0, room / 3);
  // The end of an output says more than its start.
  const rest = output === undefined ? '' : output.excerpt.slice(-(room - intro.length));
  return { subject: receipt.subject, excerpt: `${intro}${rest}`.trimEnd() };
}

function verdictOf(report: GateReport, subject: Receipt['subject']): Verdict | undefined {
  return report.receipts.find((receipt) => receipt.subject === subject)?.verdict;
}

function isPrecondition(subject: Receipt['subject']): boolean {
  return PRECONDITIONS.some((name) => name === subject);
}

function joinNotes(...notes: readonly string[]): string {
  return notes
    .filter((note) => note !== '')
    .join('; ')
    .slice(0, 1000);
}

function noVerdicts(): VerdictCounts {
  return { pass: 0, fail: 0, 'not-applicable': 0, 'needs-review': 0, waived: 0 };
}
