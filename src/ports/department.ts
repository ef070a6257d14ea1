import type { Analysis } from '../domain/plan/analysis';
import type { BlobRef } from '../domain/common/blob';
import type { Comparison, Point } from '../domain/plan/comparison';
import type { ContextAccount } from '../domain/context/context-account';
import type { DeploymentPlan, RolloutPlan } from '../domain/database/deployment-plan';
import type { Dossier } from '../domain/work/dossier';
import type { FrontendReview } from '../domain/contract/frontend-review';
import type { GateSlug } from '../domain/quality-gate/gate-items';
import type { MergeSides } from '../domain/quality-gate/gate-work';
import type {
  Advice,
  ConsultationQuestion,
  ContextDecision,
  ContextGrant,
  ContextRequest,
  CoordinatorReview,
  HandoffNote,
  RaisedEscalation,
} from '../domain/work/handoff';
import type { Concern, Level } from '../domain/department/levels';
import type { MigrationDesign } from '../domain/database/migration-design';
import type { MigrationSlot } from '../domain/database/migration-slot';
import type { DelegatedTask, Plan } from '../domain/plan/plan';
import type { Receipt } from '../domain/quality-gate/receipt';
import type { GateReview } from '../domain/quality-gate/review';
import type { Usage } from '../domain/usage/usage';
import type { Mail } from '../domain/work/mail';
import type { ProviderWall } from '../domain/work/failure-details';
import type { AttemptPrompt } from '../domain/work/work';
import type { ContractBrief, DeploymentBrief, MigrationBrief, RolloutBrief } from './change-briefs';
import type { Journal } from './journal';
import type { Worktree } from './workspace';

/** What a question to a model stands on: its journal, and most it may cost in US dollars (null: no cap). */
export interface Asking {
  readonly journal: Journal;
  readonly allowanceUsd: number | null;
}

export interface Answered<T> {
  readonly value: T;
  readonly usage: Usage;
}

/** A question that stands on a brief. */
interface Briefed<B> {
  readonly dossier: Dossier;
  readonly brief: B;
  readonly asking: Asking;
  readonly signal: AbortSignal;
}

/** The coordinator's and peers' thinking: structured questions to a model, without any tool. */
export interface Coordination {
  analyse(request: {
    readonly dossier: Dossier;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<Analysis>>;
  plan(request: {
    readonly dossier: Dossier;
    readonly analysis: Analysis;
    readonly refusals: readonly string[];
    readonly comment: string | null;
    /** What other objectives hold of the repository: ids and paths. */
    readonly held?: readonly string[];
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<Plan>>;
  consult(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly peer: string;
    readonly question: ConsultationQuestion;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<Advice>>;
  review(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly specialist: string;
    readonly roster: readonly string[];
    readonly failure: string;
    /** Both sides of the merge that failed; absent: it is about no merge. */
    readonly sides?: MergeSides | undefined;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<CoordinatorReview>>;
  /** Whether a specialist may read what its role does not see by default. */
  decideContext(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly specialist: string;
    readonly request: ContextRequest;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<ContextDecision>>;
  /** A specialist's look at gate items of the integrated tree; `model` names who answered. */
  inspect(request: {
    readonly dossier: Dossier;
    readonly brief: ReviewBrief;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<GateReview> & { readonly model: string }>;
  /** What of the objective is built, point by point. */
  compare(request: {
    readonly dossier: Dossier;
    readonly brief: ComparisonBrief;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<Answered<Comparison>>;
  /** How the schema changes; asked of @database-optimizer before anything is written. */
  designMigration(request: Briefed<MigrationBrief>): Promise<Answered<MigrationDesign>>;
  /** How it is deployed, and whether @database-admin signs it off. */
  planDeployment(request: Briefed<DeploymentBrief>): Promise<Answered<DeploymentPlan>>;
  /** How it is rolled out, in phases. */
  chooseRollout(request: Briefed<RolloutBrief>): Promise<Answered<RolloutPlan>>;
  /** What the frontend says of a contract. */
  validateContract(request: Briefed<ContractBrief>): Promise<Answered<FrontendReview>>;
}

/** What a reviewer is shown of the integrated tree: never why its authors did it so. */
export interface ReviewBrief {
  readonly reviewer: string;
  readonly items: readonly GateSlug[];
  /** What tools found about the items, item by item. */
  readonly facts: readonly Receipt[];
  /** Numbered source of the files, and what was left out of them. */
  readonly sources: readonly { readonly path: string; readonly text: string }[];
  readonly notShown: readonly string[];
}

/** What the last comparison stands on; no file's contents. */
export interface ComparisonBrief {
  readonly analysis: Analysis;
  readonly points: readonly Point[];
  /** Every file of the tree. */
  readonly files: readonly string[];
  /** What was changed, with the tasks that may have written it; lines added and removed. */
  readonly changes: readonly {
    readonly path: string;
    readonly tasks: readonly string[];
    readonly lines: string;
  }[];
  readonly verdicts: readonly string[];
}

export type WorkEnd =
  | { readonly kind: 'handed-off'; readonly note: HandoffNote }
  | { readonly kind: 'consult'; readonly question: ConsultationQuestion }
  | { readonly kind: 'escalate'; readonly raised: RaisedEscalation }
  | { readonly kind: 'context'; readonly request: ContextRequest }
  | { readonly kind: 'unfinished'; readonly reason: string; readonly concern: Concern }
  /** The three below end the activity, not the attempt: the same journal is gone on with later. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'wall'; readonly wall: ProviderWall }
  | { readonly kind: 'budget'; readonly needsUsd: number };

/** What an attempt stands on besides its worktree; made anew by each process that carries it on. */
export interface AttemptDesk {
  readonly journal: Journal;
  /** Keeps the worktree's files; see `Worktrees.snapshot`. */
  keepFiles(paths: readonly string[] | null): Promise<string>;
  readMail(): Promise<Mail>;
}

/** Where an attempt stands; pointers and figures only. */
export interface AttemptProgress {
  readonly turn: number;
  readonly doing: string;
  /** Entries in the journal, and the newest snapshot. */
  readonly entries: number;
  readonly snapshot: string | null;
  /** All the attempt has used so far. */
  readonly usage: Usage;
}

export interface WorkOutcome {
  readonly end: WorkEnd;
  readonly transcript: BlobRef;
  readonly usage: Usage;
  /** The newest steering note the specialist was told; 0: none. */
  readonly mail: number;
  /** What the specialist was offered of the repository since this call of the port. */
  readonly context?: ContextAccount;
}

/** The design a migration follows and the identifier its files begin with; null: there is none. */
export interface SchemaOrders {
  readonly design: MigrationDesign | null;
  readonly slot: MigrationSlot | null;
}

/** One attempt of a specialist in a worktree: the tool loop. */
export interface Specialists {
  /**
   * Works until the attempt ends or is suspended. With a journal that has entries it goes on where they stop; the
   * worktree must then hold what their last snapshot names. Usage is that of the whole attempt.
   */
  work(request: {
    readonly dossier: Dossier;
    readonly task: DelegatedTask;
    readonly attemptId: string;
    readonly level: Level;
    readonly specialist: string;
    readonly worktree: Worktree;
    readonly desk: AttemptDesk;
    /** Whether the files are worth keeping from the start: a fresh start brings them again by itself. */
    readonly keepsFiles: boolean;
    readonly prompt: AttemptPrompt;
    /** What a schema change is held to; told where the conversation begins. Absent: the task is none. */
    readonly orders?: SchemaOrders;
    /** Both sides of the merge the prompt is about; absent: it is about none. */
    readonly sides?: MergeSides | undefined;
    /** Exceptions from the role's context rules. */
    readonly grants: readonly ContextGrant[];
    /** Conversation to go on with. */
    readonly transcript: BlobRef | null;
    /** Most the whole attempt may cost in US dollars before it asks for more; null: no cap. */
    readonly allowanceUsd: number | null;
    /** By how many steps the role's model is to be a cheaper one. */
    readonly thrift: number;
    readonly signal: AbortSignal;
    /** Called before every model turn and tool call, and once more when it was told to stop; feeds the heartbeat. */
    readonly onProgress: (progress: AttemptProgress) => void;
  }): Promise<WorkOutcome>;
}
