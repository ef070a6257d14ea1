import {
  closeSync,
  constants,
  type Dirent,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContextCategory } from '../../domain/context/context-categories';
import { CONTENT_CHARACTERS } from '../../domain/context/context-content';
import { categoryOfFile, needsContent, type ContextPathRule } from '../../domain/context/context-files';
import { moveFile } from '../worktree-files';

/*
 * What the files of a worktree are about, kept from look to look:
 * 1. A folder is listed again only when its ctime moved, which nothing in it can be added, removed or renamed without.
 * 2. A file keeps its category while inode, size and mtime stay.
 * 3. Symlinks are never followed and have no category of their own: what they lead to has one.
 */

/** Folders whose files are not the repository's own. */
const FOREIGN: ReadonlySet<string> = new Set(['.git', 'node_modules', '.venv']);
const MOST_FILES = 200_000;
const CHANGED_BATCH = 200;

export interface CensusFile {
  /** Relative to the root of the worktree. */
  readonly path: string;
  readonly category: ContextCategory | null;
  readonly inode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Its name is no text, so that no command line can name it. */
  readonly unnameable: boolean;
}

interface Folder {
  readonly ctimeMs: number;
  readonly folders: readonly string[];
  readonly files: readonly CensusFile[];
}

export interface Census {
  readonly root: string;
  /** What one file is about, as it is now. */
  categoryOf(path: string): ContextCategory | null;
  /** Every file there is now, sorted by folder; `complete` is false where there are too many to look at. */
  take(): Promise<{ readonly files: readonly CensusFile[]; readonly complete: boolean }>;
  /** The same file as it is now, should it have been written to in place; null where it is gone. */
  again(file: CensusFile): CensusFile | null;
  /** Puts a file that was moved away back where it was; false when that place is taken. */
  putBack(from: string, to: string): boolean;
  /** Keeps a category for a file whatever its name says from now on. */
  keep(file: CensusFile, category: ContextCategory): void;
  isKept(path: string): boolean;
}

/** @param root canonical path of the worktree */
export function createCensus(root: string, rules: readonly ContextPathRule[]): Census {
  const folders = new Map<string, Folder>();
  const kept = new Map<number, ContextCategory>();
  const known = new Map<string, CensusFile>();

  function fileAt(path: string, stats: Stats): CensusFile {
    const before = known.get(path);
    if (
      before?.inode === stats.ino &&
      before.size === stats.size &&
      before.mtimeMs === stats.mtimeMs &&
      before.ctimeMs === stats.ctimeMs
    ) {
      return before;
    }
    const text = needsContent(path, rules) && stats.size > 0 ? readBeginning(join(root, path)) : null;
    const file: CensusFile = {
      path,
      category: kept.get(stats.ino) ?? categoryOfFile(path, text, rules),
      inode: stats.ino,
      size: stats.size,
      mtimeMs: stats.mtimeMs,
      ctimeMs: stats.ctimeMs,
      unnameable: path.includes('\ufffd'),
    };
    known.set(path, file);
    return file;
  }

  function list(path: string, ctimeMs: number): Folder {
    const before = folders.get(path);
    if (before?.ctimeMs === ctimeMs) return before;
    const below: string[] = [];
    const files: CensusFile[] = [];
    for (const entry of entriesOf(join(root, path))) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && !FOREIGN.has(entry.name)) below.push(child);
      if (!entry.isFile()) continue;
      const stats = lstatSync(join(root, child), { throwIfNoEntry: false });
      if (stats !== undefined) files.push(fileAt(child, stats));
      else files.push({ ...UNKNOWN_FILE, path: child, category: categoryOfFile(child, null, rules) });
    }
    const folder = { ctimeMs, folders: below, files };
    folders.set(path, folder);
    return folder;
  }

  return {
    root,
    categoryOf(path) {
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
      return stats?.isFile() === true ? fileAt(path, stats).category : categoryOfFile(path, null, rules);
    },
    async take() {
      const files: CensusFile[] = [];
      const waiting = [''];
      const seen = new Set<string>();
      let listed = 0;
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
        if (stats?.isDirectory() !== true) continue;
        const isNew = folders.get(path)?.ctimeMs !== stats.ctimeMs;
        const folder = list(path, stats.ctimeMs);
        seen.add(path);
        files.push(...folder.files);
        if (files.length > MOST_FILES) return { files, complete: false };
        waiting.push(...folder.folders);
        if (isNew && (listed += folder.files.length) > CHANGED_BATCH) {
          listed = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      for (const path of folders.keys()) if (!seen.has(path)) folders.delete(path);
      return { files, complete: true };
    },
    again(file) {
      const stats = lstatSync(join(root, file.path), { throwIfNoEntry: false });
      return stats?.isFile() === true ? fileAt(file.path, stats) : null;
    },
    putBack: (from, to) => moveFile(root, from, to),
    isKept(path) {
      if (kept.size === 0) return false;
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
      return stats !== undefined && kept.has(stats.ino);
    },
    keep(file, category) {
      kept.set(file.inode, category);
      known.delete(file.path);
      folders.delete(dirname(file.path) === '.' ? '' : dirname(file.path));
    },
  };
}

const UNKNOWN_FILE = { inode: 0, size: 0, mtimeMs: 0, ctimeMs: 0, unnameable: true } as const;

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not readable for us, nor for a shell that runs as its owner
  }
}

function readBeginning(path: string): string | null {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const buffer = Buffer.allocUnsafe(CONTENT_CHARACTERS);
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
