import { inRepository, ROOT_FOLDER } from '../../domain/target/service-folder';
import { CannotTell } from '../checker';
import type { InspectedTarget, Inspection } from '../inspection';
import { readGit, readObjects, treeOf } from './git';
import { parsePatch, type PatchedFile } from './patch';
import { listBlobs } from './source-files';

/** Lines of the new side, both ends included, counted from 1. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

export interface ChangedFile {
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Added or changed lines; empty for a deleted file, for one that is not text and for one above 2 MiB. */
  readonly lines: readonly LineRange[];
}

/** What differs from the base commit; a renamed file is two rows. */
export interface Changes {
  readonly base: string;
  readonly files: readonly ChangedFile[];
  /** Text of a file on the base; null where it is not there, is not text, or is larger than 1 MiB. */
  readBase(path: string): Promise<string | null>;
  /**
   * Commits between base and target, newest last, and the text each of them adds.
   * @throws CannotTell when there are more than 1000
   */
  commits(): Promise<readonly CommitText[]>;
}

/** One commit and the lines it adds against its first parent. */
interface CommitText {
  readonly commit: string;
  readonly added: readonly AddedLine[];
}

interface AddedLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const LARGEST_TEXT = 1024 * 1024;
const MOST_COMMITS = 1000;
const COMMITS_AT_ONCE = 50;

/** No renames, no context, nothing the repository configures; files above the threshold count as binary. */
const DIFF_OPTIONS = [
  '-p',
  '-U0',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--ignore-submodules=all',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;
const CONFIGURATION = [
  '--literal-pathspecs',
  '-c',
  'core.quotePath=false',
  '-c',
  'core.bigFileThreshold=2m',
] as const;

/** What the target's commit changes against its base. */
export async function gatherChanges(inspection: Inspection): Promise<Changes> {
  const { target, signal } = inspection;
  const { base, commit } = target;
  const read = (args: readonly string[]): Promise<string> =>
    readGit(target.gitDir, [...CONFIGURATION, ...args], signal);
  const files = base === commit ? [] : await readDifference(read, target);
  let blobs: Promise<ReadonlyMap<string, string>> | undefined;
  let commits: Promise<readonly CommitText[]> | undefined;
  return {
    base,
    files: files.map(({ path, kind, added }) => ({ path, kind, lines: rangesOf(added) })),
    async readBase(path) {
      blobs ??= treeOf(target.gitDir, base, signal).then((tree) =>
        listBlobs(target.gitDir, tree, signal, target.folder),
      );
      const blob = (await blobs).get(path);
      if (blob === undefined) return null;
      const size = await readObjects(target.gitDir, ['cat-file', '-s', blob], signal);
      if (Number(size) > LARGEST_TEXT) return null;
      const text = await readObjects(target.gitDir, ['cat-file', 'blob', blob], signal);
      return text.includes('\0') ? null : text;
    },
    commits() {
      commits ??= base === commit ? Promise.resolve([]) : readCommits(read, target);
      return commits;
    },
  };
}

/** Only what is in the folder, by its paths in it; the slash keeps `api2` from being taken for `api`. */
function relativeTo(folder: string): string[] {
  return folder === ROOT_FOLDER ? [] : [`--relative=${folder}/`];
}

type Read = (args: readonly string[]) => Promise<string>;

async function readDifference(
  read: Read,
  { base, commit, folder }: InspectedTarget,
): Promise<readonly PatchedFile[]> {
  const compare = ['diff-tree', '-r', ...DIFF_OPTIONS, ...relativeTo(folder)];
  const files = parsePatch(await read([...compare, base, commit]));
  // A tree can call its own sources binary in .gitattributes; what is text by its name is read again as such.
  const hidden = files.filter(({ binary, kind, path }) => binary && kind !== 'deleted' && isSource(path));
  if (hidden.length === 0) return files;
  const shown = parsePatch(
    await read([
      ...[...compare, '--text', base, commit, '--'],
      ...hidden.map(({ path }) => inRepository(folder, path)),
    ]),
  );
  return files.map((file) => shown.find(({ path }) => path === file.path) ?? file);
}

async function readCommits(
  read: Read,
  { base, commit, folder }: InspectedTarget,
): Promise<readonly CommitText[]> {
  const listed = await read(['rev-list', '--reverse', '--topo-order', `${base}..${commit}`]);
  const hashes = listed.split('\n').filter((line) => line !== '');
  if (hashes.length > MOST_COMMITS) {
    throw new CannotTell(
      `${String(hashes.length)} commits lie between base and target, more than are read one by one (${String(MOST_COMMITS)})`,
    );
  }
  const read50 = async (from: number): Promise<readonly CommitText[]> => {
    const part = hashes.slice(from, from + COMMITS_AT_ONCE);
    const shown = await read([
      'log',
      '--no-walk=unsorted',
      '--diff-merges=first-parent',
      '--format=%x00%H',
      ...DIFF_OPTIONS,
      ...relativeTo(folder),
      ...part,
    ]);
    return part.map((hash) => {
      const start = shown.indexOf(`\0${hash}\n`);
      if (start === -1) return { commit: hash, added: [] };
      const end = shown.indexOf('\0', start + 1);
      const patch = shown.slice(start + hash.length + 2, end === -1 ? undefined : end);
      return {
        commit: hash,
        added: parsePatch(patch).flatMap(({ path, added }) =>
          added.map(({ line, text }) => ({ file: path, line, text })),
        ),
      };
    });
  };
  const texts: CommitText[] = [];
  for (let from = 0; from < hashes.length; from += COMMITS_AT_ONCE) texts.push(...(await read50(from)));
  return texts;
}

function isSource(path: string): boolean {
  return /\.(?:[cm]?[jt]sx?|py|java|kt|json|ya?ml|toml|sql|md|env|properties|graphql)$/i.test(path);
}

function rangesOf(added: PatchedFile['added']): LineRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const { line } of added) {
    const last = ranges.at(-1);
    if (last?.to === line - 1) last.to = line;
    else ranges.push({ from: line, to: line });
  }
  return ranges;
}
