import type { Analysis } from '../domain/analysis';
import type { BlobRef } from '../domain/blob';
import type { ContextAccount } from '../domain/context-account';
import type { Dossier } from '../domain/dossier';
import type {
  Advice,
  ConsultationQuestion,
  ContextDecision,
  ContextGrant,
  ContextRequest,
  CoordinatorReview,
  HandoffNote,
  RaisedEscalation,
} from '../domain/handoff';
import type { Concern, Level } from '../domain/levels';
import type { DelegatedTask, Plan } from '../domain/plan';
import type { Usage } from '../domain/usage';
import type { AttemptPrompt } from '../domain/work';
import type { Worktree } from './workspace';

export interface Answered<T> {
  readonly value: T;
  readonly usage: Usage;
}

/** The coordinator's and peers' thinking: structured questions to a model, without any tool. */
export interface Coordination {
  analyse(request: { readonly dossier: Dossier; readonly signal: AbortSignal }): Promise<Answered<Analysis>>;
  plan(request: {
    readonly dossier: Dossier;
    readonly analysis: Analysis;
    readonly refusals: readonly string[];
    readonly comment: string | null;
    readonly signal: AbortSignal;
  }): Promise<Answered<Plan>>;
  consult(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly peer: string;
    readonly question: ConsultationQuestion;
    readonly signal: AbortSignal;
  }): Promise<Answered<Advice>>;
  review(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly specialist: string;
    readonly roster: readonly string[];
    readonly failure: string;
    readonly signal: AbortSignal;
  }): Promise<Answered<CoordinatorReview>>;
  /** Whether a specialist may read what its role does not see by default. */
  decideContext(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly specialist: string;
    readonly request: ContextRequest;
    readonly signal: AbortSignal;
  }): Promise<Answered<ContextDecision>>;
}

export type WorkEnd =
  | { readonly kind: 'handed-off'; readonly note: HandoffNote }
  | { readonly kind: 'consult'; readonly question: ConsultationQuestion }
  | { readonly kind: 'escalate'; readonly raised: RaisedEscalation }
  | { readonly kind: 'context'; readonly request: ContextRequest }
  | { readonly kind: 'unfinished'; readonly reason: string; readonly concern: Concern };

/** One attempt of a specialist in a worktree: the tool loop. */
export interface Specialists {
  work(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly attemptId: string;
    readonly level: Level;
    readonly specialist: string;
    readonly worktree: Worktree;
    readonly prompt: AttemptPrompt;
    /** What people said to this task since its last attempt. */
    readonly steering: readonly string[];
    /** Exceptions from the role's context rules. */
    readonly grants: readonly ContextGrant[];
    /** Conversation to go on with. */
    readonly transcript: BlobRef | null;
    readonly signal: AbortSignal;
    /** Called after every model turn and tool result; feeds the heartbeat. */
    readonly onProgress: (progress: { readonly turn: number; readonly doing: string }) => void;
  }): Promise<{
    readonly end: WorkEnd;
    readonly transcript: BlobRef;
    readonly usage: Usage;
    /** What the specialist was offered of the repository. */
    readonly context?: ContextAccount;
  }>;
}
