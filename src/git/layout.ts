import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TaskId } from '../domain/plan/plan';

const SAFE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?![./]|$|lock$)){0,199}$/;

/** A folder git works in: where files are, and where git keeps the state of that folder. */
export interface Place {
  readonly path: string;
  readonly gitDir: string;
  /** Names the process that works here. */
  readonly owner: string;
}

/** Where everything of the adapter lies under the home folder. */
export interface Layout {
  readonly home: string;
  readonly repositories: string;
  readonly worktrees: string;
  readonly checkouts: string;
  readonly pool: string;
  readonly samples: string;
  mirror(identity: string): string;
  record(objectiveId: string): string;
  sample(objectiveId: string): string;
  worktree(mirror: string, objectiveId: string, taskId: TaskId): Place;
  checkout(mirror: string, name: string): Place;
  /** One made ahead of time, before it is known which task will have it. */
  pooled(mirror: string, name: string): Place;
}

export function createLayout(home: string): Layout {
  const repositories = join(home, 'repositories');
  const worktrees = join(home, 'worktrees');
  const checkouts = join(home, 'checkouts');
  const pool = join(home, 'pool');
  const samples = join(home, 'samples');
  return {
    home,
    repositories,
    worktrees,
    checkouts,
    pool,
    samples,
    mirror: (identity) => {
      const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
      return join(repositories, `${hash}.git`);
    },
    record: (objectiveId) => join(repositories, 'objectives', `${safeName(objectiveId)}.json`),
    sample: (objectiveId) => join(samples, safeName(objectiveId)),
    worktree: (mirror, objectiveId, taskId) => {
      const path = join(worktrees, safeName(objectiveId), safeName(taskId));
      const gitDir = join(mirror, 'worktrees', `${objectiveId}--${taskId}`);
      return { path, gitDir, owner: `${path}.owner` };
    },
    checkout: (mirror, name) => {
      const path = join(checkouts, safeName(name));
      return { path, gitDir: join(mirror, 'worktrees', `checkout--${name}`), owner: `${path}.owner` };
    },
    pooled: (mirror, name) => {
      const path = join(pool, safeName(name));
      return { path, gitDir: join(mirror, 'worktrees', `pool--${name}`), owner: `${path}.owner` };
    },
  };
}

/** Processes that use a mirror, one file each. */
export function ownersOf(mirror: string): string {
  return mirror.replace(/\.git$/, '.owners');
}

/** Refs in the coordination repository. */
export const refs = {
  integration: (objectiveId: string): string => `refs/heads/objective/${safeName(objectiveId)}/integration`,
  task: (objectiveId: string, taskId: TaskId): string =>
    `refs/heads/objective/${safeName(objectiveId)}/task/${safeName(taskId)}`,
  /** The files of a task's worktree as they were kept last. */
  snapshot: (objectiveId: string, taskId: TaskId): string =>
    `refs/coordinator/snapshots/${safeName(objectiveId)}/${safeName(taskId)}`,
  /** The one before: a crash may have come before the last one was written down anywhere. */
  snapshotBefore: (objectiveId: string, taskId: TaskId): string =>
    `refs/coordinator/snapshots-before/${safeName(objectiveId)}/${safeName(taskId)}`,
  /** Where this host last saw or put the integration branch; keeps what is merged, whatever becomes of the branch. */
  known: (objectiveId: string): string => `refs/coordinator/known/${safeName(objectiveId)}`,
  /** Set when the branch was found gone and put back, until it has been told. */
  restored: (objectiveId: string): string => `refs/coordinator/restored/${safeName(objectiveId)}`,
  /** Folder of what people put on the integration branch and was not taken. */
  foreign: (objectiveId: string): string => `refs/coordinator/foreign/${safeName(objectiveId)}`,
  /** Folder of lines of work that a rewind left. */
  abandoned: (objectiveId: string): string => `refs/coordinator/abandoned/${safeName(objectiveId)}`,
  /** The base ref of the source as it was seen at delivery. */
  baseNow: (objectiveId: string): string => `refs/coordinator/base-now/${safeName(objectiveId)}`,
  /** Keeps the base commit. */
  base: (objectiveId: string): string => `refs/coordinator/base/${safeName(objectiveId)}`,
  /** Branches and tags fetched to find the base commit behind them. */
  seen: (objectiveId: string): string => `refs/coordinator/seen/${safeName(objectiveId)}`,
};

/** The name itself when it can be a folder and a part of a ref; ids are made by us, so anything else is a bug. */
function safeName(name: string): string {
  if (!SAFE_NAME.test(name)) throw new Error(`"${name}" cannot be part of a path or a branch name.`);
  return name;
}
