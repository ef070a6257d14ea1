import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TaskId } from '../domain/plan';
import type { Worktree, Worktrees } from '../ports/workspace';
import { assertNever } from '../domain/assert-never';
import { commitWorktree } from './commit-worktree';
import { WorkspaceError, tellFullDisk } from './errors';
import { exclusively } from './exclusively';
import { type Git, gitFailed } from './git-command';
import { type Place, refs } from './layout';
import { findObjective, lookUpObjective } from './mirror';
import { claim, ownershipOf } from './owner';
import {
  addPlace,
  forgetMerge,
  inPlace,
  isPlaceReady,
  readConflicts,
  removePlace,
  restoreDotGit,
  writeConflicts,
} from './place';
import { awaitLocks } from './stale-locks';
import type { Tools } from './tools';

interface Desk {
  readonly mirror: string;
  readonly place: Place;
  readonly branch: string;
}

/** Worktrees and branches of tasks, under the home folder. */
export function createWorktrees(tools: Tools): Worktrees {
  const { git, layout, shared } = tools;

  async function atDesk<T>(
    request: { readonly objectiveId: string; readonly taskId: TaskId },
    work: (desk: Desk) => Promise<T>,
  ): Promise<T> {
    const { objectiveId, taskId } = request;
    return tellFullDisk(layout.home, async () => {
      const { mirror } = await findObjective(layout, objectiveId);
      const place = layout.worktree(mirror, objectiveId, taskId);
      return exclusively(place.path, async () => {
        await awaitLocks(layout, place.gitDir, tools.lockWaitMs);
        await claim(place.owner);
        return work({ mirror, place, branch: refs.task(objectiveId, taskId) });
      });
    });
  }

  return {
    open: (request) =>
      atDesk(request, async (desk) => {
        const { start } = request;
        switch (start.kind) {
          case 'fresh':
            await openFresh(tools, desk, start.from);
            return describe(git, desk, request.objectiveId, []);
          case 'continue':
            await openAgain(tools, desk);
            return describe(git, desk, request.objectiveId, await readConflicts(desk.place));
          case 'conflict':
            await openAgain(tools, desk);
            return describe(git, desk, request.objectiveId, await mergeInto(git, desk.place, start.with));
          default:
            return assertNever(start, 'start of an attempt');
        }
      }),
    commit: (request) =>
      atDesk(request, async ({ mirror, place, branch }) => {
        if (!(await isPlaceReady(place))) throw noWorktree(place);
        const against = refs.integration(request.objectiveId);
        const { taskId, message } = request;
        const commit = await commitWorktree(git, { place, branch, taskId, message, against });
        await shared.push(mirror, branch, commit.commit);
        return commit;
      }),
    snapshot: () => Promise.reject(new Error('not written yet')),
    restore: () => Promise.reject(new Error('not written yet')),
    checkOut: ({ objectiveId, commit }) =>
      tellFullDisk(layout.home, async () => {
        const { mirror } = await findObjective(layout, objectiveId);
        const place = layout.checkout(mirror, randomUUID());
        try {
          await claim(place.owner);
          await addPlace(git, mirror, place, commit);
          const tree = await git.text(inPlace(place, ['rev-parse', '--verify', `${commit}^{tree}`]));
          return { path: place.path, gitDir: mirror, tree, dispose: () => removePlace(place) };
        } catch (error) {
          await removePlace(place);
          throw error;
        }
      }),
    async release({ objectiveId }) {
      const known = await lookUpObjective(layout, objectiveId);
      if (known === undefined) return;
      await releaseWorktrees(tools, known.mirror, objectiveId);
      await releaseCheckouts(tools, known.mirror);
    },
  };
}

/** Removes every worktree of an objective; its branches stay. */
export async function releaseWorktrees(
  { layout }: Pick<Tools, 'layout'>,
  mirror: string,
  objectiveId: string,
): Promise<number> {
  const prefix = `${objectiveId}--`;
  const known = await readdir(join(mirror, 'worktrees')).catch(() => []);
  const taskIds = known.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  for (const taskId of taskIds) {
    const place = layout.worktree(mirror, objectiveId, taskId);
    await exclusively(place.path, () => removePlace(place));
  }
  const { path } = layout.worktree(mirror, objectiveId, 'backend-T000');
  await rm(dirname(path), { recursive: true, force: true });
  return taskIds.length;
}

/** Removes check-outs of a mirror whose process is gone. */
export async function releaseCheckouts({ layout }: Pick<Tools, 'layout'>, mirror: string): Promise<number> {
  const prefix = 'checkout--';
  let removed = 0;
  for (const name of await readdir(join(mirror, 'worktrees')).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const place = layout.checkout(mirror, name.slice(prefix.length));
    const ownership = await ownershipOf(place.owner);
    if (ownership === 'alive' || ownership === 'self') continue;
    await removePlace(place);
    removed += 1;
  }
  return removed;
}

async function openFresh({ git, shared }: Tools, desk: Desk, from: string): Promise<void> {
  const { mirror, place, branch } = desk;
  await removePlace(place);
  await claim(place.owner);
  await git.text({ args: ['update-ref', branch, from], cwd: mirror, gitDir: mirror });
  await shared.push(mirror, branch, from);
  await addPlace(git, mirror, place, branch);
}

async function openAgain({ git, shared }: Tools, desk: Desk): Promise<void> {
  const { mirror, place, branch } = desk;
  if (await isPlaceReady(place)) {
    await restoreDotGit(place);
    return;
  }
  await removePlace(place);
  await claim(place.owner);
  await shared.pull(mirror, branch);
  const found = await git.run({
    args: ['rev-parse', '--verify', '--quiet', branch],
    cwd: mirror,
    gitDir: mirror,
  });
  if (found.code !== 0) throw noWorktree(place);
  await addPlace(git, mirror, place, branch);
}

/** Merges a commit into the worktree, leaving it uncommitted, and answers the files with conflicts. */
async function mergeInto(git: Git, place: Place, commit: string): Promise<string[]> {
  const pending = await git.run(inPlace(place, ['rev-parse', '--verify', '--quiet', 'MERGE_HEAD']));
  if (pending.code === 0 && pending.stdout.trim() === commit) return readConflicts(place);
  await forgetMerge(place);
  await git.text(inPlace(place, ['reset', '--quiet', '--hard']));
  await git.text(inPlace(place, ['clean', '-fdq']));
  const call = inPlace(place, [
    'merge',
    '--quiet',
    '--no-commit',
    '--no-ff',
    '--no-verify',
    '--no-stat',
    commit,
  ]);
  const run = await git.run(call);
  if (run.code > 1) throw gitFailed(call, run);
  const files = await git.list(inPlace(place, ['diff', '--name-only', '--diff-filter=U', '-z']));
  if (run.code === 1 && files.length === 0) throw gitFailed(call, run);
  await writeConflicts(place, files);
  return files;
}

async function describe(
  git: Git,
  desk: Desk,
  objectiveId: string,
  conflicts: readonly string[],
): Promise<Worktree> {
  const { place, mirror } = desk;
  const head = await git.text(inPlace(place, ['rev-parse', '--verify', 'HEAD^{commit}']));
  const base = await git.run(inPlace(place, ['rev-parse', '--verify', '--quiet', refs.base(objectiveId)]));
  // A host that only shares the branches does not know the base.
  if (base.code !== 0) return { path: place.path, head, conflicts, gitDir: mirror };
  const changes = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', base.stdout.trim(), head];
  const changed = await git.list(inPlace(place, changes));
  return { path: place.path, head, conflicts, gitDir: mirror, changed };
}

function noWorktree(place: Place): WorkspaceError {
  return new WorkspaceError(
    'no-worktree',
    `There is no worktree at ${place.path} and no branch to make it from; start the task with a fresh one.`,
  );
}
