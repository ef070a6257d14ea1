import { TaskId } from '../domain/plan/plan';
import type { Integration } from '../ports/workspace';
import { exclusively } from './exclusively';
import { cutFairly } from './fair-diff';
import { type Git, gitFailed } from './git-command';
import { refs } from './layout';
import { mergeMovedBase } from './moved-base';
import { findObjective } from './mirror';
import { mergeWithLocks } from './remake-locks';
import { createHeadWatch } from './settle-head';
import type { Tools } from './tools';
import { TASK_FORMAT, withTask } from './trailers';

const DIFF_BYTES = 4 * 1024 * 1024;

/** Integration branches; merges are made without a working tree and admitted by compare-and-swap. */
export function createIntegration(tools: Tools): Integration {
  const { git, layout, shared } = tools;

  async function headOf(mirror: string, objectiveId: string): Promise<string> {
    const branch = refs.integration(objectiveId);
    await shared.pull(mirror, branch);
    return git.text({ args: ['rev-parse', '--verify', `${branch}^{commit}`], cwd: mirror, gitDir: mirror });
  }

  return {
    ...createHeadWatch(tools),
    mergeBase: (request) => mergeMovedBase(tools, request),
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
    async propose({ objectiveId, taskId, commit, message, signal }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const head = await headOf(mirror, objectiveId);
      const inMirror = { cwd: mirror, gitDir: mirror };
      await shared.obtain(mirror, commit);
      const merged = await git.run({ ...inMirror, args: ['merge-base', '--is-ancestor', commit, head] });
      if (merged.code === 0) {
        const tree = await git.text({ ...inMirror, args: ['rev-parse', '--verify', `${head}^{tree}`] });
        return { kind: 'already-merged', head, tree };
      }
      const { tree, conflicts, remade, notes } = await mergeWithLocks(tools, {
        mirror,
        ours: head,
        theirs: commit,
        signal,
      });
      const told = notes.length === 0 ? {} : { notes };
      if (conflicts.length > 0) {
        const theirs = await tasksBehind(git, mirror, { head, commit, files: conflicts });
        return { kind: 'conflict', files: conflicts, theirs, head, ...told };
      }
      const merge = await git.text({
        ...inMirror,
        args: ['commit-tree', tree, '-p', head, '-p', commit, '-F', '-'],
        stdin: withTask(message, taskId),
      });
      return {
        kind: 'clean',
        commit: merge,
        tree,
        head,
        ...(remade.length === 0 ? {} : { remade }),
        ...told,
      };
    },
    async sides({ objectiveId, commit, head, paths, maxBytes }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const inMirror = { cwd: mirror, gitDir: mirror };
      const base = await git.run({ ...inMirror, args: ['merge-base', head, commit] });
      const from = base.code === 0 ? base.stdout.trim() : head;
      const diff = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--submodule=short', from];
      const show = async (to: string): Promise<string> => {
        const args = [...diff, to, '--', ...paths];
        return cutFairly(await git.text({ ...inMirror, args, maxOutputBytes: DIFF_BYTES }), maxBytes);
      };
      const [mine, theirs, tasks] = await Promise.all([
        show(commit),
        show(head),
        tasksBehind(git, mirror, { head, commit, files: paths }),
      ]);
      return { mine, theirs, tasks };
    },
    async advance({ objectiveId, from, to }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const branch = refs.integration(objectiveId);
      return exclusively(mirror, async () => {
        if (!(await shared.push(mirror, branch, to, from))) return false;
        const known = refs.known(objectiveId);
        const call = {
          args: ['update-ref', '--stdin'],
          cwd: mirror,
          gitDir: mirror,
          stdin: `update ${branch} ${to} ${from}\nupdate ${known} ${to}\n`,
        };
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
