import type { Integration } from '../ports/workspace';
import { WorkspaceError } from './errors';
import { exclusively } from './exclusively';
import { type Git, gitFailed } from './git-command';
import { refs } from './layout';
import { findObjective } from './mirror';
import type { Tools } from './tools';
import { TASK_FORMAT } from './trailers';

const OURS = 'coordinator@localhost';
const MOST_COMMITS = 10;

type Settled = Awaited<ReturnType<Integration['settle']>>;

/** What people did to an integration branch behind the coordinator's back, noticed and put right. */
export function createHeadWatch(tools: Tools): Pick<Integration, 'settle' | 'setAside' | 'adopt'> {
  const { git, layout, shared } = tools;

  const moveBack = async (mirror: string, objectiveId: string, from: string, to: string): Promise<void> => {
    const branch = refs.integration(objectiveId);
    if (!(await shared.push(mirror, branch, to, from))) throw movedMeanwhile(branch);
    const call = { args: ['update-ref', branch, to, from], cwd: mirror, gitDir: mirror };
    const run = await git.run(call);
    if (run.code !== 0) throw gitFailed(call, run);
  };

  return {
    async settle({ objectiveId, expected }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const branch = refs.integration(objectiveId);
      return exclusively(mirror, async (): Promise<Settled> => {
        const pulled = await shared.pull(mirror, branch);
        await shared.obtain(mirror, expected);
        const here = await commitOf(git, mirror, branch);
        if (here === null || (shared.isShared && !pulled)) {
          if (!(await shared.push(mirror, branch, expected, null))) throw movedMeanwhile(branch);
          await git.text({ args: ['update-ref', branch, expected], cwd: mirror, gitDir: mirror });
          return { kind: 'ours', head: expected, restored: gone(branch, expected) };
        }
        const told = await takeRestored(git, mirror, objectiveId);
        const restored = told ? gone(branch, here) : null;
        if (here === expected) return { kind: 'ours', head: here, restored };
        if (await isAncestor(git, mirror, expected, here)) {
          const commits = await foreignCommits(git, mirror, expected, here);
          return commits.length === 0
            ? { kind: 'ours', head: here, restored }
            : { kind: 'foreign', head: here, known: expected, commits };
        }
        const isBehind = await isAncestor(git, mirror, here, expected);
        const kept = isBehind ? null : await keep(tools, mirror, refs.foreign(objectiveId), here);
        await moveBack(mirror, objectiveId, here, expected);
        return {
          kind: 'ours',
          head: expected,
          restored:
            `The integration branch had been moved to ${here.slice(0, 12)}, which lacks merged work; it is back at ` +
            `${expected.slice(0, 12)}${kept === null ? '' : `, and what stood there is kept as ${kept}`}.`,
        };
      });
    },
    async setAside({ objectiveId, head, known }) {
      const { mirror } = await findObjective(layout, objectiveId);
      return exclusively(mirror, async () => {
        const kept = await keep(tools, mirror, refs.foreign(objectiveId), head);
        await moveBack(mirror, objectiveId, head, known);
        return kept;
      });
    },
    async adopt({ objectiveId, head }) {
      const { mirror } = await findObjective(layout, objectiveId);
      await git.text({ args: ['update-ref', refs.known(objectiveId), head], cwd: mirror, gitDir: mirror });
    },
  };
}

/** Keeps a commit under the next free number of a folder of refs, also in a shared repository; answers the ref. */
export async function keep(
  { git, shared }: Pick<Tools, 'git' | 'shared'>,
  mirror: string,
  folder: string,
  commit: string,
): Promise<string> {
  const inMirror = { cwd: mirror, gitDir: mirror };
  const listed = await git.text({
    ...inMirror,
    args: ['for-each-ref', '--format=%(objectname) %(refname)', folder],
  });
  const isNumbered = (line: string): boolean =>
    /^\/\d+$/.test(line.slice(line.indexOf(' ') + 1 + folder.length));
  const known = listed.split('\n').filter((line) => line !== '' && isNumbered(line));
  const same = known.find((line) => line.startsWith(`${commit} `))?.split(' ')[1];
  const numbers = known.map((line) => Number(line.slice(line.lastIndexOf('/') + 1)));
  const ref = same ?? `${folder}/${String(Math.max(0, ...numbers) + 1)}`;
  if (same === undefined) await git.text({ ...inMirror, args: ['update-ref', ref, commit] });
  await shared.publish(mirror, new Map([[ref, commit]]));
  return ref;
}

async function takeRestored(git: Git, mirror: string, objectiveId: string): Promise<boolean> {
  const ref = refs.restored(objectiveId);
  if ((await commitOf(git, mirror, ref)) === null) return false;
  await git.text({ args: ['update-ref', '-d', ref], cwd: mirror, gitDir: mirror });
  return true;
}

/** Commits between the two that no merge of ours made; what a merge of ours brought in is not looked at. */
async function foreignCommits(git: Git, mirror: string, from: string, to: string): Promise<string[]> {
  const format = `--format=%ce%x00${TASK_FORMAT}%x00%h %an: %s%x01`;
  const args = ['log', '--first-parent', format, `${from}..${to}`, '--'];
  const text = await git.text({ args, cwd: mirror, gitDir: mirror });
  return text
    .split('\x01')
    .map((row) => row.trim().split('\0'))
    .filter(([email = '', task = '', line = '']) => line !== '' && (email !== OURS || task === ''))
    .map(([, , line = '']) => line.slice(0, 120))
    .slice(0, MOST_COMMITS);
}

async function isAncestor(git: Git, mirror: string, earlier: string, later: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', earlier, later];
  return (await git.run({ args, cwd: mirror, gitDir: mirror })).code === 0;
}

async function commitOf(git: Git, mirror: string, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
  const run = await git.run({ args, cwd: mirror, gitDir: mirror });
  return run.code === 0 ? run.stdout.trim() : null;
}

const gone = (branch: string, head: string): string =>
  `The integration branch ${branch} was gone; it is back at ${head.slice(0, 12)}.`;

const movedMeanwhile = (branch: string): WorkspaceError =>
  new WorkspaceError('locked', `${branch} was moved while it was put right; it is looked at again.`);
