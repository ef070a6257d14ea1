import type { GateSlug } from '../domain/quality-gate/gate-items';
import type { GateReport } from '../domain/quality-gate/receipt';
import type { Survey } from '../domain/target/survey';

export interface CheckTarget {
  /** Checkout with the commit's files. */
  readonly path: string;
  readonly gitDir: string;
  readonly commit: string;
  readonly tree: string;
  /** Commit the work is compared with. */
  readonly base: string;
}

/** The tree work is compared with, checked out only when something has to be compared. */
export interface BaseTree {
  readonly commit: string;
  open(): Promise<{ readonly path: string; dispose(): Promise<void> }>;
}

/** How far a gate run is. */
export interface GateProgress {
  /** Name of the checker that has just answered. */
  readonly checker: string;
  readonly done: number;
  readonly of: number;
}

/** Runs checks on a checkout and answers with receipts; "could not tell" is a verdict, a broken runner throws `Gate.CouldNotRun`. */
export interface GateRunner {
  /**
   * Build, tests and the checkers of the scope: `task` the cheap subset, `objective` all 40 items. A checker whose
   * inputs were checked before is answered from its receipt. With a base, what fails is compared with it: debt is
   * marked, and what passed there and cannot be told any more fails.
   */
  run(request: {
    readonly target: CheckTarget;
    readonly survey: Survey;
    readonly scope: 'task' | 'objective';
    readonly base?: BaseTree | undefined;
    /** Items to look at; absent: all of the scope. Preconditions are always looked at. */
    readonly only?: readonly GateSlug[] | undefined;
    /** Told when a checker has answered. */
    readonly onProgress?: ((progress: GateProgress) => void) | undefined;
    readonly signal: AbortSignal;
  }): Promise<GateReport>;
}

/** Runs the target's own build and tests for a specialist (`run_checks`), in the worktree as it stands. */
export interface CheckRunner {
  runChecks(request: {
    readonly path: string;
    readonly gitDir: string;
    readonly survey: Survey;
    readonly only: readonly ('build' | 'test' | 'lint')[];
    readonly signal: AbortSignal;
  }): Promise<{ readonly passed: boolean; readonly output: string }>;
}

/** What the commands of a target need to find its engine and dependencies, besides its checkout and the store. */
export interface Provision {
  readonly env: Readonly<Record<string, string>>;
  /** Folders for the front of PATH. */
  readonly path: readonly string[];
  /** Absolute paths to mount read-only. */
  readonly readOnly: readonly string[];
}

/** Brings the target's dependencies into a checkout from a store shared per lockfile. */
export interface Bootstrap {
  /** @returns what commands run in the checkout are to be given */
  ensure(request: {
    readonly path: string;
    readonly survey: Survey;
    readonly signal: AbortSignal;
  }): Promise<Provision>;
  /** Adds one registry package by exact name and version to manifest and lockfile, scripts off. */
  addDependency(request: {
    readonly path: string;
    readonly survey: Survey;
    readonly name: string;
    readonly version: string;
    readonly signal: AbortSignal;
  }): Promise<{ readonly changedFiles: readonly string[] }>;
}
