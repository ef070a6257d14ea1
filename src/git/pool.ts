import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Desk } from './desk';
import { WorkspaceError } from './errors';
import { exclusively } from './exclusively';
import type { Layout, Place } from './layout';
import { findObjective } from './mirror';
import { claim, ownershipOf } from './owner';
import { addPlaceAhead, isPlaceReady, movePlace, removePlace } from './place';
import type { Tools } from './tools';

interface WarmRequest {
  readonly objectiveId: string;
  readonly commit: string;
  readonly count: number;
}

/** Worktrees made ahead of time, for whichever task of an objective comes first. */
export interface Pool {
  /** Makes worktrees on `commit` until `count` wait; ends early when they are not wanted any more. */
  warm(request: WarmRequest): Promise<void>;
  /** Turns one into the desk's place, with the files of its branch; false when none waits. */
  take(desk: Desk): Promise<boolean>;
  /** Stops making and removes all of an objective; what another living process is making stays. */
  drain(mirror: string, objectiveId: string): Promise<void>;
  /** Removes what dead processes left half-made, of all objectives. */
  tidy(mirror: string): Promise<void>;
  /** Stops making; what waits stays for other processes. */
  stop(): Promise<void>;
}

const PREFIX = 'pool--';

export function createPool({ git, layout, shared }: Pick<Tools, 'git' | 'layout' | 'shared'>): Pool {
  const making = new Map<AbortController, { readonly objectiveId: string; readonly end: Promise<void> }>();
  let isStopped = false;

  async function warm({ objectiveId, commit, count }: WarmRequest, signal: AbortSignal): Promise<void> {
    const { mirror } = await findObjective(layout, objectiveId);
    await shared.obtain(mirror, commit);
    while (!isOver(signal)) {
      const places = await placesOf(layout, mirror, objectiveId);
      const waiting = await Promise.all(places.map((place) => isWanted(place)));
      if (waiting.filter(Boolean).length >= count) return;
      const place = layout.pooled(mirror, `${objectiveId}--${randomUUID().slice(0, 13)}`);
      try {
        await claim(place.owner);
        await addPlaceAhead(git, mirror, place, { commit, signal });
      } catch (error) {
        await removePlace(place);
        if (!isOver(signal)) throw error;
      }
    }
  }

  const isOver = (signal: AbortSignal): boolean => signal.aborted;

  return {
    async warm(request) {
      if (isStopped) return;
      const controller = new AbortController();
      const { objectiveId } = request;
      const end = exclusively(`pool of ${objectiveId} in ${layout.home}`, () =>
        warm(request, controller.signal),
      );
      // Whoever stops it waits for its end, however that comes; the caller is told of a failure.
      making.set(controller, { objectiveId, end: end.catch(() => undefined) });
      try {
        await end;
      } finally {
        making.delete(controller);
      }
    },
    async take(desk) {
      for (const from of await placesOf(layout, desk.mirror, desk.objectiveId)) {
        if (!(await isPlaceReady(from))) continue;
        try {
          const move = { from, to: desk.place, branch: desk.branch };
          if (await movePlace(git, move)) return true;
        } catch (error) {
          await removePlace(from);
          // Anything but a full disk or a lock: one is made in the ordinary way.
          if (error instanceof WorkspaceError && error.problem !== 'git-failed') throw error;
          return false;
        }
      }
      return false;
    },
    async drain(mirror, objectiveId) {
      const ours = [...making].filter(([, row]) => row.objectiveId === objectiveId);
      for (const [controller] of ours) controller.abort();
      await Promise.all(ours.map(([, row]) => row.end));
      const begun = (await readdir(layout.pool).catch(() => []))
        .filter((name) => name.startsWith(`${objectiveId}--`))
        .map((name) => layout.pooled(mirror, name.replace(/\.owner$/, '')));
      for (const place of [...(await placesOf(layout, mirror, objectiveId)), ...begun]) {
        if (!(await isPlaceReady(place)) && (await ownershipOf(place.owner)) === 'alive') continue;
        await removePlace(place);
      }
    },
    async tidy(mirror) {
      for (const place of await placesOf(layout, mirror)) {
        if (!(await isWanted(place))) await removePlace(place);
      }
    },
    async stop() {
      isStopped = true;
      for (const controller of making.keys()) controller.abort();
      await Promise.all([...making.values()].map((row) => row.end));
    },
  };
}

/** Git's folders of them tell; of all objectives without one. */
async function placesOf(layout: Layout, mirror: string, objectiveId?: string): Promise<Place[]> {
  const start = objectiveId === undefined ? PREFIX : `${PREFIX}${objectiveId}--`;
  const names = await readdir(join(mirror, 'worktrees')).catch(() => []);
  return names
    .filter((name) => name.startsWith(start))
    .map((name) => layout.pooled(mirror, name.slice(PREFIX.length)));
}

/** Ready, or being made by a living process. */
async function isWanted(place: Place): Promise<boolean> {
  if (await isPlaceReady(place)) return true;
  const ownership = await ownershipOf(place.owner);
  return ownership === 'alive' || ownership === 'self';
}
