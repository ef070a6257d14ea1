import type { RefusedWork } from '../domain/work/refused-work';
import { UserError } from '../domain/common/user-error';

type RepositoryProblem =
  | 'missing'
  | 'not-a-directory'
  | 'not-git'
  | 'no-commits'
  | 'unknown-ref'
  | 'bad-address'
  | 'unreachable'
  | 'foreign-owner'
  | 'not-writable'
  | 'push-failed';

/** The repository the user named cannot be used as it is; one sentence says what to do (exit 2). */
export class RepositoryError extends UserError {
  override readonly name = 'RepositoryError';
  readonly problem: RepositoryProblem;

  constructor(problem: RepositoryProblem, message: string, options?: ErrorOptions) {
    super(message, 'bad-input', options);
    this.problem = problem;
  }
}

type WorkspaceProblem =
  /** A lock of a living process; trying again later can help. */
  | 'locked'
  | RefusedWork
  | 'no-space'
  | 'no-worktree'
  | 'no-snapshot'
  | 'unknown-objective'
  | 'git-missing'
  | 'git-failed';

/** A step in the coordination repository could not be done; nothing half-done is left on a branch. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
  readonly problem: WorkspaceProblem;
  /** The paths it is about, relative to the repository; empty where it is not about files. */
  readonly files: readonly string[];

  constructor(
    problem: WorkspaceProblem,
    message: string,
    files: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.problem = problem;
    this.files = files;
  }
}

/** Whether it is for whoever runs the machine to mend, and no defect: git is not there, the disk is full, a lock is held. */
export function isTroubleOfMachine(error: unknown): error is WorkspaceError {
  return error instanceof WorkspaceError && ['git-missing', 'no-space', 'locked'].includes(error.problem);
}

/** Does the work; a write the disk had no room for becomes `no-space`. */
export async function tellFullDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    const message = `There is no disk space left for ${folder}; free some, then resume.`;
    throw new WorkspaceError('no-space', message, [], { cause: error });
  }
}
