import { gateItem } from './gate-items';
import type { Waiver } from './gate-settings';
import { judgeItem } from './gate-verdict';
import type { Receipt } from './receipt';

/**
 * What the owner of a repository accepts as it is: an item that fails or cannot be told is `waived`, with reason, owner
 * and last day in the note; what passes anyway stays a pass. A waiver that has expired changes nothing and is said so.
 * @param frame what a receipt of the waiver itself carries
 */
export function applyWaivers(
  receipts: readonly Receipt[],
  waivers: readonly Waiver[],
  frame: Pick<Receipt, 'tree' | 'startedAt' | 'sandbox'>,
): Receipt[] {
  const today = frame.startedAt.slice(0, 10);
  return waivers.reduce<Receipt[]>(
    (rows, waiver) =>
      isOpen(rows, waiver)
        ? waiver.expires !== undefined && waiver.expires < today
          ? rows.map((receipt) => sayExpired(receipt, waiver))
          : [...rows.map((receipt) => waive(receipt, waiver)), waiverReceipt(waiver, frame)]
        : rows,
    [...receipts],
  );
}

/** Whether there is something to be waived. */
function isOpen(receipts: readonly Receipt[], { item }: Waiver): boolean {
  const own = receipts.filter(({ subject }) => subject === item);
  const { verdict } = judgeItem(gateItem(item), own);
  return verdict === 'fail' || verdict === 'needs-review';
}

function waive(receipt: Receipt, waiver: Waiver): Receipt {
  if (receipt.subject !== waiver.item || !isUnsettled(receipt)) return receipt;
  return { ...receipt, verdict: 'waived', isNew: false, note: join(describe(waiver), receipt.note) };
}

function sayExpired(receipt: Receipt, waiver: Waiver): Receipt {
  if (receipt.subject !== waiver.item || !isUnsettled(receipt)) return receipt;
  const note = `the waiver of ${waiver.by} expired on ${waiver.expires ?? ''}`;
  return { ...receipt, note: join(note, receipt.note) };
}

function waiverReceipt(waiver: Waiver, frame: Pick<Receipt, 'tree' | 'startedAt' | 'sandbox'>): Receipt {
  return {
    ...frame,
    subject: waiver.item,
    verdict: 'waived',
    checker: { kind: 'rule', name: 'waiver' },
    durationMs: 0,
    evidence: [],
    note: describe(waiver),
  };
}

function isUnsettled({ verdict }: Receipt): boolean {
  return verdict === 'fail' || verdict === 'needs-review';
}

function describe({ by, reason, expires }: Waiver): string {
  const until = expires === undefined ? 'without a last day' : `until ${expires}`;
  return `waived by ${by} ${until}: ${reason}`;
}

function join(...notes: readonly string[]): string {
  return notes
    .filter((note) => note !== '')
    .join('; ')
    .slice(0, 1000);
}
