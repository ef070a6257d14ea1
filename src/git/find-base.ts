import type { Git } from './git-command';
import { findObjective } from './mirror';
import type { Tools } from './tools';

/** Names of the branch work is merged into, the most telling first. */
const DEFAULT_BRANCHES = [
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
  'refs/heads/main',
  'refs/heads/master',
];

/**
 * Where a commit left the default branch of its repository, which is only read; null when it is on that branch, or no
 * such branch is known here.
 */
export async function findMergeBase(git: Git, path: string, commit: string): Promise<string | null> {
  for (const branch of DEFAULT_BRANCHES) {
    const tip = await git.run({
      args: ['rev-parse', '--verify', '--quiet', `${branch}^{commit}`],
      cwd: path,
    });
    if (tip.code === 0) return mergeBase(git, { cwd: path }, commit, tip.stdout.trim());
  }
  return null;
}

/** The same between two commits of a mirror. */
export async function mergeBaseInMirror(
  { git, layout }: Pick<Tools, 'git' | 'layout'>,
  request: { readonly objectiveId: string; readonly commit: string; readonly tip: string },
): Promise<string | null> {
  const { mirror } = await findObjective(layout, request.objectiveId);
  return mergeBase(git, { cwd: mirror, gitDir: mirror }, request.commit, request.tip);
}

async function mergeBase(
  git: Git,
  where: { readonly cwd: string; readonly gitDir?: string },
  commit: string,
  tip: string,
): Promise<string | null> {
  const run = await git.run({ ...where, args: ['merge-base', commit, tip] });
  const found = run.stdout.trim();
  return run.code !== 0 || found === '' || found === commit ? null : found;
}
