import type { BlobRef } from '../src/domain/common/blob';
import type { Dossier } from '../src/domain/work/dossier';
import type { Ports } from './ports';
import type { Records } from './records';

/**
 * Keeps the receipts of the last gate as notes on the delivered commit. A delivery does not fail for want of them.
 * @returns why there are none; null where they were written
 */
export async function keepReceipts(
  ports: { readonly notes: Ports['notes']; readonly records: Pick<Records, 'gateReport'> },
  request: {
    readonly dossier: Dossier;
    readonly delivered: string;
    readonly report: BlobRef | null | undefined;
  },
): Promise<string | null> {
  const { dossier, delivered } = request;
  if (request.report === null || request.report === undefined) return 'the objective was not gated';
  try {
    const report = await ports.records.gateReport(request.report);
    if (report.commit !== delivered) return `the last gate was of ${report.commit.slice(0, 12)}`;
    const { objectiveId, repository } = dossier;
    const kept = await ports.notes.write({ objectiveId, source: repository, commit: delivered, report });
    return kept === null ? 'the report does not say how it was made' : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
