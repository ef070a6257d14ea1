import { copyFile, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Desk } from './desk';
import type { Git, GitCall } from './git-command';
import type { Place } from './layout';
import { inPlace } from './place';
import { isWholeIndex } from './whole-index';

/*
 * Snapshots have a git folder of their own inside that of the worktree. Its index stays from one snapshot to the
 * next, so that only what changed is read again, and its attributes switch every conversion off (line ends,
 * encodings, filters), so that a snapshot holds the files byte by byte. The worktree's own index is never touched.
 */

const EXACT = '* -text -eol -ident -filter -working-tree-encoding\n';
const GITLINK = /^160000 [^\t]*\t(.*)$/s;

/** A git command on the worktree's files with the index of its snapshots. */
export function inSnapshots({ mirror, place }: Desk, args: readonly string[], stdin?: string): GitCall {
  return {
    args,
    cwd: place.path,
    gitDir: folderOf(place),
    workTree: place.path,
    env: { GIT_OBJECT_DIRECTORY: join(mirror, 'objects') },
    ...(stdin === undefined ? {} : { stdin }),
  };
}

/** Submodules the worktree started with; undefined while there is no index for snapshots. */
export async function readGitlinks(place: Place): Promise<string[] | undefined> {
  try {
    return z.array(z.string()).parse(JSON.parse(await readFile(gitlinksFile(place), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Makes the index anew from what git knows of the worktree. */
export async function seedSnapshots(git: Git, desk: Desk): Promise<void> {
  const { mirror, place } = desk;
  const folder = folderOf(place);
  await dropSnapshots(place);
  await mkdir(join(folder, 'info'), { recursive: true });
  await mkdir(join(folder, 'refs'), { recursive: true });
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(folder, 'info', 'attributes'), EXACT);
  await copyFile(join(mirror, 'config'), join(folder, 'config'));
  const entries = (await copyIndex(place)) ? await listIndex(git, desk).catch(() => undefined) : undefined;
  // Where attributes apply, the worktree's index holds converted contents under the files' own dates.
  if (entries?.some((entry) => /[\t/]\.gitattributes$/.test(entry)) !== false) {
    await rm(join(folder, 'index'), { force: true });
    const head = await git.text(inPlace(place, ['rev-parse', '--verify', 'HEAD^{commit}']));
    await git.text(inSnapshots(desk, ['read-tree', head]));
  }
  await keepGitlinks(git, desk);
}

/** Whether there is an index to go on with. */
export async function hasSnapshots(place: Place): Promise<boolean> {
  return (await readGitlinks(place)) !== undefined && isWholeIndex(join(folderOf(place), 'index'));
}

/** Forgets the index; the next snapshot starts from the worktree. */
export async function dropSnapshots(place: Place): Promise<void> {
  await rm(folderOf(place), { recursive: true, force: true });
}

/** Notes the submodules in the index, and that git does not look into their folders, whose settings it would obey. */
export async function keepGitlinks(git: Git, desk: Desk): Promise<string[]> {
  const gitlinks = gitlinksAmong(await listIndex(git, desk));
  if (gitlinks.length > 0) {
    await git.text(inSnapshots(desk, ['update-index', '--skip-worktree', '-z', '--stdin'], lines(gitlinks)));
  }
  await writeFile(gitlinksFile(desk.place), JSON.stringify(gitlinks));
  return gitlinks;
}

/** Takes submodules that are not among `known` out of the index, and answers their paths. */
export async function dropGitlinks(git: Git, desk: Desk, known: readonly string[]): Promise<string[]> {
  const found = gitlinksAmong(await listIndex(git, desk)).filter((name) => !known.includes(name));
  await removeEntries(git, desk, found);
  return found;
}

export async function removeEntries(git: Git, desk: Desk, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await git.text(inSnapshots(desk, ['update-index', '--force-remove', '-z', '--stdin'], lines(names)));
}

/** With the date of the original, by which git knows the files it must not trust by their dates alone. */
async function copyIndex(place: Place): Promise<boolean> {
  const from = join(place.gitDir, 'index');
  if (!(await isWholeIndex(from))) return false;
  const { atimeMs, mtimeMs } = await stat(from);
  const to = join(folderOf(place), 'index');
  await copyFile(from, to);
  // Rounded down: a later date would make git trust too much.
  await utimes(to, atimeMs / 1000, Math.floor(mtimeMs) / 1000);
  return true;
}

async function listIndex(git: Git, desk: Desk): Promise<string[]> {
  return git.list(inSnapshots(desk, ['ls-files', '--stage', '-z']));
}

function gitlinksAmong(entries: readonly string[]): string[] {
  return entries.flatMap((entry) => GITLINK.exec(entry)?.[1] ?? []);
}

function lines(names: readonly string[]): string {
  return names.map((name) => `${name}\0`).join('');
}

function folderOf(place: Place): string {
  return join(place.gitDir, 'snapshot');
}

function gitlinksFile(place: Place): string {
  return join(folderOf(place), 'gitlinks');
}
