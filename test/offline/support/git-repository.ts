import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A bundled service as a git repository in a temporary folder, with worktrees beside it. */
export interface GitRepository {
  readonly path: string;
  head(): Promise<string>;
  /** Paths of the head's files. */
  files(): Promise<string[]>;
  /** A worktree on a branch of its own from `commit`. */
  worktree(name: string, commit: string): Promise<string>;
  /** Merges `commit` into a worktree and leaves the markers; gives the files that conflict. */
  mergeInto(worktree: string, commit: string): Promise<string[]>;
  commit(worktree: string, message: string): Promise<{ commit: string; tree: string }>;
  /** Merges onto the head; the files that conflict, or none and the head has moved. */
  merge(commit: string, message: string): Promise<string[]>;
  remove(): Promise<void>;
}

/**
 * @param sample folder of the service; what its .gitignore names is left out
 * @param prepare brings what is not versioned, such as dependencies, into the repository and every worktree
 * @param unversioned what `prepare` brings that .gitignore does not cover
 */
export async function createGitRepository({
  sample,
  prepare = () => Promise.resolve(),
  unversioned = [],
}: {
  readonly sample: string;
  readonly prepare?: (worktree: string) => Promise<void>;
  readonly unversioned?: readonly string[];
}): Promise<GitRepository> {
  const root = await mkdtemp(join(tmpdir(), 'playbook-'));
  const path = join(root, 'repository');
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    return (await run('git', [...identity, ...args], { cwd })).stdout.trim();
  };
  const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  const conflictsIn = async (cwd: string): Promise<string[]> =>
    linesOf(await git(cwd, 'diff', '--name-only', '--diff-filter=U'));
  const add = ['add', '-A', '--', '.', ...unversioned.map((name) => `:!${name}`)];

  await cp(sample, path, {
    recursive: true,
    filter: (source) => !/\/(node_modules|coverage|target)$/.test(source),
  });
  await git(path, 'init', '-q', '-b', 'main');
  await git(path, ...add);
  await git(path, 'commit', '-q', '-m', 'Sample');
  await prepare(path);

  return {
    path,
    head: () => git(path, 'rev-parse', 'HEAD'),
    files: async () => linesOf(await git(path, 'ls-tree', '-r', '--name-only', 'HEAD')),
    async worktree(name, commit) {
      const worktree = join(root, name);
      await git(path, 'worktree', 'remove', '--force', worktree).catch(() => undefined);
      await git(path, 'worktree', 'add', '-q', '--detach', worktree, commit);
      await prepare(worktree);
      return worktree;
    },
    async mergeInto(worktree, commit) {
      await git(worktree, 'merge', '-q', '--no-commit', '--no-ff', commit).catch(() => undefined);
      return conflictsIn(worktree);
    },
    async commit(worktree, message) {
      await git(worktree, ...add);
      await git(worktree, 'commit', '-q', '--allow-empty', '-m', message);
      return {
        commit: await git(worktree, 'rev-parse', 'HEAD'),
        tree: await git(worktree, 'rev-parse', 'HEAD^{tree}'),
      };
    },
    async merge(commit, message) {
      try {
        await git(path, 'merge', '-q', '--no-ff', '-m', message, commit);
        return [];
      } catch (error) {
        const files = await conflictsIn(path);
        if (files.length === 0) throw error;
        await git(path, 'merge', '--abort');
        return files;
      }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
