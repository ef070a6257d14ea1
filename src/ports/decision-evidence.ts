import type { BlobRef } from '../domain/common/blob';
import type { Level } from '../domain/department/levels';
import type { Escalation } from '../domain/escalation/escalation';
import type { Precedent } from '../domain/escalation/precedents';
import type { AttemptRecord } from '../domain/objective/status';
import type { GateFinding, RedItem } from '../domain/quality-gate/receipt';

/** A role that was asked about the task besides its specialist, and at which level. */
interface Consulted {
  readonly role: string;
  readonly level: Level;
}

/** A red receipt by reference: who says so, what is wrong, and where the whole output is. */
interface RedReceipt {
  readonly subject: string;
  readonly checker: string;
  readonly note: string;
  readonly findings: readonly GateFinding[];
  readonly outputs: readonly BlobRef[];
}

/** What a run of the gate found red. */
export interface Failing {
  /** Blob with all receipts of the gate run. */
  readonly report: BlobRef;
  readonly red: readonly RedItem[];
  readonly receipts: readonly RedReceipt[];
}

/** What was changed between two commits. */
export interface SubjectDiff {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** There is more than was asked for. */
  readonly cut: boolean;
}

/** Everything there is to see before an escalation is decided. */
export interface DecisionEvidence {
  readonly objective: string;
  readonly escalation: Escalation;
  /** Attempts at the task so far, oldest first. */
  readonly attempts: readonly AttemptRecord[];
  readonly consulted: readonly Consulted[];
  readonly failing: Failing | null;
  readonly diff: SubjectDiff | null;
  /** What was decided on the like before, newest first. */
  readonly precedents: readonly Precedent[];
  /** What could not be shown, and why, one sentence each. */
  readonly notes: readonly string[];
}
