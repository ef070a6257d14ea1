import { lstat, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WorkspaceError } from './errors';
import { exists, restoreFile } from './files';
import type { Git, GitCall } from './git-command';
import type { Place } from './layout';
import { claim } from './owner';

/*
 * Linked worktrees, laid out as gitrepository-layout(5) describes them. They are written here and not by
 * "git worktree add" so that their git folder has a name known beforehand: commands get it explicitly and nothing
 * an agent puts in place of `.git` is ever followed.
 */

const READY = 'coordinator-ready';

/** Makes the worktree with the files of `head`: a full ref name, or a commit to stand on without a branch. */
export async function addPlace(git: Git, mirror: string, place: Place, head: string): Promise<void> {
  await fillPlace(git, place, head);
  await writeFile(join(place.gitDir, READY), mirror);
}

/**
 * The same for one that {@link movePlace} will be given. Its index is dated after all its files: git then need not
 * read again those that were written in the same second as the index, which are all of them. Nobody works here, and
 * moving it dates the index anew.
 */
export async function addPlaceAhead(
  git: Git,
  mirror: string,
  place: Place,
  at: { readonly commit: string; readonly signal: AbortSignal },
): Promise<void> {
  await fillPlace(git, place, at.commit, at.signal);
  const nextSecond = Math.floor(Date.now() / 1000) + 1;
  await utimes(join(place.gitDir, 'index'), nextSecond, nextSecond);
  await writeFile(join(place.gitDir, READY), mirror);
}

async function fillPlace(git: Git, place: Place, head: string, signal?: AbortSignal): Promise<void> {
  await mkdir(place.gitDir, { recursive: true });
  await mkdir(place.path, { recursive: true });
  await bindPlace(place, head);
  const reset = inPlace(place, ['reset', '--quiet', '--hard']);
  await git.text(signal === undefined ? reset : { ...reset, signal });
}

/** Puts back what ties files, git's state of them and `head` together, where it is not as it should be. */
export async function bindPlace(place: Place, head: string): Promise<void> {
  await restoreFile(join(place.gitDir, 'gitdir'), `${join(place.path, '.git')}\n`);
  await restoreFile(join(place.gitDir, 'commondir'), '../..\n');
  await restoreFile(join(place.gitDir, 'HEAD'), head.startsWith('refs/') ? `ref: ${head}\n` : `${head}\n`);
  await restoreDotGit(place);
}

/**
 * Turns a worktree that stands ready into another one by renaming, with the files of `branch`; false when another
 * process had it first. Whatever is interrupted leaves two places that are not ready.
 */
export async function movePlace(
  git: Git,
  move: { readonly from: Place; readonly to: Place; readonly branch: string },
): Promise<boolean> {
  const { from, to, branch } = move;
  const taken = join(from.gitDir, 'coordinator-taken');
  const isOurs = await rename(join(from.gitDir, READY), taken).then(
    () => true,
    () => false,
  );
  if (!isOurs) return false;
  await claim(from.owner);
  await mkdir(dirname(to.path), { recursive: true });
  await rename(from.path, to.path);
  await rename(from.gitDir, to.gitDir);
  await rm(from.owner, { force: true });
  await bindPlace(to, branch);
  // Files keep their dates when a folder above them is renamed: only what differs is written.
  await git.text(inPlace(to, ['read-tree', '--reset', '-u', branch]));
  await rename(join(to.gitDir, 'coordinator-taken'), join(to.gitDir, READY));
  return true;
}

/** Whether the worktree was made completely and is still there. */
export async function isPlaceReady(place: Place): Promise<boolean> {
  return (await exists(join(place.gitDir, READY))) && (await isFolder(place.path));
}

/** Removes the worktree's files and git's state of it, also half-made ones. The branch stays. */
export async function removePlace(place: Place): Promise<void> {
  await rm(join(place.gitDir, READY), { force: true });
  await rm(place.path, { recursive: true, force: true, maxRetries: 3 });
  await rm(place.gitDir, { recursive: true, force: true, maxRetries: 3 });
  await rm(place.owner, { force: true });
}

/** A git command on the worktree's files, whatever its `.git` says. */
export function inPlace(place: Place, args: readonly string[]): GitCall {
  return { args, cwd: place.path, gitDir: place.gitDir, workTree: place.path };
}

/** Puts `.git` back as it was made, should an agent have replaced it by a link, a folder or other contents. */
export async function restoreDotGit(place: Place): Promise<void> {
  if (!(await isFolder(place.path))) {
    throw new WorkspaceError('no-worktree', `The worktree ${place.path} is gone; start the attempt again.`);
  }
  await restoreFile(join(place.path, '.git'), `gitdir: ${place.gitDir}\n`);
}

/** Files the last merge left with conflict markers. */
export async function readConflicts(place: Place): Promise<string[]> {
  return (await readKnownConflicts(place)) ?? [];
}

/** The same; undefined when no merge got as far as having them noted. */
export async function readKnownConflicts(place: Place): Promise<string[] | undefined> {
  const text = await readFile(conflictsFile(place), 'utf8').catch(() => undefined);
  return text?.split('\0').filter((name) => name !== '');
}

/** The commit being merged in the worktree, if there is one. */
export async function readMergeHead(place: Place): Promise<string | undefined> {
  const text = await readFile(join(place.gitDir, 'MERGE_HEAD'), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

/** Makes the next commit one of both sides. */
export async function beginMerge(place: Place, commit: string): Promise<void> {
  await writeFile(join(place.gitDir, 'MERGE_HEAD'), `${commit}\n`);
}

export async function writeConflicts(place: Place, files: readonly string[]): Promise<void> {
  await writeFile(conflictsFile(place), files.join('\0'));
}

/** Ends a merge in the worktree: it was committed, or is not wanted any more. */
export async function forgetMerge(place: Place): Promise<void> {
  for (const name of ['MERGE_HEAD', 'MERGE_MODE', 'MERGE_MSG', 'AUTO_MERGE']) {
    await rm(join(place.gitDir, name), { force: true });
  }
  await rm(conflictsFile(place), { force: true });
}

function conflictsFile(place: Place): string {
  return join(place.gitDir, 'coordinator-conflicts');
}

async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
