import { TaskId } from '../domain/plan';
import type { Integration } from '../ports/workspace';
import { exclusively } from './exclusively';
import { type Git, gitFailed } from './git-command';
import { refs } from './layout';
import { mergeTrees } from './merge-trees';
import { findObjective } from './mirror';
import type { Tools } from './tools';
import { TASK_FORMAT, withTask } from './trailers';

/** Integration branches; merges are made without a working tree and admitted by compare-and-swap. */
export function createIntegration(tools: Tools): Integration {
  const { git, layout, shared } = tools;

  async function headOf(mirror: string, objectiveId: string): Promise<string> {
    const branch = refs.integration(objectiveId);
    await shared.pull(mirror, branch);
    return git.text({ args: ['rev-parse', '--verify', `${branch}^{commit}`], cwd: mirror, gitDir: mirror });
  }

  return {
    async head({ objectiveId }) {
      const { mirror } = await findObjective(layout, objectiveId);
      return headOf(mirror, objectiveId);
    },
    async forkOf({ objectiveId, commit }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const head = await headOf(mirror, objectiveId);
      await shared.obtain(mirror, commit);
      return git.text({ args: ['merge-base', head, commit], cwd: mirror, gitDir: mirror });
    },
    async propose({ objectiveId, taskId, commit, message }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const head = await headOf(mirror, objectiveId);
      const inMirror = { cwd: mirror, gitDir: mirror };
      await shared.obtain(mirror, commit);
      const merged = await git.run({ ...inMirror, args: ['merge-base', '--is-ancestor', commit, head] });
      if (merged.code === 0) {
        const tree = await git.text({ ...inMirror, args: ['rev-parse', '--verify', `${head}^{tree}`] });
        return { kind: 'already-merged', head, tree };
      }
      const attempt = await mergeTrees(git, mirror, head, commit);
      if (attempt.conflicts.length > 0) {
        const theirs = await tasksBehind(git, mirror, { head, commit, files: attempt.conflicts });
        return { kind: 'conflict', files: attempt.conflicts, theirs, head };
      }
      const merge = await git.text({
        ...inMirror,
        args: ['commit-tree', attempt.tree, '-p', head, '-p', commit, '-F', '-'],
        stdin: withTask(message, taskId),
      });
      return { kind: 'clean', commit: merge, tree: attempt.tree, head };
    },
    async advance({ objectiveId, from, to }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const branch = refs.integration(objectiveId);
      return exclusively(mirror, async () => {
        if (!(await shared.push(mirror, branch, to, from))) return false;
        const call = { args: ['update-ref', branch, to, from], cwd: mirror, gitDir: mirror };
        const run = await git.run(call);
        if (run.code === 0) return true;
        if (/is at [0-9a-f]+ but expected|unable to resolve reference/.test(run.stderr)) return false;
        throw gitFailed(call, run);
      });
    },
  };
}

/** Tasks merged since the work began that touched the files; all merged since then where none is known to. */
async function tasksBehind(
  git: Git,
  mirror: string,
  request: { head: string; commit: string; files: readonly string[] },
): Promise<TaskId[]> {
  const { head, commit, files } = request;
  const base = await git.run({ args: ['merge-base', head, commit], cwd: mirror, gitDir: mirror });
  const range = base.code === 0 ? `${base.stdout.trim()}..${head}` : head;
  const log = ['log', '--first-parent', `--format=${TASK_FORMAT}`, range, '--'];
  for (const paths of [files, []]) {
    const text = await git.text({ args: [...log, ...paths], cwd: mirror, gitDir: mirror });
    const ids = text.split(/[\n,]/).filter((id) => TaskId.safeParse(id).success);
    if (ids.length > 0) return [...new Set(ids)].sort();
  }
  return [];
}
