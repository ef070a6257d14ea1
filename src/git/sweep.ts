import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exclusively } from './exclusively';
import { exists } from './files';
import { lookUpObjective } from './mirror';
import { ownersOf } from './layout';
import { sharedOwnershipOf } from './owner';
import type { Tools } from './tools';
import { releaseCheckouts, releaseWorktrees } from './worktrees';

export interface SweepRequest {
  /** Objectives of which everything stays. */
  readonly keepObjectives: ReadonlySet<string>;
  /** Others stay too until they are this old, in days since they were prepared. */
  readonly olderThanDays: number;
}

export interface Swept {
  readonly objectives: readonly string[];
  readonly worktrees: number;
  readonly checkouts: number;
  readonly samples: number;
  readonly mirrors: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The objectives a sweep would remove; removes nothing. */
export async function findSweepable(
  { layout }: Pick<Tools, 'layout'>,
  request: SweepRequest,
): Promise<readonly string[]> {
  const records = await readdir(join(layout.repositories, 'objectives')).catch(() => []);
  const found: string[] = [];
  for (const record of records) {
    const objectiveId = /^(.+)\.json$/.exec(record)?.[1];
    if (objectiveId === undefined || request.keepObjectives.has(objectiveId)) continue;
    const { mtimeMs } = await stat(layout.record(objectiveId));
    if (Date.now() - mtimeMs >= request.olderThanDays * DAY_MS) found.push(objectiveId);
  }
  return found;
}

/** Removes what old objectives left: worktrees, check-outs of dead processes, branches, samples, empty mirrors. */
export async function sweep(tools: Tools, request: SweepRequest): Promise<Swept> {
  const { layout } = tools;
  const objectives: string[] = [];
  const freed = { worktrees: 0, checkouts: 0, samples: 0, mirrors: 0 };
  for (const objectiveId of await findSweepable(tools, request)) {
    const known = await lookUpObjective(layout, objectiveId);
    if (known !== undefined) {
      freed.worktrees += await releaseWorktrees(tools, known.mirror, objectiveId);
      await exclusively(known.mirror, () => removeRefs(tools, known.mirror, objectiveId));
    }
    if (await exists(layout.sample(objectiveId))) {
      await rm(layout.sample(objectiveId), { recursive: true, force: true });
      freed.samples += 1;
    }
    await rm(layout.record(objectiveId), { force: true });
    objectives.push(objectiveId);
  }
  for (const name of await readdir(layout.repositories).catch(() => [])) {
    if (!name.endsWith('.git')) continue;
    const mirror = join(layout.repositories, name);
    freed.checkouts += await releaseCheckouts(tools, mirror);
    await tools.pool.tidy(mirror);
    if (await exclusively(mirror, () => shrink(tools, mirror, objectives.length > 0))) freed.mirrors += 1;
  }
  return { objectives, ...freed };
}

async function removeRefs({ git }: Tools, mirror: string, objectiveId: string): Promise<void> {
  const patterns = [
    `refs/heads/objective/${objectiveId}`,
    `refs/coordinator/base/${objectiveId}`,
    `refs/coordinator/seen/${objectiveId}`,
    `refs/coordinator/known/${objectiveId}`,
    `refs/coordinator/restored/${objectiveId}`,
    `refs/coordinator/foreign/${objectiveId}`,
    `refs/coordinator/abandoned/${objectiveId}`,
    `refs/coordinator/base-now/${objectiveId}`,
    `refs/coordinator/snapshots/${objectiveId}`,
    `refs/coordinator/snapshots-before/${objectiveId}`,
    `refs/heads/coordinator/${objectiveId}`,
  ];
  const args = ['for-each-ref', '--format=delete %(refname)', ...patterns];
  const inMirror = { cwd: mirror, gitDir: mirror };
  const deletions = await git.text({ ...inMirror, args });
  if (deletions !== '')
    await git.text({ ...inMirror, args: ['update-ref', '--stdin'], stdin: `${deletions}\n` });
}

/** Removes a mirror no objective needs, else packs it; true when it was removed. */
async function shrink({ git }: Tools, mirror: string, isWorthPacking: boolean): Promise<boolean> {
  const inMirror = { cwd: mirror, gitDir: mirror };
  const left = await git.text({ ...inMirror, args: ['for-each-ref', '--count=1'] });
  if (left === '' && (await sharedOwnershipOf(ownersOf(mirror))) !== 'alive') {
    await rm(mirror, { recursive: true, force: true });
    await rm(ownersOf(mirror), { recursive: true, force: true });
    return true;
  }
  // A day's grace: a merge proposed right now is not on any branch yet.
  if (isWorthPacking) await git.text({ ...inMirror, args: ['gc', '--quiet', '--prune=1.day.ago'] });
  return false;
}
