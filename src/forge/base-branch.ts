import { ForgeFailure } from '../domain/pull-request/forge-failure';

/** What git allows in no name of a branch: it names a commit, such as `HEAD~1` or `main@{1}`. */
const NO_BRANCH_NAME = /[~^:?*[\\]|@\{|\.\.|^(?:HEAD|@)$/;

/**
 * The branch work goes into: the one it was built on, as the forge calls it now; for a commit or a tag, the default branch.
 * @throws ForgeFailure where the forge knows neither
 */
export async function baseBranch(request: {
  readonly base: string;
  readonly defaultBranch: string;
  /** Its name, which may be another by now; null: there is no such branch. */
  readonly nameOf: (branch: string) => Promise<string | null>;
  readonly isTag: (name: string) => Promise<boolean>;
}): Promise<string> {
  const { base, defaultBranch, nameOf, isTag } = request;
  const branch = base.replace(/^refs\/(?:heads|remotes\/origin)\//, '').replace(/^origin\//, '');
  if (NO_BRANCH_NAME.test(branch) || base.startsWith('refs/tags/')) return defaultBranch;
  const name = await nameOf(branch);
  if (name !== null) return name;
  if (/^[0-9a-f]{7,64}$/.test(branch) || (await isTag(branch))) return defaultBranch;
  throw new ForgeFailure(
    'Forge.Refused',
    `the base branch ${branch} is not on the host any more (its default branch is ${defaultBranch}); push it again, or open the pull request against another.`,
  );
}

/** null: the forge says that there is no such thing. */
export async function foundOrNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof ForgeFailure && error.cause === 404) return null;
    throw error;
  }
}
