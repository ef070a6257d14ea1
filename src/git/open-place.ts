import { WorkspaceError } from './errors';
import type { Desk } from './desk';
import type { Git } from './git-command';
import type { Place } from './layout';
import type { MergedTree } from './merge-trees';
import { claim } from './owner';
import {
  addPlace,
  beginMerge,
  forgetMerge,
  inPlace,
  isPlaceReady,
  readConflicts,
  readKnownConflicts,
  readMergeHead,
  removePlace,
  restoreDotGit,
  writeConflicts,
} from './place';
import { mergeWithLocks } from './remake-locks';
import type { Tools } from './tools';
import { mendIndex } from './whole-index';

/** A new worktree on the task's branch, which is moved to `from`; taken from the pool where one waits there. */
export async function openFresh(tools: Tools, desk: Desk, from: string): Promise<void> {
  const { git, shared } = tools;
  const { mirror, place, branch } = desk;
  await removePlace(place);
  await claim(place.owner);
  await shared.obtain(mirror, from);
  await git.text({ args: ['update-ref', branch, from], cwd: mirror, gitDir: mirror });
  await shared.push(mirror, branch, from);
  await makePlace(tools, desk);
}

/** The worktree as it was left, made again from the task's branch where it is gone. */
export async function openAgain(tools: Tools, desk: Desk): Promise<void> {
  const { git, shared } = tools;
  const { mirror, place, branch } = desk;
  if (await isPlaceReady(place)) {
    await restoreDotGit(place);
    await mendIndex(git, place);
    return;
  }
  await shared.pull(mirror, branch);
  if ((await commitOf(git, mirror, branch)) === undefined) throw noWorktree(desk);
  await makePlace(tools, desk);
}

/** Makes the place with the files of its branch; what is left of an earlier one goes first. */
export async function makePlace({ git, pool }: Tools, desk: Desk): Promise<void> {
  const { mirror, place, branch } = desk;
  await removePlace(place);
  await claim(place.owner);
  if (await pool.take(desk)) return;
  await removePlace(place);
  await claim(place.owner);
  await addPlace(git, mirror, place, branch);
}

/**
 * Merges a commit into the worktree, leaving it uncommitted, and answers the files with conflicts. Not by "git merge",
 * which fails on what a repository may say in its `.gitmodules`.
 */
export async function mergeInto(tools: Tools, desk: Desk, commit: string): Promise<string[]> {
  const { git } = tools;
  const { mirror, place, branch } = desk;
  // The list is written last: without it a crash came between, and the merge is made again.
  const noted = await readKnownConflicts(place);
  if (noted !== undefined && (await readMergeHead(place)) === commit) return noted;
  await forgetMerge(place);
  const args = ['merge-base', '--is-ancestor', commit, branch];
  const isMerged = (await git.run({ args, cwd: mirror, gitDir: mirror })).code === 0;
  const merged = isMerged ? undefined : await mergeWithLocks(tools, { mirror, ours: branch, theirs: commit });
  await git.text(inPlace(place, ['read-tree', '--reset', '-u', merged?.tree ?? branch]));
  await git.text(inPlace(place, ['clean', '-ffdq']));
  if (merged === undefined) return [];
  await markUnmerged(git, place, merged);
  await beginMerge(place, commit);
  await writeConflicts(place, merged.conflicts);
  return readConflicts(place);
}

/** Gives the index all sides of a file in conflict, as git does, so that its status and diff tell of it. */
async function markUnmerged(git: Git, place: Place, { conflicts, sides }: MergedTree): Promise<void> {
  if (sides.length === 0) return;
  const none = '0'.repeat(sides[0]?.split(' ')[1]?.length ?? 40);
  const lines = [...conflicts.map((name) => `0 ${none} 0\t${name}`), ...sides];
  await git.text({
    ...inPlace(place, ['update-index', '-z', '--index-info']),
    stdin: lines.map((line) => `${line}\0`).join(''),
  });
}

/** The commit a name stands for in the coordination repository; undefined when there is none. */
export async function commitOf(git: Git, mirror: string, name: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', `${name}^{commit}`];
  const run = await git.run({ args, cwd: mirror, gitDir: mirror });
  return run.code === 0 ? run.stdout.trim() : undefined;
}

export function noWorktree({ place }: Desk): WorkspaceError {
  return new WorkspaceError(
    'no-worktree',
    `There is no worktree at ${place.path} and no branch to make it from; start the task with a fresh one.`,
  );
}
