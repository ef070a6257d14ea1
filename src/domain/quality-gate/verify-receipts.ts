import type { ReceiptNote } from './receipt-note';
import type { Receipt } from './receipt';

/** What became of a receipt when it was looked at again. */
export const VERIFICATIONS = ['holds', 'differs', 'stale', 'not-repeatable'] as const;
type Verification = (typeof VERIFICATIONS)[number];

export interface VerifiedReceipt {
  readonly receipt: Receipt;
  readonly verification: Verification;
  /** Why, in words. */
  readonly note: string;
}

/** Why a receipt of a note is not run again; null where it is. */
export function whyNotRepeated(
  receipt: Receipt,
  tree: string,
  timed: ReadonlySet<string>,
): Pick<VerifiedReceipt, 'verification' | 'note'> | null {
  const { checker, asked } = receipt;
  if (receipt.tree !== tree) {
    const note = `speaks of the tree ${receipt.tree.slice(0, 12)}, and the commit has ${tree.slice(0, 12)}`;
    return { verification: 'stale', note };
  }
  if (checker.kind === 'reviewer') {
    return { verification: 'not-repeatable', note: `a review by ${checker.name} is not repeated` };
  }
  if (checker.kind === 'none') return { verification: 'not-repeatable', note: 'nobody decided it' };
  if (asked !== undefined && timed.has(asked)) {
    return {
      verification: 'not-repeatable',
      note: 'it measures time, which another machine has less or more of',
    };
  }
  return null;
}

/**
 * Compares the receipts of a note with those of a new run.
 * @param again receipts of a run on the same commit
 * @param timed names of the checkers that measure time
 */
export function verifyReceipts(request: {
  readonly note: ReceiptNote;
  readonly tree: string;
  readonly again: readonly Receipt[];
  readonly timed: ReadonlySet<string>;
}): VerifiedReceipt[] {
  const { note, tree, again, timed } = request;
  return note.receipts.map((receipt): VerifiedReceipt => {
    const reason = whyNotRepeated(receipt, tree, timed);
    if (reason !== null) return { receipt, ...reason };
    const now = again.find((other) => isSameCheck(receipt, other));
    if (now === undefined) {
      return { receipt, verification: 'differs', note: 'this version of the gate does not decide it so' };
    }
    if (now.verdict === receipt.verdict && isNew(now) === isNew(receipt)) {
      return { receipt, verification: 'holds', note: now.note };
    }
    const news = (row: Receipt): string => (isNew(row) ? ' (new)' : '');
    return {
      receipt,
      verification: 'differs',
      note: `was ${receipt.verdict}${news(receipt)}, is ${now.verdict}${news(now)}: ${now.note}`,
    };
  });
}

function isSameCheck(a: Receipt, b: Receipt): boolean {
  if (a.subject !== b.subject) return false;
  if (a.asked !== undefined || b.asked !== undefined) return a.asked === b.asked;
  return nameOf(a) === nameOf(b);
}

function nameOf({ checker }: Receipt): string | null {
  return checker.kind === 'none' ? null : checker.name;
}

function isNew({ verdict, isNew: fresh }: Receipt): boolean {
  return verdict === 'fail' && fresh !== false;
}
