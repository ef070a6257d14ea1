import { type Git, gitFailed } from './git-command';
import { fetchInto } from './fetch';

/** The repository that workers of several hosts share (`COORDINATOR_GIT_REMOTE`). Without one, nothing happens. */
export interface SharedRemote {
  /** Whether there is one. */
  readonly isShared: boolean;
  /** Takes the branch as it is there; false when it is not there. */
  pull(mirror: string, ref: string): Promise<boolean>;
  /**
   * Publishes a commit as the branch. With `expected`, only if the branch is still there (null: is not there yet);
   * false when it is not.
   */
  push(mirror: string, ref: string, commit: string, expected?: string | null): Promise<boolean>;
  /** Publishes commits under refs of their own, in one go, whatever was there. */
  publish(mirror: string, commits: ReadonlyMap<string, string>): Promise<void>;
  /** Brings a commit another host made, where it is not here yet; false when it is not to be had. */
  obtain(mirror: string, commit: string, ref?: string): Promise<boolean>;
}

export function createSharedRemote(git: Git, remote: string | null): SharedRemote {
  const isHere = async (mirror: string, commit: string): Promise<boolean> => {
    const args = ['cat-file', '-e', `${commit}^{commit}`];
    return (await git.run({ args, cwd: mirror, gitDir: mirror })).code === 0;
  };
  if (remote === null) {
    return {
      isShared: false,
      pull: () => Promise.resolve(false),
      push: () => Promise.resolve(true),
      publish: () => Promise.resolve(),
      obtain: isHere,
    };
  }
  return {
    isShared: true,
    async pull(mirror, ref) {
      const call = fetchInto(mirror, remote, [`+${ref}:${ref}`], { network: true });
      const run = await git.run(call);
      if (run.code === 0) return true;
      if (run.stderr.includes("couldn't find remote ref")) return false;
      throw gitFailed(call, run);
    },
    async push(mirror, ref, commit, expected) {
      const lease = expected === undefined ? '--force' : `--force-with-lease=${ref}:${expected ?? ''}`;
      const args = ['push', '--quiet', '--no-verify', '--recurse-submodules=no', lease, '--'];
      const call = {
        args: [...args, remote, `${commit}:${ref}`],
        cwd: mirror,
        gitDir: mirror,
        network: true,
      };
      const run = await git.run(call);
      if (run.code === 0) return true;
      if (expected !== undefined && /stale info|\[rejected\]|failed to update ref/.test(run.stderr))
        return false;
      throw gitFailed(call, run);
    },
    async publish(mirror, commits) {
      const refspecs = [...commits].map(([ref, commit]) => `+${commit}:${ref}`);
      const args = ['push', '--quiet', '--no-verify', '--recurse-submodules=no', '--', remote, ...refspecs];
      await git.text({ args, cwd: mirror, gitDir: mirror, network: true });
    },
    async obtain(mirror, commit, ref) {
      if (await isHere(mirror, commit)) return true;
      // By its id first: the ref may be at a later one already.
      for (const source of [commit, ...(ref === undefined ? [] : [ref])]) {
        const run = await git.run(fetchInto(mirror, remote, [source], { network: true }));
        if (run.code === 0 && (await isHere(mirror, commit))) return true;
      }
      return false;
    },
  };
}
