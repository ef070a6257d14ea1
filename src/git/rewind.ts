import type { TaskId } from '../domain/plan/plan';
import { exclusively } from './exclusively';
import type { Git } from './git-command';
import { refs } from './layout';
import { findObjective } from './mirror';
import { keep } from './settle-head';
import type { Tools } from './tools';
import { releaseWorktrees } from './worktrees';

/** A point of an objective's history as its code has it. */
export interface CodePoint {
  readonly objectiveId: string;
  readonly head: string;
  /** Where branches of tasks that were not merged yet go back to. */
  readonly tasks: readonly { readonly taskId: TaskId; readonly commit: string }[];
}

/** Keeps the branches that a rewind will move; answers the ref of the integration line, null where it stays. */
export async function keepLine(
  tools: Tools,
  { objectiveId, head, tasks }: CodePoint,
): Promise<string | null> {
  const { git, layout, shared } = tools;
  const { mirror } = await findObjective(layout, objectiveId);
  return exclusively(mirror, async () => {
    const branch = refs.integration(objectiveId);
    await shared.pull(mirror, branch);
    const folder = refs.abandoned(objectiveId);
    for (const { taskId, commit } of tasks) {
      const there = await commitOf(git, mirror, refs.task(objectiveId, taskId));
      if (there !== null && there !== commit) await keep(tools, mirror, `${folder}/${taskId}`, there);
    }
    const there = await commitOf(git, mirror, branch);
    return there === null || there === head ? null : keep(tools, mirror, folder, there);
  });
}

/**
 * Moves the integration branch and the branches of unmerged tasks back, and removes worktrees, which are made again from
 * them. What was put on a branch since {@link keepLine} is kept as well.
 */
export async function moveLine(tools: Tools, point: CodePoint): Promise<void> {
  const { git, layout, shared } = tools;
  const { objectiveId, head, tasks } = point;
  const { mirror } = await findObjective(layout, objectiveId);
  await keepLine(tools, point);
  await releaseWorktrees(tools, mirror, objectiveId);
  await exclusively(mirror, async () => {
    await shared.obtain(mirror, head);
    const targets = new Map([
      [refs.integration(objectiveId), head],
      ...tasks.map(({ taskId, commit }) => [refs.task(objectiveId, taskId), commit] as const),
    ]);
    const updates = [...targets, [refs.known(objectiveId), head] as const].map(
      ([ref, commit]) => `update ${ref} ${commit}\n`,
    );
    await git.text({ args: ['update-ref', '--stdin'], cwd: mirror, gitDir: mirror, stdin: updates.join('') });
    await shared.publish(mirror, targets);
  });
}

async function commitOf(git: Git, mirror: string, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
  const run = await git.run({ args, cwd: mirror, gitDir: mirror });
  return run.code === 0 ? run.stdout.trim() : null;
}
