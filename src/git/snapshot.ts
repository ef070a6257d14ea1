import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Desk } from './desk';
import { WorkspaceError } from './errors';
import { exists } from './files';
import { type Git, gitFailed } from './git-command';
import { refs } from './layout';
import { commitOf } from './open-place';
import { inPlace, readMergeHead } from './place';
import { dropGitlinks, inSnapshots, readGitlinks, removeEntries, seedSnapshots } from './snapshot-index';
import type { Tools } from './tools';

interface Snapshot {
  readonly snapshot: string;
  readonly omitted: readonly string[];
}

interface Tree {
  readonly tree: string;
  readonly omitted: readonly string[];
}

// The same files on the same head are the same commit, whenever it is made.
const MADE_AT = '2000-01-01T00:00:00Z';
const EVERYTHING = ['add', '-A', '--ignore-errors', '--', '.'];
const THESE = ['add', '-A', '--ignore-errors', '--pathspec-from-file=-', '--pathspec-file-nul'];
const TROUBLE =
  /No space left|Disk quota|Input\/output error|Read-only file system|insufficient permission for adding|Too many open files|insert into database/i;

/** Keeps the worktree's files as a commit on its head, and on the commit being merged where there is one. */
export async function takeSnapshot(
  tools: Tools,
  desk: Desk,
  paths: readonly string[] | null,
): Promise<Snapshot> {
  const { git, shared } = tools;
  const { objectiveId, taskId, mirror, place } = desk;
  const { tree, omitted } = await currentTree(git, desk, paths);
  const ref = refs.snapshot(objectiveId, taskId);
  const [merged, last] = await Promise.all([readMergeHead(place), readRef(git, mirror, ref)]);
  const parents = ['HEAD', ...(merged === undefined ? [] : [merged])].flatMap((parent) => ['-p', parent]);
  const snapshot = await git.text({
    ...inPlace(place, ['commit-tree', tree, ...parents, '-m', `Snapshot of ${taskId}`]),
    env: { GIT_AUTHOR_DATE: MADE_AT, GIT_COMMITTER_DATE: MADE_AT },
  });
  if (snapshot === last) return { snapshot, omitted };
  const moved = new Map([[ref, snapshot]]);
  if (last !== undefined) moved.set(refs.snapshotBefore(objectiveId, taskId), last);
  // Published first: what the ref says here is known to be there too.
  await shared.publish(mirror, moved);
  await moveRefs(git, mirror, moved);
  return { snapshot, omitted };
}

/** The commit a hidden ref is at. It nearly always is a file of its own, which needs no command to be read. */
export async function readRef(git: Git, mirror: string, ref: string): Promise<string | undefined> {
  const text = (await readFile(join(mirror, ref), 'utf8').catch(() => '')).trim();
  return /^[0-9a-f]{40,64}$/.test(text) ? text : commitOf(git, mirror, ref);
}

export async function moveRefs(git: Git, mirror: string, to: ReadonlyMap<string, string>): Promise<void> {
  const stdin = [...to].map(([ref, commit]) => `update ${ref} ${commit}\n`).join('');
  await git.text({ args: ['update-ref', '--stdin'], cwd: mirror, gitDir: mirror, stdin });
}

/** The tree of what is in the worktree now. */
export async function currentTree(git: Git, desk: Desk, paths: readonly string[] | null): Promise<Tree> {
  const gitlinks = await readGitlinks(desk.place);
  if (gitlinks !== undefined) {
    try {
      return await writeTree(git, desk, gitlinks, paths);
    } catch (error) {
      // After a power cut the index may be damaged, or name an object that is gone; both are made again.
      if (!(error instanceof WorkspaceError) || error.problem !== 'git-failed') throw error;
    }
  }
  await seedSnapshots(git, desk);
  return writeTree(git, desk, (await readGitlinks(desk.place)) ?? [], null);
}

async function writeTree(
  git: Git,
  desk: Desk,
  gitlinks: readonly string[],
  paths: readonly string[] | null,
): Promise<Tree> {
  const gone: string[] = [];
  const planted: string[] = [];
  for (const name of gitlinks) {
    const folder = join(desk.place.path, name);
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) gone.push(name);
    else if (await exists(join(folder, '.git'))) planted.push(name);
  }
  await removeEntries(git, desk, gone);
  const omitted = paths?.length === 0 ? [] : await stage(git, desk, gitlinks, paths);
  return { tree: await git.text(inSnapshots(desk, ['write-tree'])), omitted: [...planted, ...omitted] };
}

/** Brings the index up to the files, and answers the paths git cannot take. */
async function stage(
  git: Git,
  desk: Desk,
  gitlinks: readonly string[],
  paths: readonly string[] | null,
): Promise<string[]> {
  const call =
    paths === null ? inSnapshots(desk, EVERYTHING) : inSnapshots(desk, THESE, `${paths.join('\0')}\0`);
  const run = await git.run(call);
  const nested = run.stderr.includes('adding embedded git repository')
    ? await dropGitlinks(git, desk, gitlinks)
    : [];
  if (run.code === 0) return nested;
  if (TROUBLE.test(run.stderr)) throw gitFailed(call, run);
  // Named paths that are all ignored are no failure; one that is unknown to git ends the whole command.
  if (run.code === 1 && !/^(?:error|fatal):/m.test(run.stderr)) return nested;
  if (paths !== null) return [...nested, ...(await stage(git, desk, gitlinks, null))];
  if (run.code !== 1) throw gitFailed(call, run);
  return [...new Set([...nested, ...(await leftOut(git, desk))])];
}

async function leftOut(git: Git, desk: Desk): Promise<string[]> {
  const unknown = await git.list(inSnapshots(desk, ['ls-files', '--others', '--exclude-standard', '-z']));
  const different = await git.list(
    inSnapshots(desk, ['diff-files', '--name-only', '--ignore-submodules=all', '-z']),
  );
  return [...unknown, ...different].map((name) => name.replace(/\/$/, ''));
}
