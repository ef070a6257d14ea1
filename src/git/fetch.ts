import type { GitCall } from './git-command';

/**
 * A fetch that moves the named refs and nothing else: no tags, no FETCH_HEAD, no submodules, no maintenance, and
 * no upload command a configured remote of that name might bring.
 */
export function fetchInto(
  gitDir: string,
  from: string,
  refspecs: readonly string[],
  how: { readonly network?: boolean; readonly cwd?: string; readonly takeShallow?: boolean } = {},
): GitCall {
  const { network = false, cwd = gitDir, takeShallow = true } = how;
  return {
    args: [
      ...['fetch', '--quiet', '--no-tags', '--no-write-fetch-head'],
      ...['--no-recurse-submodules', '--no-auto-maintenance', '--upload-pack=git-upload-pack'],
      // A mirror has worktrees on its branches, and their heads are moved on purpose.
      ...(takeShallow ? ['--update-shallow', '--update-head-ok'] : []),
      ...['--', from, ...refspecs],
    ],
    cwd,
    gitDir,
    network,
  };
}
