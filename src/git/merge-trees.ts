import { WorkspaceError } from './errors';
import { type Git, lastWords } from './git-command';

export interface MergedTree {
  /** Files in conflict are in it with markers. */
  readonly tree: string;
  readonly conflicts: readonly string[];
  /** The sides of files in conflict, as `git update-index --index-info` reads them. */
  readonly sides: readonly string[];
}

/**
 * Merges two commits into a tree without a working tree or an index, and without the attributes of either side, so
 * that markers are always those of git.
 */
export async function mergeTrees(
  git: Git,
  mirror: string,
  ours: string,
  theirs: string,
): Promise<MergedTree> {
  const run = await git.run({
    args: ['merge-tree', '--write-tree', '--no-messages', '-z', ours, theirs],
    cwd: mirror,
    gitDir: mirror,
    maxOutputBytes: 16 * 1024 * 1024,
  });
  const [tree = '', ...sides] = run.stdout.split('\0').filter((part) => part !== '');
  if (run.code === 0) return { tree, conflicts: [], sides: [] };
  const conflicts = [...new Set(sides.map((side) => side.slice(side.indexOf('\t') + 1)))];
  if (run.code === 1 && conflicts.length > 0) return { tree, conflicts, sides };
  throw new WorkspaceError(
    'git-failed',
    `The merge of ${theirs} onto ${ours} could not be tried: ${lastWords(run.stderr)}; git 2.38 or newer is needed.`,
  );
}
