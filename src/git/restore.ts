import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptStart } from '../domain/work/work';
import type { Desk } from './desk';
import { WorkspaceError } from './errors';
import { type Git, gitFailed } from './git-command';
import { refs } from './layout';
import { commitOf, makePlace, mergeInto, noWorktree } from './open-place';
import { bindPlace, forgetMerge, isPlaceReady, readConflicts } from './place';
import { currentTree, moveRefs, readRef } from './snapshot';
import { dropSnapshots, hasSnapshots, inSnapshots, keepGitlinks, seedSnapshots } from './snapshot-index';
import type { Tools } from './tools';
import { mendIndex } from './whole-index';

const LOST_OBJECT =
  /unable to read|failed to unpack tree|is corrupt|is empty|bad object|missing (?:blob|tree)/;

interface Wanted {
  readonly start: AttemptStart;
  readonly snapshot: string;
}

/** Opens the place with the files of a snapshot and answers the files a pending merge left with conflicts. */
export async function restoreSnapshot(tools: Tools, desk: Desk, wanted: Wanted): Promise<string[]> {
  const { git, shared } = tools;
  const { objectiveId, taskId, mirror, place, branch } = desk;
  const { start, snapshot } = wanted;
  const ref = refs.snapshot(objectiveId, taskId);
  if (!(await shared.obtain(mirror, snapshot, ref))) throw noSnapshot(snapshot);
  await settleBranch(tools, desk, wanted);
  if (await isPlaceReady(place)) {
    await bindPlace(place, branch);
    await mendIndex(git, place);
  } else {
    await makePlace(tools, desk);
  }
  const conflicts = await resumeMerge(tools, desk, start, snapshot);
  if (!(await putFiles(git, desk, snapshot))) {
    // Something in the way that git steps around: only a new folder is sure to be without it.
    await makePlace(tools, desk);
    await resumeMerge(tools, desk, start, snapshot);
    if (!(await putFiles(git, desk, snapshot))) throw notRestored(desk, snapshot);
  }
  if ((await readRef(git, mirror, ref)) !== snapshot) await moveRefs(git, mirror, new Map([[ref, snapshot]]));
  return conflicts;
}

/** The branch where it is; made where it is nowhere. What this host has and could not publish is kept. */
async function settleBranch(tools: Tools, desk: Desk, { start, snapshot }: Wanted): Promise<void> {
  const { git, shared } = tools;
  const { mirror, branch } = desk;
  const ours = await commitOf(git, mirror, branch);
  await shared.pull(mirror, branch);
  const theirs = await commitOf(git, mirror, branch);
  if (theirs === undefined) {
    const at = start.kind === 'fresh' ? start.from : await commitOf(git, mirror, `${snapshot}^1`);
    if (at === undefined || !(await shared.obtain(mirror, at))) throw noWorktree(desk);
    await moveRefs(git, mirror, new Map([[branch, at]]));
    await shared.push(mirror, branch, at);
    return;
  }
  if (ours === undefined || ours === theirs) return;
  const args = ['merge-base', '--is-ancestor', theirs, ours];
  if ((await git.run({ args, cwd: mirror, gitDir: mirror })).code !== 0) return;
  await moveRefs(git, mirror, new Map([[branch, ours]]));
  await shared.push(mirror, branch, ours);
}

/** The merge that was pending when the snapshot was made is pending again. */
async function resumeMerge(
  tools: Tools,
  desk: Desk,
  start: AttemptStart,
  snapshot: string,
): Promise<string[]> {
  const { git, shared } = tools;
  const { mirror, place } = desk;
  if (start.kind === 'fresh') {
    await forgetMerge(place);
    return [];
  }
  const merged = start.kind === 'conflict' ? start.with : await commitOf(git, mirror, `${snapshot}^2`);
  if (merged === undefined) return readConflicts(place);
  await shared.obtain(mirror, merged);
  return mergeInto(tools, desk, merged);
}

/** Makes the files those of the snapshot, ignored ones aside; whether they are now. */
async function putFiles(git: Git, desk: Desk, snapshot: string): Promise<boolean> {
  if (!(await hasSnapshots(desk.place))) await seedSnapshots(git, desk);
  const move = inSnapshots(desk, ['read-tree', '--reset', '-u', snapshot]);
  try {
    await git.text(move);
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.problem !== 'git-failed') throw error;
    await dropSnapshots(desk.place);
    await seedSnapshots(git, desk);
    const run = await git.run(move);
    if (run.code !== 0 && LOST_OBJECT.test(run.stderr)) throw noSnapshot(snapshot);
    if (run.code !== 0) throw gitFailed(move, run);
  }
  // Nested repositories go too; what the snapshot's own rules ignore stays.
  await git.text(inSnapshots(desk, ['clean', '-ffdq']));
  for (const name of await keepGitlinks(git, desk)) await emptyFolder(join(desk.place.path, name));
  const { tree } = await currentTree(git, desk, null);
  return tree === (await git.text(inSnapshots(desk, ['rev-parse', '--verify', `${snapshot}^{tree}`])));
}

async function emptyFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
}

function noSnapshot(snapshot: string): WorkspaceError {
  return new WorkspaceError(
    'no-snapshot',
    `The snapshot ${snapshot} is neither on this host nor in the shared repository; start the attempt again.`,
  );
}

function notRestored({ place }: Desk, snapshot: string): WorkspaceError {
  return new WorkspaceError(
    'git-failed',
    `The files of snapshot ${snapshot} could not be put back in ${place.path}; remove that folder and try again.`,
  );
}
