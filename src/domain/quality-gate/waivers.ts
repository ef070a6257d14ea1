import { judgeItems } from './gate-verdict';
import type { GateReport, Receipt } from './receipt';

/** The report with what a human accepted at level 4: undecided items of those named become waived, failures stay told. */
export function withWaivers(report: GateReport, waived: readonly string[], at: Date): GateReport {
  const accepted = judgeItems(report.receipts).flatMap(({ item, verdict }): Receipt[] =>
    verdict === 'needs-review' && waived.includes(item.slug)
      ? [
          {
            subject: item.slug,
            verdict: 'waived',
            checker: { kind: 'none' },
            tree: report.tree,
            startedAt: at.toISOString(),
            durationMs: 0,
            sandbox: 'none',
            evidence: [],
            note: 'accepted as it is by a human at level 4',
          },
        ]
      : [],
  );
  return accepted.length === 0 ? report : { ...report, receipts: [...report.receipts, ...accepted] };
}
