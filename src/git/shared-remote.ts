import { type Git, gitFailed } from './git-command';
import { fetchInto } from './fetch';

/** The repository that workers of several hosts share (`COORDINATOR_GIT_REMOTE`). Without one, nothing happens. */
export interface SharedRemote {
  /** Takes the branch as it is there; false when it is not there. */
  pull(mirror: string, ref: string): Promise<boolean>;
  /**
   * Publishes a commit as the branch. With `expected`, only if the branch is still there (null: is not there yet);
   * false when it is not.
   */
  push(mirror: string, ref: string, commit: string, expected?: string | null): Promise<boolean>;
}

export function createSharedRemote(git: Git, remote: string | null): SharedRemote {
  if (remote === null) return { pull: () => Promise.resolve(false), push: () => Promise.resolve(true) };
  return {
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
  };
}
