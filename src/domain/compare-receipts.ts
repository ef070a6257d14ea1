import type { GateFinding, Receipt } from './receipt';

/**
 * Reads the receipts of one checker as a delta against the base. A `fail` whose findings are all there already, none
 * of them worse, is debt and not new. What passed there and cannot be told any more fails: otherwise removing a check
 * would be a way past it.
 */
export function compareReceipts(receipts: readonly Receipt[], base: readonly Receipt[]): Receipt[] {
  return receipts.map((receipt) => {
    const before = base.find(({ subject }) => subject === receipt.subject);
    if (receipt.verdict === 'fail') return failureAgainst(receipt, before);
    if (receipt.verdict === 'needs-review' && before?.verdict === 'pass') {
      return {
        ...receipt,
        verdict: 'fail' as const,
        isNew: true,
        note: joinNotes('passed on the base and cannot be told any more', receipt.note),
      };
    }
    return receipt;
  });
}

function failureAgainst(receipt: Receipt, before: Receipt | undefined): Receipt {
  if (before?.verdict !== 'fail') return { ...receipt, isNew: true };
  const fresh = (receipt.findings ?? []).filter((finding) => isWorse(finding, before.findings ?? []));
  if (fresh.length === 0) {
    return { ...receipt, isNew: false, note: joinNotes('also fails on the base', receipt.note) };
  }
  const old = (receipt.findings?.length ?? 0) - fresh.length;
  const debt = old === 0 ? '' : `${String(fresh.length)} new, ${String(old)} also on the base`;
  // What is new comes first: it is what has to be mended.
  const rest = (receipt.findings ?? []).filter((finding) => !fresh.includes(finding));
  return {
    ...receipt,
    isNew: true,
    findings: [...fresh, ...rest],
    note: joinNotes(debt, receipt.note),
  };
}

function isWorse(finding: GateFinding, before: readonly GateFinding[]): boolean {
  const same = before.filter(({ key }) => key === finding.key);
  if (same.length === 0) return true;
  const worst = Math.max(...same.map(({ amount }) => amount ?? 0));
  return finding.amount !== undefined && finding.amount > worst;
}

function joinNotes(...notes: readonly string[]): string {
  return notes
    .filter((note) => note !== '')
    .join('; ')
    .slice(0, 1000);
}
