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

/** Fifty branches through one merge train on the bundled sample; growth compares the last ten with the first ten. */
export async function benchMerges(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coordinator-bench-merges-'));
  const searchPath = readEnvironment(process.env).path;
  const workspace = createGitWorkspace({ home: join(folder, 'home'), searchPath });
  try {
    const objectiveId = 'objective-bench-merges';
    const found = await workspace.inspectSample('orders-service');
    const base = (await workspace.repositories.prepare({ objectiveId, ...found })).head;
    const samples: number[] = [];
    let head = base;
    for (const [index, commit] of (await makeBranches(workspace, objectiveId, base)).entries()) {
      const taskId = `backend-T${String(index + 1).padStart(3, '0')}`;
      const merged = await merge(workspace, { objectiveId, taskId, commit, head });
      head = merged.head;
      samples.push(merged.ms);
    }
    const [first, last] = [samples.slice(0, SOME), samples.slice(-SOME)].map((some) => percentile(some, 0.5));
    return [
      figure('merge without its tests, p50 of 50', percentile(samples, 0.5), 'ms', 1000),
      figure('merge without its tests, slowest of 50', Math.max(...samples), 'ms'),
      figure('merge, last ten of 50 over first ten', (last ?? NaN) / (first ?? NaN), 'times', 1.5),
    ];
  } finally {
    await workspace.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
