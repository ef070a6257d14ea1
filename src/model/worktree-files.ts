import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../config/error-code';

/*
 * Files of a worktree, reached so that nothing swapped in between is followed:
 * 1. Every folder on the way is opened by itself, without following links, below the one opened before it.
 * 2. What is opened is judged by its descriptor: a regular file with one name, or it is refused.
 * 3. A file is replaced by renaming a finished one over it inside the opened folder, so a link in its place is
 *    replaced and never written through.
 * Where the system has no /proc, paths are used and what was opened is compared with what the path leads to.
 */

const HAS_PROC = existsSync('/proc/self/fd');
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Why a file is not opened; the message is for whoever asked, without paths of this machine. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly special: boolean;

  constructor(message: string, options: { readonly special?: boolean } & ErrorOptions = {}) {
    super(message, options);
    this.special = options.special ?? false;
  }
}

export interface OpenFile {
  readonly fd: number;
  readonly stats: Stats;
}

/**
 * Opens a regular file for reading, uses it and closes it.
 * @param root canonical path of the worktree
 * @param path canonical and relative to it
 * @throws FileRefused for what is missing, no regular file, or has other names
 */
export async function withFile<T>(
  root: string,
  path: string,
  use: (file: OpenFile) => T | Promise<T>,
): Promise<T> {
  const fd = explained(path, () => openBelow(root, path));
  try {
    const stats = fstatSync(fd);
    refuseSpecial(path, stats);
    return await use({ fd, stats });
  } finally {
    closeSync(fd);
  }
}

/** Bytes `from` up to `to` of an open file, fewer where it ends before. */
export function readBytes(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(fd, buffer, length, buffer.length - length, from + length);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}

/**
 * Writes a whole file and the folders above it; what is there keeps its mode. Done or not done: never a half of it.
 * @throws FileRefused where something else than a regular file with one name is there
 */
export function replaceFile(root: string, path: string, content: string): void {
  explained(path, () => {
    inFolderOf(root, path, true, (folder, name) => {
      const before = lstatSync(childOf(folder, name), { throwIfNoEntry: false });
      if (before !== undefined) refuseSpecial(path, before);
      const temporary = childOf(folder, `.tmp-${randomUUID()}`);
      try {
        writeNew(temporary, content, before?.mode ?? 0o644, folder.owner);
        renameSync(temporary, childOf(folder, name));
      } catch (error) {
        unlinkQuietly(temporary);
        throw error;
      }
    });
  });
}

/** Moves a file inside the worktree to where nothing is; false where something is, or a folder is in the way. */
export function moveFile(root: string, from: string, to: string): boolean {
  try {
    return inFolderOf(root, to, true, (target, name) => {
      if (lstatSync(childOf(target, name), { throwIfNoEntry: false }) !== undefined) return false;
      return inFolderOf(root, from, false, (source, old) => {
        renameSync(childOf(source, old), childOf(target, name));
        return true;
      });
    });
  } catch {
    return false;
  }
}

interface Folder {
  readonly fd: number;
  readonly path: string;
  /** Whom new files belong to; null: to us. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

function inFolderOf<T>(
  root: string,
  path: string,
  create: boolean,
  use: (folder: Folder, name: string) => T,
): T {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  const folder = openFolder(root, parts, create);
  try {
    return use(folder, name);
  } finally {
    closeSync(folder.fd);
  }
}

function openFolder(root: string, parts: readonly string[], create: boolean): Folder {
  const { uid, gid } = statSync(root);
  const owner = process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : null;
  let folder: Folder = { fd: openSync(root, FOLDER), path: root, owner };
  for (const part of parts) {
    try {
      const fd = openChild(folder, part, create);
      closeSync(folder.fd);
      folder = { fd, path: join(folder.path, part), owner };
    } catch (error) {
      closeSync(folder.fd);
      throw error;
    }
  }
  return folder;
}

function openChild(folder: Folder, name: string, create: boolean): number {
  const path = childOf(folder, name);
  try {
    return openSync(path, FOLDER);
  } catch (error) {
    if (!create || errorCodeOf(error) !== 'ENOENT') throw error;
  }
  mkdirSync(path, 0o755);
  const fd = openSync(path, FOLDER);
  if (folder.owner !== null) fchownSync(fd, folder.owner.uid, folder.owner.gid);
  return fd;
}

function openBelow(root: string, path: string): number {
  return inFolderOf(root, path, false, (folder, name) => {
    const found = lstatSync(childOf(folder, name));
    // A pipe or a device is not even opened: that alone can do something.
    refuseSpecial(path, found);
    const fd = openSync(childOf(folder, name), FILE);
    const opened = fstatSync(fd);
    const same = opened.ino === found.ino && opened.dev === found.dev;
    if (same && (HAS_PROC || realpathSync(join(root, path)) === join(root, path))) return fd;
    closeSync(fd);
    throw new FileRefused(`${path} changed while it was opened; try again.`, { special: true });
  });
}

function childOf(folder: Folder, name: string): string {
  return HAS_PROC ? `/proc/self/fd/${String(folder.fd)}/${name}` : join(folder.path, name);
}

function writeNew(path: string, content: string, mode: number, owner: Folder['owner']): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(path, flags, 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    fchmodSync(fd, mode & 0o777);
    if (owner !== null) fchownSync(fd, owner.uid, owner.gid);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not made, or has its final name already.
  }
}

function refuseSpecial(path: string, stats: Stats): void {
  if (stats.isDirectory()) throw new FileRefused(`${path} is a folder; list it with glob.`);
  if (!stats.isFile()) {
    throw new FileRefused(`${path} is no regular file; pipes, devices, sockets and links are not opened.`, {
      special: true,
    });
  }
  if (stats.nlink > 1) {
    throw new FileRefused(
      `${path} has another name as well (a hard link), perhaps outside of what you may see; it is not opened.`,
      { special: true },
    );
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'something on the way is no folder',
  ELOOP: 'something on the way is a link',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'there is no disk space left',
  EDQUOT: 'there is no disk space left',
  EROFS: 'the file system cannot be written',
};

/** Errors of the system in words, without the paths of this machine that they name. */
function explained<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    const code = String(errorCodeOf(error));
    throw new FileRefused(`${path}: ${WORDS[code] ?? `it cannot be used (${code})`}.`, { cause: error });
  }
}
