import { WorkspaceError } from './errors';
import type { Desk } from './desk';
import { type Git, gitFailed } from './git-command';
import { claim } from './owner';
import {
  addPlace,
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

/** Merges a commit into the worktree, leaving it uncommitted, and answers the files with conflicts. */
export async function mergeInto(git: Git, place: Desk['place'], commit: string): Promise<string[]> {
  // The list is written last: without it a crash came between, and the merge is made again.
  const noted = await readKnownConflicts(place);
  if (noted !== undefined && (await readMergeHead(place)) === commit) return noted;
  await forgetMerge(place);
  await git.text(inPlace(place, ['reset', '--quiet', '--hard']));
  await git.text(inPlace(place, ['clean', '-ffdq']));
  const how = ['--quiet', '--no-commit', '--no-ff', '--no-verify', '--no-stat'];
  const call = inPlace(place, ['merge', ...how, commit]);
  const run = await git.run(call);
  if (run.code > 1) throw gitFailed(call, run);
  const files = await git.list(inPlace(place, ['diff', '--name-only', '--diff-filter=U', '-z']));
  if (run.code === 1 && files.length === 0) throw gitFailed(call, run);
  await writeConflicts(place, files);
  return readConflicts(place);
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
