import { GATE_ITEMS, type GateItem } from './gate-items';
import type { Receipt, Verdict } from './receipt';

/** What an item came to, from all receipts that speak of it. */
export interface ItemVerdict {
  readonly item: GateItem;
  readonly verdict: Verdict;
  /** A `fail` that is new against the base. */
  readonly isNew: boolean;
  /** The receipt that decided; null: nobody looked. */
  readonly deciding: Receipt | null;
  readonly receipts: readonly Receipt[];
  readonly note: string;
}

/** The 40 verdicts of a gate run, in the charter's order. */
export function judgeItems(receipts: readonly Receipt[]): ItemVerdict[] {
  return GATE_ITEMS.map((item) =>
    judgeItem(
      item,
      receipts.filter(({ subject }) => subject === item.slug),
    ),
  );
}

/**
 * One item: a failure decides, the newest kind first; then what could not be told; then a pass. Where judgement is half
 * of the item a reviewer has to agree, and one answered by the offline model passes nothing alone.
 */
export function judgeItem(item: GateItem, receipts: readonly Receipt[]): ItemVerdict {
  const decide = (verdict: Verdict, deciding: Receipt | null, note = deciding?.note ?? ''): ItemVerdict => ({
    item,
    verdict,
    isNew: verdict === 'fail' && receipts.some(isNewFailure),
    deciding,
    receipts,
    note,
  });
  const first = (test: (receipt: Receipt) => boolean): Receipt | undefined => receipts.find(test);
  const failed = first(isNewFailure) ?? first(({ verdict }) => verdict === 'fail');
  if (failed !== undefined) return decide('fail', failed);
  const waived = first(({ verdict }) => verdict === 'waived');
  if (waived !== undefined) return decide('waived', waived);
  const open = first(({ verdict }) => verdict === 'needs-review');
  if (open !== undefined) return decide('needs-review', open);
  const tool = first(({ verdict, checker }) => verdict === 'pass' && checker.kind !== 'reviewer');
  const reviews = receipts.filter(
    ({ verdict, checker }) => verdict === 'pass' && checker.kind === 'reviewer',
  );
  const live = reviews.find(({ checker }) => checker.kind === 'reviewer' && !checker.offline);
  const absent = first(({ verdict }) => verdict === 'not-applicable');
  switch (item.decidedBy) {
    case 'tool':
      if (tool !== undefined) return decide('pass', tool);
      break;
    case 'mixed':
      if (tool !== undefined && reviews[0] !== undefined) return decide('pass', tool);
      if (tool !== undefined) {
        return decide('needs-review', tool, `nothing found by ${nameOf(tool)}; no reviewer has looked`);
      }
      break;
    case 'reviewer':
      if (live !== undefined) return decide('pass', live);
      break;
  }
  if (absent !== undefined && tool === undefined) return decide('not-applicable', absent);
  const [offline] = reviews;
  return offline === undefined
    ? decide('needs-review', null, 'no checker has looked at it')
    : decide('needs-review', offline, 'a reviewer answered by the offline model passes nothing alone');
}

function isNewFailure({ verdict, isNew }: Receipt): boolean {
  return verdict === 'fail' && isNew !== false;
}

function nameOf({ checker }: Receipt): string {
  return checker.kind === 'none' ? 'nobody' : checker.name;
}
