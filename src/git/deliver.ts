import type { Repositories } from '../ports/workspace';
import { RepositoryError } from './errors';
import { exclusively } from './exclusively';
import { fetchInto } from './fetch';
import { type Git, gitFailed } from './git-command';
import { findObjective } from './mirror';
import { pushTo, requireOrigin } from './push';
import { withoutCredentials } from './repository-identity';
import { findTarget } from './target';
import type { Tools } from './tools';

type Deliver = Repositories['deliver'];

const MOST_NAMES = 20;

/**
 * Brings a commit into the user's repository as a new branch. The user's side fetches it, so that neither the
 * checkout, the index, HEAD nor a hook takes part; a branch that holds other work is left alone and `-2`, `-3` …
 * is appended to the name.
 */
export function createDelivery(tools: Tools): Deliver {
  const { git, layout } = tools;
  return async ({ objectiveId, source, commit, branch, push }) => {
    const { mirror } = await findObjective(layout, objectiveId);
    return exclusively(mirror, async () => {
      if (source.kind === 'url') {
        const name = await keepInMirror(git, mirror, commit, branch);
        if (push) await pushTo(git, { mirror, address: source.url, commit, branch: name });
        return { branch: name, commit, repository: push ? withoutCredentials(source.url) : mirror };
      }
      const path = source.kind === 'sample' ? layout.sample(objectiveId) : source.path;
      const { commonDir } = await findTarget(git, path);
      const name = await bringIn(git, { mirror, path, commonDir, commit, branch });
      if (push) {
        const address = await requireOrigin(git, path, name);
        await pushTo(git, { mirror, address, commit, branch: name });
      }
      return { branch: name, commit, repository: path };
    });
  };
}

async function keepInMirror(git: Git, mirror: string, commit: string, branch: string): Promise<string> {
  await git.text({ args: ['update-ref', `refs/heads/${branch}`, commit], cwd: mirror, gitDir: mirror });
  return branch;
}

async function bringIn(
  git: Git,
  request: { mirror: string; path: string; commonDir: string; commit: string; branch: string },
): Promise<string> {
  const { mirror, path, commonDir, commit } = request;
  const inTarget = { cwd: path, gitDir: commonDir };
  // A branch named like the folder of ours leaves no room for a branch in that folder.
  const [folder = ''] = request.branch.split('/');
  const isTaken = await git.run({
    ...inTarget,
    args: ['rev-parse', '--verify', '--quiet', `refs/heads/${folder}`],
  });
  const first = isTaken.code === 0 ? request.branch.replaceAll('/', '-') : request.branch;
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const name = number === 1 ? first : `${first}-${String(number)}`;
    const ref = `refs/heads/${name}`;
    const found = await git.run({ ...inTarget, args: ['rev-parse', '--verify', '--quiet', ref] });
    const there = found.code === 0 ? found.stdout.trim() : null;
    if (there === commit) return name;
    if (there !== null && !(await isBefore(git, mirror, there, commit))) continue;
    const call = fetchInto(commonDir, mirror, [`${commit}:${ref}`], { cwd: path, takeShallow: false });
    const run = await git.run(call);
    if (run.code === 0) return name;
    if (/refusing to fetch into|non-fast-forward|\[rejected\]/.test(run.stderr)) continue;
    if (/Permission denied|Read-only file system|insufficient permission/i.test(run.stderr)) {
      throw new RepositoryError(
        'not-writable',
        `The branch ${name} cannot be written into ${path}; make it writable, or fetch ${commit} from ${mirror}.`,
      );
    }
    throw gitFailed(call, run);
  }
  throw new RepositoryError(
    'not-writable',
    `The branch ${first} and its ${String(MOST_NAMES - 1)} successors in ${path} hold other work; delete some.`,
  );
}

/** Whether `commit` holds everything of `earlier`, so that moving a branch from one to the other loses nothing. */
async function isBefore(git: Git, mirror: string, earlier: string, commit: string): Promise<boolean> {
  const run = await git.run({
    args: ['merge-base', '--is-ancestor', earlier, commit],
    cwd: mirror,
    gitDir: mirror,
  });
  return run.code === 0;
}
