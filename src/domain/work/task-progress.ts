import type { BlobRef } from '../common/blob';
import type { ContextAccount } from '../context/context-account';
import type { BreakingChange } from '../contract/breaking-change';
import type { EscalationOption } from '../escalation/escalation';
import type { ConsultationQuestion, ContextGrant, ContextRequest, Finding } from './handoff';
import type { MigrationSlot } from '../database/migration-slot';
import type { Concern, Level } from '../department/levels';
import type { TaskId, TaskOutline } from '../plan/plan';
import type { GateSummary, RedItem } from '../quality-gate/receipt';
import type { EscalationReason } from '../department/triggers';
import type { ServiceTouch } from '../target/service-touch';
import type { AttemptRecord } from '../objective/status';
import type { TaskState } from '../department/states';
import type { Usage } from '../usage/usage';
import { NO_USAGE } from '../usage/usage';
import type { SteeringNote } from './mail';
import type { AttemptPrompt, AttemptStart } from './work';

/** Why work did not pass, as the ladder needs it. */
export type Failure =
  | { readonly kind: 'red'; readonly red: readonly RedItem[] }
  | { readonly kind: 'unfinished'; readonly reason: string; readonly concern: Concern }
  | {
      readonly kind: 'conflict';
      readonly files: readonly string[];
      readonly theirs: readonly TaskId[];
      readonly head: string;
      /** Both sides, as a blob; absent in older histories. */
      readonly sides?: BlobRef | undefined;
      /** Of files no hand should merge. */
      readonly notes?: readonly string[] | undefined;
    }
  /** Files outside the task's `owns` and `shares` were changed. */
  | { readonly kind: 'strayed'; readonly paths: readonly string[] }
  /** A step of contract or database-change coordination refused it. */
  | {
      readonly kind: 'uncoordinated';
      readonly of: 'contract' | 'database';
      readonly problems: readonly string[];
    }
  | {
      readonly kind: 'red-together';
      readonly red: readonly RedItem[];
      readonly head: string;
      readonly sides?: BlobRef | undefined;
    };

/** Where the worktree of the next attempt starts; `head` is whatever the integration branch is at by then. */
export type NextStart =
  | { readonly kind: 'fresh-on-head' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'conflict'; readonly with: string }
  | { readonly kind: 'conflict-with-head' };

/** A level-4 question before it has an id. */
export interface Question {
  readonly reason: EscalationReason;
  readonly question: string;
  readonly evidence: readonly string[];
  readonly recommendation: string | null;
  /** Findings of an audit; `retry` then means mending them and auditing again. */
  readonly findings: readonly Finding[];
  /** Red subjects `accept` would waive. */
  readonly red: readonly RedItem[];
  /** Where a granted attempt's worktree starts. */
  readonly restart: NextStart;
  /** The step to take up again on `retry`, where an activity could not do its job and no work failed. */
  readonly resume: { readonly step: Step; readonly level: Level } | null;
  /** False where nothing could be merged, so that `accept` and `skip` would say the same. */
  readonly acceptable: boolean;
  /** What `accept` lets break; absent: nothing. */
  readonly breaking?: readonly BreakingChange[];
  /** What of other services `accept` lets it touch; absent: nothing. */
  readonly touches?: readonly ServiceTouch[];
  /** Both sides of the merge it is about, as a blob; absent: it is about none. */
  readonly sides?: BlobRef | undefined;
  /** Options of its own; absent: those that its kind has. */
  readonly options?: readonly EscalationOption[];
}

/** What identifies an attempt over several activities: its number, its journal, and where its worktree started. */
interface RunningAttempt {
  readonly number: number;
  readonly journal: string;
  readonly start: AttemptStart;
}

/** What another workflow does for a task, in the order it is needed. */
export type Coordinated = 'database-design' | 'contract' | 'database';

/** What a schema task is given before it begins. */
interface DesignedMigration {
  readonly design: string;
  readonly slot: MigrationSlot;
}

/** What a task does next. The process executes steps; the ladder (ladder.ts) decides them. */
export type Step =
  | {
      readonly kind: 'attempt';
      readonly level: Level;
      readonly start: NextStart;
      readonly prompt: AttemptPrompt;
      readonly because: string;
      /** The suspended attempt this goes on with; absent: a new one. */
      readonly resumes?: RunningAttempt;
      /** What its next call needs, where it was suspended for want of money, in US dollars. */
      readonly needsUsd?: number;
    }
  | {
      readonly kind: 'consult';
      readonly peer: string;
      readonly question: ConsultationQuestion;
      readonly failure: string | null;
    }
  | { readonly kind: 'review'; readonly failure: Failure }
  /** The coordinator is asked what of the requested context the task may read; then the attempt goes on. */
  | {
      readonly kind: 'context';
      readonly request: ContextRequest;
      readonly resume: Extract<Step, { readonly kind: 'attempt' }>;
    }
  | { readonly kind: 'gate' }
  /** Another workflow does its part: designs a migration, agrees a schema change, or validates a contract. */
  | { readonly kind: 'coordinate'; readonly of: Coordinated }
  /** A human is to review the contract; `request` is the order that is open. */
  | {
      readonly kind: 'await-contract';
      readonly contract: string;
      readonly request: number;
      /** Somebody has reviewed it, and the contract is about to answer. */
      readonly reviewed?: true;
    }
  | { readonly kind: 'merge' }
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'await-decision'; readonly escalationId: string; readonly question: Question }
  | { readonly kind: 'settled'; readonly state: 'merged' | 'waived' | 'skipped' | 'failed' };

/** Everything the process remembers of a task; plain data, carried over when the workflow continues as new. */
export interface TaskProgress {
  readonly task: TaskOutline;
  readonly step: Step;
  readonly specialist: string;
  readonly level: Level;
  /** Attempts spent on levels 1 to 3. */
  readonly spent: { readonly 1: number; readonly 2: number; readonly 3: number };
  /** Level-3 attempts spent on conflicts and on red-together. */
  readonly integrationTries: number;
  readonly attemptCount: number;
  /** The newest attempts, at most {@link KEPT_ATTEMPTS}. */
  readonly attempts: readonly AttemptRecord[];
  readonly transcript: string | null;
  readonly commit: string | null;
  readonly gate: GateSummary | null;
  readonly firstGatePassed: boolean | null;
  /** Subjects a human accepted as red; non-null once somebody accepted. */
  readonly waived: readonly string[] | null;
  /** What the commit breaks for users of the base, and what of it a human accepted (`breakingKey`). */
  readonly breaking: readonly BreakingChange[];
  readonly acceptedBreaking: readonly string[];
  /** What of other services the commit touches, and what of it a human accepted (`touchKey`). */
  readonly touches: readonly ServiceTouch[];
  readonly acceptedTouches: readonly string[];
  /** Hosts that its checks could not reach, and whether the coordinator looked at it for that. */
  readonly unreachable: readonly string[];
  readonly reviewedOutside: boolean;
  readonly escalationCount: number;
  /** What people said, until an attempt was told. */
  readonly steering: readonly SteeringNote[];
  /** The attempt made last, which may be gone on with. */
  readonly running: RunningAttempt | null;
  /** Context granted beyond the role's. */
  readonly grants: readonly ContextGrant[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly usage: Usage;
  /** Absent before the first attempt has ended. */
  readonly context?: ContextAccount | undefined;
  /** The migration it is to write; absent: none was designed. */
  readonly designed?: DesignedMigration;
  /** Commits that were agreed; merged is only what all its coordination agreed to. */
  readonly agreed?: Readonly<Partial<Record<Coordinated, string>>>;
  /** How often the frontend asked for changes. */
  readonly contractRounds?: number;
}

export const KEPT_ATTEMPTS = 12;

/** A task as the plan leaves it: one first attempt ahead, on whatever is integrated by then. */
export function newProgress(task: TaskOutline): TaskProgress {
  return {
    task,
    step: {
      kind: 'attempt',
      level: 0,
      start: { kind: 'fresh-on-head' },
      prompt: { kind: 'delegation' },
      because: '',
    },
    specialist: task.specialist,
    level: 0,
    spent: { 1: 0, 2: 0, 3: 0 },
    integrationTries: 0,
    attemptCount: 0,
    attempts: [],
    transcript: null,
    commit: null,
    gate: null,
    firstGatePassed: null,
    waived: null,
    breaking: [],
    acceptedBreaking: [],
    touches: [],
    acceptedTouches: [],
    unreachable: [],
    reviewedOutside: false,
    escalationCount: 0,
    steering: [],
    running: null,
    grants: [],
    startedAt: null,
    endedAt: null,
    usage: NO_USAGE,
  };
}

/** Whether nothing was done for a task yet, so that an edit of the plan may change it or drop it. */
export function isUntouched({ step, startedAt, designed }: TaskProgress): boolean {
  return step.kind === 'attempt' && startedAt === null && designed === undefined;
}

/** The state a task is in, derived from its step; `dependenciesIntegrated` tells pending from ready. */
export function taskState(
  progress: TaskProgress,
  facts: { readonly inFlight: boolean; readonly dependenciesIntegrated: boolean },
): TaskState {
  const step = progress.step;
  if (step.kind === 'settled') return step.state;
  if (step.kind === 'await-decision' || step.kind === 'ask') return 'suspended';
  if (step.kind === 'merge') return 'merging';
  if (step.kind === 'gate') return 'gating';
  if (step.kind === 'await-contract') return 'suspended';
  if (step.kind === 'coordinate') {
    if (step.of !== 'database-design') return 'gating';
    if (facts.inFlight) return 'running';
    return facts.dependenciesIntegrated ? 'ready' : 'pending';
  }
  if (step.kind === 'consult' || step.kind === 'review' || step.kind === 'context') return 'suspended';
  if (facts.inFlight) return 'running';
  if (step.resumes !== undefined) return 'suspended';
  return facts.dependenciesIntegrated ? 'ready' : 'pending';
}
