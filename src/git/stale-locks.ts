import { readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { WorkspaceError } from './errors';
import { exists } from './files';
import { type Layout, ownersOf } from './layout';
import { type Ownership, ownershipOf, sharedOwnershipOf } from './owner';

/** How long a lock of our own process is waited for; no command of ours that holds one lives longer. */
const OWN_LOCK_MS = 2_000;
/** A lock this old is nobody's: every git command of ours is ended long before, also one over the network. */
const OLDEST_LOCK_MS = 30 * 60_000;

/**
 * Removes a git lock file that nobody holds any more. Git writes no owner into its locks, so the process that
 * claimed the worktree, or any process that claimed the coordination repository, is the one believed to hold it.
 * Locks outside the coordinator's home are never removed.
 *
 * @returns whether the lock is gone and the command can be tried again.
 */
export async function removeStaleLock(layout: Layout, lock: string, waitedMs: number): Promise<boolean> {
  if (!/^[^/\\]+\.git[/\\]/.test(relative(layout.repositories, lock))) return false;
  const ownership = await ownershipOfLock(layout, lock);
  if (ownership === 'alive' && !(await isAncient(lock))) return false;
  if (ownership === 'self' && waitedMs < OWN_LOCK_MS) return false;
  await rm(lock, { force: true });
  return true;
}

async function isAncient(lock: string): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > OLDEST_LOCK_MS;
}

async function ownershipOfLock(layout: Layout, lock: string): Promise<Ownership> {
  const [mirrorName = '', folder, name] = relative(layout.repositories, lock).split(sep);
  const mirror = join(layout.repositories, mirrorName);
  if (folder !== 'worktrees' || name === undefined) return sharedOwnershipOf(ownersOf(mirror));
  try {
    const dotGit = (await readFile(join(mirror, folder, name, 'gitdir'), 'utf8')).trim();
    return await ownershipOf(`${dirname(dotGit)}.owner`);
  } catch {
    return 'nobody';
  }
}

/**
 * Waits until git's locks of a worktree are gone, removing those of dead owners.
 * @throws WorkspaceError `locked` when a living process still holds one after `lockWaitMs`.
 */
export async function awaitLocks(layout: Layout, gitDir: string, lockWaitMs: number): Promise<void> {
  const startedAt = performance.now();
  const locks = ['index.lock', 'HEAD.lock', 'snapshot/index.lock'].map((name) => join(gitDir, name));
  const found = await Promise.all(locks.map(exists));
  for (const lock of locks.filter((_, index) => found[index] === true)) {
    while (await exists(lock)) {
      const waitedMs = performance.now() - startedAt;
      if (await removeStaleLock(layout, lock, waitedMs)) break;
      if (waitedMs >= lockWaitMs) throw stillLocked(lock);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export function stillLocked(lock: string): WorkspaceError {
  return new WorkspaceError(
    'locked',
    `Another process holds ${lock}; wait for it to end, or remove the file when there is none.`,
  );
}
