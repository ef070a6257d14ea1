import { type GateFinding, MOST_FINDINGS, type Receipt } from './receipt';

/**
 * Reads the receipts of one checker as a delta against the base. A `fail` whose findings are all there already, none
 * of them worse, is debt and not new. What passed there and cannot be told any more fails: otherwise removing a check
 * would be a way past it; unless it was the machine that stood in the way. What was checked there and does not apply any more is left to a human for the same reason.
 */
export function compareReceipts(receipts: readonly Receipt[], base: readonly Receipt[]): Receipt[] {
  return receipts.map((receipt) => {
    const before = base.find(({ subject }) => subject === receipt.subject);
    switch (receipt.verdict) {
      case 'fail':
        return failureAgainst(receipt, before);
      case 'needs-review':
        return before?.verdict === 'pass' && receipt.ofMachine !== true ? vanished(receipt) : receipt;
      case 'not-applicable':
        return before?.verdict === 'pass' || before?.verdict === 'fail'
          ? {
              ...receipt,
              verdict: 'needs-review',
              note: joinNotes(
                `could be checked on the base (${before.verdict}) and not any more`,
                receipt.note,
              ),
            }
          : receipt;
      case 'pass':
      case 'waived':
        return receipt;
    }
  });
}

/** A receipt as it is reported: as many findings as are listed, the new ones first. */
export function cutFindings(receipt: Receipt): Receipt {
  const { findings } = receipt;
  if (findings === undefined || findings.length <= MOST_FINDINGS) return receipt;
  return {
    ...receipt,
    findings: findings.slice(0, MOST_FINDINGS),
    note: joinNotes(receipt.note, `the first ${MOST_FINDINGS} of ${findings.length} are listed`),
  };
}

function vanished(receipt: Receipt): Receipt {
  return {
    ...receipt,
    verdict: 'fail',
    isNew: true,
    note: joinNotes('passed on the base and cannot be told any more', receipt.note),
  };
}

function failureAgainst(receipt: Receipt, before: Receipt | undefined): Receipt {
  if (before?.verdict !== 'fail') {
    const blind = before?.verdict === 'needs-review' ? 'could not be told on the base' : '';
    return { ...receipt, isNew: true, note: joinNotes(receipt.note, blind) };
  }
  const found = receipt.findings ?? [];
  const fresh = newFindings(found, before.findings ?? []);
  if (fresh.length === 0) {
    return { ...receipt, isNew: false, note: joinNotes('also fails on the base', receipt.note) };
  }
  const old = found.length - fresh.length;
  const debt = old === 0 ? '' : `${String(fresh.length)} new, ${String(old)} also on the base`;
  // What is new comes first: it is what has to be mended.
  const rest = found.filter((finding) => !fresh.includes(finding));
  return { ...receipt, isNew: true, findings: [...fresh, ...rest], note: joinNotes(debt, receipt.note) };
}

/** Findings that are not on the base, are there more often, or with a larger amount. */
function newFindings(found: readonly GateFinding[], before: readonly GateFinding[]): GateFinding[] {
  const known = byKey(before);
  return [...byKey(found)].flatMap(([key, same]) => {
    const old = known.get(key) ?? [];
    const worst = Math.max(...old.map(({ amount }) => amount ?? 0));
    const worse = same.filter(({ amount }) => amount !== undefined && (old.length === 0 || amount > worst));
    const uncounted = same.filter(({ amount }) => amount === undefined);
    return [...worse, ...uncounted.slice(old.length)];
  });
}

function byKey(findings: readonly GateFinding[]): Map<string, GateFinding[]> {
  const rows = new Map<string, GateFinding[]>();
  for (const finding of findings) rows.set(finding.key, [...(rows.get(finding.key) ?? []), finding]);
  return rows;
}

function joinNotes(...notes: readonly string[]): string {
  return notes
    .filter((note) => note !== '')
    .join('; ')
    .slice(0, 1000);
}
