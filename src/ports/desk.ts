import type { BlobRef } from '../domain/common/blob';
import type { WatchMessageName } from '../domain/deployment/deployment-watch';
import type { Escalation } from '../domain/escalation/escalation';
import type { MessageName } from '../domain/objective/messages';
import type { Precedent } from '../domain/escalation/precedents';
import type { Report } from '../domain/objective/report';
import type { ObjectiveState } from '../domain/department/states';
import type { ObjectiveStatus } from '../domain/objective/status';
import type { EscalationReason } from '../domain/department/triggers';
import type { WatchStatus } from '../domain/deployment/watch-status';
import type { ObjectiveRow, WatchRow } from '../domain/objective/standing';
import type { Wait as OpenWait } from '../domain/objective/waits';
import type { DecisionEvidence } from './decision-evidence';

/** What may be said about a run from here; everything is checked as the command checks it. */
export interface StartCall {
  readonly objective: string;
  readonly repo?: string | undefined;
  readonly base?: string | undefined;
  readonly trust?: string | undefined;
  readonly approvePlan?: boolean | undefined;
  readonly maxParallel?: number | undefined;
  /** US dollars; null: no limit. */
  readonly budgetUsd?: number | null | undefined;
  readonly deadline?: string | undefined;
  readonly scenario?: string | undefined;
  readonly push?: boolean | undefined;
  readonly pr?: boolean | undefined;
}

export interface Started {
  readonly id: string;
  readonly attached: boolean;
  readonly model: string;
  readonly budgetUsd: number | null;
  readonly sandbox: string;
  readonly webUi: string | null;
  /** Sentences somebody should read. */
  readonly notes: readonly string[];
}

/** The whole snapshot of the workflow, or what is known without any worker. */
type Standing =
  | { readonly kind: 'live'; readonly status: ObjectiveStatus; readonly webUi: string | null }
  | { readonly kind: 'recorded'; readonly row: ObjectiveRow };

interface Sent {
  readonly applied: boolean;
  readonly message: string;
}

interface Diff {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Everything that waits for a human, in short. */
interface OpenWaits {
  /** Oldest first; `objective` is the id of an objective or a watch. */
  readonly rows: readonly (OpenWait & { readonly objective: string })[];
  /** Objectives and watches that did not tell what waits of them, most often since no worker is up. */
  readonly unread: readonly string[];
  /** There are more than a list holds. */
  readonly more: boolean;
}

interface OpenQuestions {
  /** `objective` is the id of an objective or a watch, `repository` as lists name it. */
  readonly questions: readonly {
    readonly objective: string;
    readonly repository: string;
    readonly escalation: Escalation;
  }[];
  /** Objectives and watches that may ask something, and did not answer. */
  readonly unread: readonly string[];
  /** There are more than a list holds. */
  readonly more: boolean;
}

export interface Wait {
  readonly id: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStatus: (status: ObjectiveStatus) => void;
}

/** Why a wait is over, with the last snapshot; null: no worker answered meanwhile. */
export interface WaitEnd {
  readonly reason: 'ended' | 'needs-human' | 'timed-out';
  readonly status: ObjectiveStatus | null;
}

/**
 * The department as a tech lead's agent deals with it: what this adapter needs of the client and the command line.
 * Ids are checked before they come here. Failures are `UserError`s where a sentence fits.
 */
export interface Desk {
  /** Checks everything, starts the objective and leaves it to a worker in the background; asks nobody. */
  start(call: StartCall): Promise<Started>;
  list(state: ObjectiveState | null): Promise<readonly ObjectiveRow[]>;
  status(id: string): Promise<Standing>;
  /** By visibility and memo: workflows are asked only where these do not tell. */
  waits(): Promise<OpenWaits>;
  /** Where the watch over a deployment stands; `status` null: no worker answered. */
  watch(watchId: string): Promise<{ readonly row: WatchRow; readonly status: WatchStatus | null }>;
  /** Of one objective or watch; null: of all. */
  escalations(id: string | null): Promise<OpenQuestions>;
  /**
   * Everything an open question is decided on: attempts, who was asked, red receipts, what was changed.
   * @throws UserError where it is not open
   */
  evidence(about: { readonly id: string; readonly escalationId: string }): Promise<DecisionEvidence>;
  /**
   * What people decided before on questions of this trigger: those about this objective's repository first, newest first,
   * at most three. `id`: of an objective or a watch.
   */
  precedents(about: {
    readonly id: string;
    readonly trigger: EscalationReason;
  }): Promise<readonly Precedent[]>;
  /** The same for several questions at once, in their order. */
  precedentsOf(
    questions: readonly { readonly repository: string; readonly trigger: EscalationReason }[],
  ): Promise<readonly (readonly Precedent[])[]>;
  send(message: {
    readonly id: string;
    readonly name: MessageName | WatchMessageName;
    readonly payload: unknown;
  }): Promise<Sent>;
  /** Ends a whole objective; who and why are kept in the audit log. */
  cancel(asked: {
    readonly id: string;
    readonly by: string;
    readonly reason?: string | undefined;
  }): Promise<Sent>;
  wait(wait: Wait): Promise<WaitEnd>;
  /** @throws UserError while there is none, and for an unknown id */
  report(id: string): Promise<{ readonly markdown: string; readonly json: Report }>;
  /** Whether this home has a report of it. */
  hasReport(id: string): Promise<boolean>;
  blob(ref: BlobRef): Promise<string>;
  /** What an objective changed so far, or one task of it: `git diff` between two commits. */
  diff(id: string, taskId: string | null): Promise<Diff>;
  /** What went wrong as one sentence; what is no `UserError` is kept in the log. */
  explain(error: unknown): Promise<string>;
}
