import type { BlobRef } from '../common/blob';
import { ITEMS_NEEDING_A_HUMAN } from './gate-items';
import { judgeItems } from './gate-verdict';
import {
  type GateFinding,
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
  for (const { verdict } of judgeItems(receipts)) counts[verdict] += 1;
  return counts;
}

/**
 * What is red, one receipt each: a `fail` that is new against the base and that no human accepted.
 * @param waived subjects a human accepted as they are
 */
export function redReceipts(receipts: readonly Receipt[], waived: readonly string[] = []): Receipt[] {
  const preconditions = receipts.filter(
    ({ subject, verdict, isNew }) =>
      PRECONDITIONS.some((name) => name === subject) && verdict === 'fail' && isNew !== false,
  );
  const items = judgeItems(receipts).flatMap(({ isNew, deciding }) =>
    isNew && deciding !== null ? [deciding] : [],
  );
  return [...preconditions, ...items].filter(({ subject }) => !waived.includes(subject));
}

/** What the process needs of a report stored under `ref`: green or not, what is red, and the counts of the items. */
export function summarise(request: {
  readonly report: GateReport;
  readonly ref: BlobRef;
  readonly waived?: readonly string[];
}): GateSummary {
  const red = redReceipts(request.report.receipts, request.waived);
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

const LONGEST_REASON = 240;

/**
 * Items of which it matters that nobody could decide them (secrets, security, migrations), each with the reason. An
 * item no checker of this installation speaks of is not among them: there is nothing a human could be shown.
 */
function undecidedItems(receipts: readonly Receipt[]): RedItem[] {
  return judgeItems(receipts).flatMap(({ item, verdict, note, receipts: spoken }) =>
    verdict === 'needs-review' && spoken.length > 0 && ITEMS_NEEDING_A_HUMAN.has(item.item)
      ? [{ subject: item.slug, excerpt: note.slice(0, LONGEST_REASON) }]
      : [],
  );
}

/** The summary of an objective's gate: also what is left to a human. */
export function summariseObjective(request: Parameters<typeof summarise>[0]): GateSummary {
  const waived = request.waived ?? [];
  const review = undecidedItems(request.report.receipts).filter(({ subject }) => !waived.includes(subject));
  return { ...summarise(request), ...(review.length === 0 ? {} : { review }) };
}

function redItem(receipt: Receipt, room: number): RedItem {
  const output = receipt.evidence.find((evidence) => evidence.kind === 'output');
  const command = receipt.checker.kind === 'tool' ? `$ ${receipt.checker.argv.join(' ')}\n` : '';
  const intro = `${command}${receipt.note === '' ? '' : `${receipt.note}\n`}`.slice(0, room / 3);
  // The end of an output says more than its start.
  const found = (receipt.findings ?? []).map(placeOf).join('\n');
  const text = found === '' ? (output?.excerpt ?? '').slice(-(room - intro.length)) : found;
  return { subject: receipt.subject, excerpt: `${intro}${text.slice(0, room - intro.length)}`.trimEnd() };
}

/** A finding in a line, with its place where it has one. */
export function placeOf({ file, line, text }: GateFinding): string {
  if (file === undefined) return text;
  return line === undefined ? `${file}: ${text}` : `${file}:${String(line)}: ${text}`;
}

function noVerdicts(): VerdictCounts {
  return { pass: 0, fail: 0, 'not-applicable': 0, 'needs-review': 0, waived: 0 };
}
