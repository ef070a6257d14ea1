import type { BlobRef } from '../domain/common/blob';
import type { Level } from '../domain/department/levels';
import type { Escalation } from '../domain/escalation/escalation';
import type { Precedent } from '../domain/escalation/precedents';
import type { AttemptRecord } from '../domain/objective/status';
import type { Failing } from '../domain/quality-gate/failing';

/** A role that was asked about the task besides its specialist, and at which level. */
interface Consulted {
  readonly role: string;
  readonly level: Level;
}

/** The whole output a receipt names; null: this machine does not have it. */
export interface ShownOutput {
  readonly ref: BlobRef;
  /** Of a very long one the end; `leftOutBytes` are missing before it. */
  readonly output: { readonly text: string; readonly leftOutBytes: number } | null;
}

/** What a run of the gate left to whoever decides. */
export interface ShownFailing extends Failing {
  /** Each once, where everything was asked for. */
  readonly wholeOutputs?: readonly ShownOutput[];
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
  readonly failing: ShownFailing | null;
  readonly diff: SubjectDiff | null;
  /** What was decided on the like before, newest first. */
  readonly precedents: readonly Precedent[];
  /** What could not be shown, and why, one sentence each. */
  readonly notes: readonly string[];
}
