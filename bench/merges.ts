import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../src/config/environment';
import { createGitWorkspace, type GitWorkspace } from '../src/git/workspace';
import { figure, percentile, type Figure } from './figures';

const BRANCHES = 50;
const SOME = 10;

/** Branches of one objective, each with a file of its own, all begun on the same commit. */
async function makeBranches(workspace: GitWorkspace, objectiveId: string, base: string): Promise<string[]> {
  const commits: string[] = [];
  for (let number = 1; number <= BRANCHES; number += 1) {
    const taskId = `backend-T${String(number).padStart(3, '0')}`;
    const start = { kind: 'fresh', from: base } as const;
    const { path } = await workspace.worktrees.open({ objectiveId, taskId, start });
    await writeFile(join(path, `${taskId}.js`), `export const id = '${taskId}';\n`);
    commits.push((await workspace.worktrees.commit({ objectiveId, taskId, message: taskId })).commit);
  }
  return commits;
}

/** One merge as the train does it, all but its tests; milliseconds. */
async function merge(
  { integration, worktrees }: GitWorkspace,
  request: {
    readonly objectiveId: string;
    readonly taskId: string;
    readonly commit: string;
    readonly head: string;
  },
): Promise<{ readonly head: string; readonly ms: number }> {
  const { objectiveId, taskId, commit, head } = request;
  const before = performance.now();
  await integration.settle({ objectiveId, expected: head });
  const proposal = await integration.propose({ objectiveId, taskId, commit, message: `Merge ${taskId}` });
  if (proposal.kind !== 'clean')
    throw new Error(`${taskId} was to merge cleanly, and ended as ${proposal.kind}`);
  const checkout = await worktrees.checkOut({ objectiveId, commit: proposal.commit });
  await checkout.dispose();
  if (!(await integration.advance({ objectiveId, from: head, to: proposal.commit })))
    throw new Error('somebody else moved the branch of the bench');
  return { head: proposal.commit, ms: performance.now() - before };
}

interface Train {
  /** Merges the next branch; milliseconds. */
  next(): Promise<number>;
}

/** A merge train on the bundled sample with all its branches waiting. */
async function openTrain(workspace: GitWorkspace, objectiveId: string): Promise<Train> {
  const found = await workspace.inspectSample('orders-service');
  let { head } = await workspace.repositories.prepare({ objectiveId, ...found });
  const commits = await makeBranches(workspace, objectiveId, head);
  let number = 0;
  return {
    next: async () => {
      const commit = commits[number] ?? '';
      const taskId = `backend-T${String((number += 1)).padStart(3, '0')}`;
      const merged = await merge(workspace, { objectiveId, taskId, commit, head });
      ({ head } = merged);
      return merged.ms;
    },
  };
}

/**
 * Fifty branches through one merge train. Growth compares its last ten merges with the first ten of another train, made
 * in turns, so that whatever else the machine does slows down both.
 */
export async function benchMerges(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coordinator-bench-merges-'));
  const searchPath = readEnvironment(process.env).path;
  const openWorkspace = (name: string): GitWorkspace =>
    createGitWorkspace({ home: join(folder, name), searchPath });
  const workspaces = [openWorkspace('long'), openWorkspace('young')] as const;
  try {
    const long = await openTrain(workspaces[0], 'objective-bench-long');
    const young = await openTrain(workspaces[1], 'objective-bench-young');
    const samples: number[] = [];
    const first: number[] = [];
    for (let merges = 0; merges < BRANCHES; merges += 1) {
      samples.push(await long.next());
      if (merges >= BRANCHES - SOME) first.push(await young.next());
    }
    const growth = percentile(samples.slice(-SOME), 0.5) / percentile(first, 0.5);
    return [
      figure('merge without its tests, p50 of 50', percentile(samples, 0.5), 'ms', 1000),
      figure('merge without its tests, slowest of 50', Math.max(...samples), 'ms'),
      figure('merge, last ten of 50 over first ten', growth, 'times', 1.5),
    ];
  } finally {
    for (const workspace of workspaces) await workspace.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
