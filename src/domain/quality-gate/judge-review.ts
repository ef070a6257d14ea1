import type { GateSlug } from './gate-items';
import type { Checker, GateFinding, Receipt, Verdict } from './receipt';
import type { GateReview, ItemReview, ReviewClaim } from './review';
import { isChanged, type ShownFile } from './review-source';

/** What a review is checked against. */
export interface ReviewGround {
  /** A file at the commit under review; null: there is none. */
  readonly fileOf: (path: string) => ShownFile | null;
  /** Whether a claim about the item may stand on a file nobody changed. */
  readonly isGround: (item: GateSlug, path: string) => boolean;
}

/** What all receipts of one review share. */
export interface ReviewFrame {
  readonly checker: Extract<Checker, { kind: 'reviewer' }>;
  readonly tree: string;
  readonly startedAt: string;
  readonly durationMs: number;
  /** Files and parts the reviewer was not shown. */
  readonly notShown: readonly string[];
}

/**
 * Turns an answer into receipts, one for each item asked about. Nothing is believed that does not hold byte for byte: a
 * claim whose file, lines or quote are not those of the commit, or that has nothing to do with what was changed, leaves
 * its item to a human.
 */
export function judgeReview(
  items: readonly GateSlug[],
  review: GateReview,
  ground: ReviewGround,
  frame: ReviewFrame,
): Receipt[] {
  return items.map((item) => {
    const said = review.items.find((row) => row.item === item);
    if (said === undefined) return undecided(item, 'the reviewer did not answer for it', frame);
    const doubt = doubtAbout(said, ground);
    if (doubt !== null)
      return { ...receiptOf(said, 'needs-review', frame, ground), note: noteOf(said, frame, doubt) };
    return receiptOf(said, said.verdict, frame, ground);
  });
}

/** A receipt for an item a reviewer was to look at and did not decide. */
export function undecided(item: GateSlug, reason: string, frame: ReviewFrame): Receipt {
  return {
    subject: item,
    verdict: 'needs-review',
    checker: frame.checker,
    tree: frame.tree,
    startedAt: frame.startedAt,
    durationMs: frame.durationMs,
    sandbox: 'none',
    evidence: [],
    note: reason.slice(0, 1000),
  };
}

/** Why an answer decides nothing; null: it does. */
function doubtAbout(said: ItemReview, ground: ReviewGround): string | null {
  if (said.verdict === 'needs-review') return null;
  if (said.claims.length === 0)
    return `the reviewer says "${said.verdict}" and claims nothing that could be checked`;
  const doubts = said.claims.flatMap((claim) => problemWith(claim, said.item, ground) ?? []);
  if (doubts.length > 0) return `the reviewer says "${said.verdict}"; ${doubts[0] ?? ''}`;
  return said.verdict === 'pass' && said.confidence === 'low'
    ? 'the reviewer passes it with low confidence'
    : null;
}

function problemWith(claim: ReviewClaim, item: GateSlug, { fileOf, isGround }: ReviewGround): string | null {
  const { file, startLine, endLine, quote } = claim;
  const place = `${file}:${String(startLine)}`;
  const shown = fileOf(file);
  if (shown === null) return `${file} is not a text file of the commit`;
  if (endLine < startLine || endLine > shown.lines.length)
    return `${place} has no lines up to ${String(endLine)}`;
  const there = shown.lines.slice(startLine - 1, endLine).join('\n');
  if (there !== quote.replaceAll('\r\n', '\n').replace(/\n$/, ''))
    return `the quote does not stand at ${place}`;
  if (isChanged(shown, startLine, endLine) || isGround(item, file)) return null;
  return `${place} was not changed and is not what the item is about`;
}

function receiptOf(said: ItemReview, verdict: Verdict, frame: ReviewFrame, ground: ReviewGround): Receipt {
  const fails = verdict === 'fail';
  const isNew = said.claims.some(({ file, startLine, endLine }) => {
    const shown = ground.fileOf(file);
    return shown !== null && isChanged(shown, startLine, endLine);
  });
  return {
    ...undecided(said.item, noteOf(said, frame, said.claims[0]?.claim ?? ''), frame),
    verdict,
    evidence: said.claims.map(({ file, startLine, quote }) => ({
      kind: 'source',
      file,
      line: startLine,
      quote: quote.slice(0, 500),
    })),
    // What was not touched was there before; it is listed and stops nobody.
    ...(fails ? { findings: said.claims.map((claim) => findingOf(said.item, claim)), isNew } : {}),
  };
}

function findingOf(item: GateSlug, { claim, file, startLine }: ReviewClaim): GateFinding {
  return { key: `review:${item}:${file}:${claim}`.slice(0, 300), text: claim, file, line: startLine };
}

function noteOf(said: ItemReview, frame: ReviewFrame, first: string): string {
  const sought = said.counterEvidence.map(
    ({ query, hits }) => `${query} (${hits === '' ? 'nothing' : hits})`,
  );
  const unseen = [...said.notLookedAt, ...frame.notShown];
  return [
    first,
    `confidence: ${said.confidence}`,
    ...(sought.length === 0 ? [] : [`looked for: ${sought.join(', ')}`]),
    ...(unseen.length === 0 ? [] : [`not looked at: ${unseen.join(', ')}`]),
  ]
    .join('; ')
    .slice(0, 1000);
}
