import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LockFileRow, lockFileAt } from '../domain/target/lock-files';
import { deadline } from '../process/deadline';
import { type Git, gitFailed } from './git-command';
import { type MergedTree, mergeTrees } from './merge-trees';
import type { Tools } from './tools';

/** A merged tree in which lock files were made anew where their text says nothing. */
export interface RemadeTree extends MergedTree {
  readonly remade: readonly string[];
  /** Files no hand should merge, and why they were not made anew. */
  readonly notes: readonly string[];
}

const LARGEST_BYTES = 32 * 1024 * 1024;
const PATIENCE_MS = 300_000;
const MOST_NOTES = 10;

interface MergeRequest {
  readonly mirror: string;
  readonly ours: string;
  readonly theirs: string;
  readonly signal?: AbortSignal | undefined;
}

/** {@link mergeTrees}, and then every lock file both sides changed is made anew from the manifest they agree on. */
export async function mergeWithLocks(tools: Tools, request: MergeRequest): Promise<RemadeTree> {
  const { git } = tools;
  const { mirror, ours, theirs } = request;
  const merged = await mergeTrees(git, mirror, ours, theirs);
  const paths = await lockFilesOfBoth(git, request, merged);
  const remade = new Map<string, string>();
  const notes: string[] = [];
  for (const path of paths) {
    const { entry, note } = await remake(tools, request, merged, path);
    if (entry !== null) remade.set(path, entry);
    if (note !== null) notes.push(note);
  }
  const tree = await withEntries(git, mirror, merged.tree, remade);
  const conflicts = merged.conflicts.filter((path) => !remade.has(path));
  const generated = await generatedAmong(git, mirror, tree, conflicts);
  return {
    tree,
    conflicts,
    sides: merged.sides.filter((side) => !remade.has(pathOf(side))),
    remade: [...remade.keys()],
    notes: [
      ...notes,
      ...generated.map(
        (path) =>
          `${path} is marked as generated (linguist-generated): run what generates it instead of merging it by hand.`,
      ),
    ].slice(0, MOST_NOTES),
  };
}

const pathOf = (side: string): string => side.slice(side.indexOf('\t') + 1);

async function lockFilesOfBoth(git: Git, request: MergeRequest, merged: MergedTree): Promise<string[]> {
  const { mirror, ours, theirs } = request;
  const inMirror = { cwd: mirror, gitDir: mirror };
  const base = await git.run({ ...inMirror, args: ['merge-base', ours, theirs] });
  if (base.code !== 0) return [];
  const changed = async (side: string): Promise<string[]> => {
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', base.stdout.trim(), side];
    const names = await git.list({ ...inMirror, args });
    return names.filter((name) => lockFileAt(name) !== null);
  };
  const mine = await changed(ours);
  if (mine.length === 0) return [];
  const both = new Set(await changed(theirs));
  return [...new Set([...mine.filter((name) => both.has(name)), ...merged.conflicts])].filter(
    (name) => lockFileAt(name) !== null,
  );
}

interface Remade {
  /** As `git update-index --index-info` reads it; null where the file stays as it is. */
  readonly entry: string | null;
  readonly note: string | null;
}

async function remake(
  { git, locks }: Tools,
  request: MergeRequest,
  merged: MergedTree,
  path: string,
): Promise<Remade> {
  const { mirror, ours, theirs, signal } = request;
  const found = lockFileAt(path);
  if (found === null) return { entry: null, note: null };
  const { row, folder } = found;
  const inConflict = merged.conflicts.includes(path);
  const leave = (reason: string): Remade => ({ entry: null, note: noteOf(path, row, inConflict, reason) });
  if (row.maker === 'owner')
    return inConflict ? leave('that takes files of the repository') : { entry: null, note: null };
  const manifests = row.manifests.map((name) => `${folder}${name}`);
  const manifest = manifests.find((name) => merged.conflicts.includes(name));
  if (manifest !== undefined) return leave(`${manifest} is in conflict itself`);
  const base = await git.text({ args: ['merge-base', ours, theirs], cwd: mirror, gitDir: mirror });
  const [before, mine, other] = await Promise.all(
    [base, ours, theirs].map((commit) => readBlob(git, mirror, commit, path)),
  );
  if (mine === undefined || mine === null || other === undefined || other === null)
    return leave('one side has no plain file there');
  if (row.maker === 'union') {
    const text = unionOf(before ?? null, mine, other);
    return text === null
      ? leave('the two sides have different sums for one version')
      : { entry: await entryOf(git, mirror, path, text), note: null };
  }
  const [name = ''] = manifests;
  const text = await readBlob(git, mirror, merged.tree, name);
  if (text === null) return leave(`${name} is not there`);
  if (locks === undefined) return leave('no package manager is at hand');
  const made = await locks.make(
    { path, manifest: { name, text }, base: before ?? null, ours: mine, theirs: other },
    signal ?? deadline(undefined, PATIENCE_MS),
  );
  return made.kind === 'made'
    ? { entry: await entryOf(git, mirror, path, made.text), note: null }
    : leave(made.reason);
}

function noteOf(path: string, row: LockFileRow, inConflict: boolean, reason: string): string {
  const why = reason.split('\n')[0]?.slice(0, 200) ?? '';
  return inConflict
    ? `${path} is a lock file and was not made anew (${why}): make it with \`${row.command}\` instead of merging it by hand.`
    : `${path} was changed by both sides and stays as git merged it, not made anew (${why}).`;
}

/** Every line of either side but those one of them took away; null where a key has two values. */
export function unionOf(base: string | null, ours: string, theirs: string): string | null {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  const [before, mine, other] = [new Set(lines(base ?? '')), lines(ours), lines(theirs)];
  const isKept = (line: string, there: readonly string[]): boolean =>
    !before.has(line) || there.includes(line);
  const all = [...mine.filter((line) => isKept(line, other)), ...other.filter((line) => isKept(line, mine))];
  const union = [...new Set(all)].sort();
  const keys = union.map((line) => line.slice(0, line.lastIndexOf(' ')));
  return new Set(keys).size === keys.length ? `${union.join('\n')}\n` : null;
}

/** Text of a plain file of a commit or tree; null where there is none. */
async function readBlob(git: Git, mirror: string, tree: string, path: string): Promise<string | null> {
  const inMirror = { cwd: mirror, gitDir: mirror };
  const args = ['ls-tree', '-z', '--full-tree', tree, '--', path];
  const [entry = ''] = await git.list({ ...inMirror, args });
  const [, id, name] = /^100[0-7]{3} blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
  if (id === undefined || name !== path) return null;
  const call = { ...inMirror, args: ['cat-file', 'blob', id], maxOutputBytes: LARGEST_BYTES };
  const run = await git.run(call);
  if (run.code !== 0) throw gitFailed(call, run);
  return run.stdoutBytes > LARGEST_BYTES ? null : run.stdout;
}

async function entryOf(git: Git, mirror: string, path: string, text: string): Promise<string> {
  const call = { args: ['hash-object', '-w', '--stdin'], cwd: mirror, gitDir: mirror, stdin: text };
  return `100644 ${await git.text(call)} 0\t${path}`;
}

async function withEntries(
  git: Git,
  mirror: string,
  tree: string,
  entries: ReadonlyMap<string, string>,
): Promise<string> {
  if (entries.size === 0) return tree;
  return withIndex(git, mirror, tree, async (inIndex) => {
    const stdin = [...entries.values()].map((entry) => `${entry}\0`).join('');
    await git.text({ ...inIndex, args: ['update-index', '-z', '--index-info'], stdin });
    return git.text({ ...inIndex, args: ['write-tree'] });
  });
}

async function generatedAmong(
  git: Git,
  mirror: string,
  tree: string,
  paths: readonly string[],
): Promise<string[]> {
  const asked = paths.filter((path) => lockFileAt(path) === null);
  if (asked.length === 0) return [];
  return withIndex(git, mirror, tree, async (inIndex) => {
    const args = ['check-attr', '--cached', '-z', 'linguist-generated', '--', ...asked];
    const fields = await git.list({ ...inIndex, args });
    return asked.filter((path) => {
      const at = fields.indexOf(path);
      return at >= 0 && ['set', 'true'].includes(fields[at + 2] ?? '');
    });
  });
}

interface InIndex {
  readonly cwd: string;
  readonly gitDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** An index of its own with the entries of a tree, gone afterwards. */
async function withIndex<T>(
  git: Git,
  mirror: string,
  tree: string,
  work: (inIndex: InIndex) => Promise<T>,
): Promise<T> {
  const index = join(mirror, `index-${randomUUID()}`);
  const inIndex = { cwd: mirror, gitDir: mirror, env: { GIT_INDEX_FILE: index } };
  try {
    await git.text({ ...inIndex, args: ['read-tree', tree] });
    return await work(inIndex);
  } finally {
    await rm(index, { force: true });
  }
}
