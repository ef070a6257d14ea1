import { readCheckoutFile } from '../checkout-file';
import { readGit } from './git';

const LARGEST_TEXT = 1024 * 1024;

/** The files of the tree under inspection, as git has them. */
export interface SourceFiles {
  /** Paths relative to the checkout, sorted; no submodules, no links. */
  readonly paths: readonly string[];
  /** Git's blob ids by path. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Null where there is no such file, or it is not text, or larger than 1 MiB. */
  read(path: string): Promise<string | null>;
}

/** Paths and blob ids of a tree, without a checkout. */
export async function listBlobs(
  gitDir: string,
  tree: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const listed = await readGit(gitDir, ['ls-tree', '-r', '-z', '--full-tree', tree], signal);
  const rows = listed.split('\0').flatMap((line): [string, string][] => {
    const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(line);
    return match?.[1] === undefined || match[2] === undefined ? [] : [[match[2], match[1]]];
  });
  return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The files of a checkout of that tree. */
export async function gatherSourceFiles(place: {
  readonly path: string;
  readonly gitDir: string;
  readonly tree: string;
  readonly signal: AbortSignal;
}): Promise<SourceFiles> {
  const blobs = await listBlobs(place.gitDir, place.tree, place.signal);
  const texts = new Map<string, Promise<string | null>>();
  const read = async (path: string): Promise<string | null> => {
    if (!blobs.has(path)) return null;
    const text = await readCheckoutFile(place.path, path);
    return text === null || text.length > LARGEST_TEXT || text.includes('\0') ? null : text;
  };
  return {
    paths: [...blobs.keys()],
    blobs,
    read: (path) => {
      const known = texts.get(path) ?? read(path);
      texts.set(path, known);
      return known;
    },
  };
}
