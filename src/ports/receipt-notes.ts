import type { RepositorySource } from '../domain/objective/objective';
import type { GateReport } from '../domain/quality-gate/receipt';
import type { ReceiptNote } from '../domain/quality-gate/receipt-note';

/** Receipts in the repository itself, as git notes on the commit they speak of; nothing is ever pushed. */
export interface ReceiptNotes {
  /**
   * Keeps the receipts of a report on its commit, in the repository the work was delivered to; of an address, in the
   * mirror. An earlier note of the same run of things is added to, another one replaced. `repository` is where it is
   * now; null: the report does not say how it was made, and nothing was written.
   */
  write(request: {
    readonly objectiveId: string;
    readonly source: RepositorySource;
    readonly commit: string;
    readonly report: GateReport;
  }): Promise<{ readonly repository: string; readonly ref: string } | null>;
  /** Null where the commit has none, or none that can be read. */
  read(request: {
    readonly objectiveId: string;
    readonly source: RepositorySource;
    readonly commit: string;
  }): Promise<ReceiptNote | null>;
}
