import { RepositoryError } from './errors';
import { type Git, lastWords } from './git-command';
import type { ObjectFormat } from './mirror';

/** The user's repository as found on disk; only ever read, except for the delivered branch. */
export interface Target {
  /** The folder that objects and branches are in, shared by all linked worktrees. */
  readonly commonDir: string;
  readonly bare: boolean;
  readonly format: ObjectFormat;
}

/** Finds the repository a folder belongs to: bare, checked out, a linked worktree or a folder inside one. */
export async function findTarget(git: Git, path: string): Promise<Target> {
  const args = [
    ...['rev-parse', '--path-format=absolute', '--git-common-dir'],
    ...['--is-bare-repository', '--show-object-format'],
  ];
  const run = await git.run({ args, cwd: path });
  if (run.code !== 0) throw notUsable(path, run.stderr);
  const [commonDir = '', bare, format] = run.stdout.trimEnd().split('\n');
  return { commonDir, bare: bare === 'true', format: format === 'sha256' ? 'sha256' : 'sha1' };
}

/** The sentence for a folder in which git finds nothing it may use. */
function notUsable(path: string, stderr: string): RepositoryError {
  if (stderr.includes('dubious ownership')) {
    return new RepositoryError(
      'foreign-owner',
      `The repository at ${path} belongs to another user; run this as its owner, or give a clone of your own.`,
    );
  }
  if (stderr.includes('not a git repository')) {
    return new RepositoryError(
      'not-git',
      `The folder ${path} is not in a git repository; run "git init" and commit there, or give another one.`,
    );
  }
  return new RepositoryError('not-git', `Git cannot read the repository at ${path}: ${lastWords(stderr)}`);
}
