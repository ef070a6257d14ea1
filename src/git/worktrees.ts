import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TaskId } from '../domain/plan/plan';
import type { Worktree, Worktrees } from '../ports/workspace';
import { assertNever } from '../domain/common/assert-never';
import { commitWorktree } from './commit-worktree';
import type { Desk } from './desk';
import { tellFullDisk } from './errors';
import { exclusively } from './exclusively';
import type { Git } from './git-command';
import { refs } from './layout';
import { findObjective, lookUpObjective } from './mirror';
import { mergeInto, noWorktree, openAgain, openFresh } from './open-place';
import { claim, ownershipOf } from './owner';
import { addPlace, inPlace, isPlaceReady, readConflicts, removePlace } from './place';
import { restoreSnapshot } from './restore';
import { takeSnapshot } from './snapshot';
import { awaitLocks } from './stale-locks';
import type { Tools } from './tools';

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
        return work({ objectiveId, taskId, mirror, place, branch: refs.task(objectiveId, taskId) });
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
            await shared.obtain(desk.mirror, start.with);
            return describe(git, desk, request.objectiveId, await mergeInto(tools, desk, start.with));
          default:
            return assertNever(start, 'start of an attempt');
        }
      }),
    commit: (request) =>
      atDesk(request, async (desk) => {
        const { mirror, place, branch } = desk;
        if (!(await isPlaceReady(place))) throw noWorktree(desk);
        const against = refs.integration(request.objectiveId);
        const { taskId, message } = request;
        const commit = await commitWorktree(git, { place, branch, taskId, message, against });
        await shared.push(mirror, branch, commit.commit);
        return commit;
      }),
    snapshot: (request) =>
      atDesk(request, async (desk) => {
        if (!(await isPlaceReady(desk.place))) throw noWorktree(desk);
        return takeSnapshot(tools, desk, request.paths);
      }),
    restore: (request) =>
      atDesk(request, async (desk) =>
        describe(git, desk, request.objectiveId, await restoreSnapshot(tools, desk, request)),
      ),
    warm: (request) => tellFullDisk(layout.home, () => tools.pool.warm(request)),
    checkOut: ({ objectiveId, commit }) =>
      tellFullDisk(layout.home, async () => {
        const { mirror } = await findObjective(layout, objectiveId);
        const place = layout.checkout(mirror, randomUUID());
        try {
          await claim(place.owner);
          await shared.obtain(mirror, commit);
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
  { layout, pool }: Pick<Tools, 'layout' | 'pool'>,
  mirror: string,
  objectiveId: string,
): Promise<number> {
  await pool.drain(mirror, objectiveId);
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
