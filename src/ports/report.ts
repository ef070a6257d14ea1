import type { AuditHead } from '../domain/escalation/audit';
import type { ObjectiveStatus } from '../domain/objective/status';

/** Writes the reports of an objective and tells where they are. */
export interface Reports {
  write(request: {
    readonly status: ObjectiveStatus;
    /** The newest line of the audit log; absent: there is none. */
    readonly audit?: AuditHead | null;
  }): Promise<{ readonly report: string }>;
  /** The same as the title and description of a pull request; cut where a forge takes no more. */
  describe(request: {
    readonly status: ObjectiveStatus;
    readonly report: string;
  }): Promise<{ readonly title: string; readonly body: string }>;
}
