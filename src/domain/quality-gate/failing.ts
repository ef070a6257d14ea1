import type { BlobRef } from '../common/blob';
import { redReceipts } from './gate-summary';
import { judgeItems } from './gate-verdict';
import { GateReport, type GateFinding, type GateSummary, type RedItem } from './receipt';

/** A receipt that speaks against a tree, by reference: who says so, what is wrong, and where the whole output is. */
export interface FailingReceipt {
  readonly subject: string;
  readonly checker: string;
  readonly note: string;
  readonly findings: readonly GateFinding[];
  readonly outputs: readonly BlobRef[];
}

/** What a gate run leaves to whoever decides: what is red, and what only a human may let pass. */
export interface Failing {
  /** Blob with all receipts of the gate run. */
  readonly report: BlobRef;
  readonly red: readonly RedItem[];
  /** Empty where the blob cannot be read. */
  readonly receipts: readonly FailingReceipt[];
}

/**
 * What of a gate run a question is decided on, for every place that shows one; null: nothing failed and nothing is
 * undecided. `note`: what could not be read, in a sentence.
 */
export async function readFailing(
  gate: GateSummary | null,
  read: (ref: BlobRef) => Promise<string>,
): Promise<{ readonly failing: Failing | null; readonly note: string | null }> {
  if (gate === null) return { failing: null, note: null };
  const review = gate.review ?? [];
  const red = [...gate.red, ...review];
  const { report } = gate;
  if (red.length === 0) return { failing: null, note: null };
  try {
    const { receipts } = GateReport.parse(JSON.parse(await read(report)));
    const undecided = judgeItems(receipts)
      .filter(({ item }) => review.some(({ subject }) => subject === item.slug))
      .flatMap(({ receipts: spoken }) => spoken.filter(({ verdict }) => verdict === 'needs-review'));
    const rows = [...redReceipts(receipts), ...undecided].map(
      ({ subject, checker, note, findings, evidence }) => ({
        subject,
        checker: checker.kind === 'none' ? 'nobody' : checker.name,
        note,
        findings: findings ?? [],
        outputs: evidence.flatMap((row) => (row.kind === 'output' ? [row.output] : [])),
      }),
    );
    return { failing: { report, red, receipts: rows }, note: null };
  } catch {
    return {
      failing: { report, red, receipts: [] },
      note: `The receipts ${report.slice(0, 12)} cannot be read on this machine.`,
    };
  }
}
