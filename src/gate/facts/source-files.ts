import { inService, ROOT_FOLDER } from '../../domain/target/service-folder';
import { readCheckoutFile } from '../checkout-file';
import { readObjects } from './git';

const LARGEST_TEXT = 1024 * 1024;

/** The files of the tree under inspection, as git has them. */
export interface SourceFiles {
  /** Paths relative to the checkout, sorted; no submodules, no links. */
  readonly paths: readonly string[];
  /** Git's blob ids by path. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Null where there is no such file, or it is not text, or larger than 1 MiB. */
  read(path: string): Promise<string | null>;
  /** Texts of the .gitignore files in the folders above that of the service; absent: it is the root. */
  readonly ignoresAbove?: () => Promise<readonly string[]>;
}

/** Paths and blob ids of a tree, without a checkout; of one folder, with the paths in it. */
export async function listBlobs(
  gitDir: string,
  tree: string,
  signal: AbortSignal,
  folder = ROOT_FOLDER,
): Promise<ReadonlyMap<string, string>> {
  const listed = await readObjects(gitDir, ['ls-tree', '-r', '-z', '--full-tree', tree], signal);
  const rows = listed.split('\0').flatMap((line): [string, string][] => {
    const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return [];
    const path = inService(folder, match[2]);
    return path.startsWith('../') ? [] : [[path, match[1]]];
  });
  return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Texts of the files of that name in the folders above one. */
async function readAbove(root: string, folder: string, name: string): Promise<string[]> {
  const names = folder.split('/');
  const places = names.map((_, depth) => [...names.slice(0, depth), name].join('/'));
  const texts = await Promise.all(places.map((path) => readCheckoutFile(root, path).catch(() => null)));
  return texts.filter((text) => text !== null);
}

/** The files of a checkout of that tree; `path` is the folder they are in. */
export async function gatherSourceFiles(place: {
  readonly path: string;
  readonly gitDir: string;
  readonly tree: string;
  readonly signal: AbortSignal;
  /** The whole checkout, and the folder of the service in it; absent: `path` is all of it. */
  readonly root?: string;
  readonly folder?: string;
}): Promise<SourceFiles> {
  const blobs = await listBlobs(place.gitDir, place.tree, place.signal, place.folder);
  const { root, folder = ROOT_FOLDER } = place;
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
    ...(root === undefined || folder === ROOT_FOLDER
      ? {}
      : { ignoresAbove: () => readAbove(root, folder, '.gitignore') }),
  };
}
