import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { CensusFile } from './census';

/*
 * Finds lines of an output that quote files a role does not see: stack traces with source, code frames, compiler and
 * lint excerpts, `path:line:text`. Lines are compared by hash, trimmed, at least SHORTEST characters, the first
 * LONGEST of long ones (tools cut those). References to file and line stay: they quote nothing.
 */

const SHORTEST = 12;
const LONGEST = 200;
const MOST_BYTES = 1024 * 1024;
const BATCH = 100;
const MOST_VARIANTS = 8;
// What tools put before a line they quote: a marker, a number, a bar; a diff's sign; a file and a line.
const GUTTER = /^(?:[>E+\-|]\s+)?(?:\d+\s*(?:[|:│┃]|\s)\s*)?(?:[|│┃]\s?)?/;

export interface QuotedLines {
  /** Takes over which files are denied now; unchanged ones are not read again. */
  refresh(files: readonly CensusFile[]): Promise<void>;
  /** The denied line that a line of output quotes, and a file that holds it; null where it quotes none. */
  find(line: string): { readonly text: string; readonly file: CensusFile } | null;
}

interface Indexed {
  readonly file: CensusFile;
  readonly hashes: Float64Array;
}

/** @param root canonical path of the worktree */
export function createQuotedLines(root: string): QuotedLines {
  let indexed = new Map<string, Indexed>();
  let all = new Float64Array();
  return {
    async refresh(files) {
      const next = new Map<string, Indexed>();
      let read = 0;
      for (const file of files) {
        const before = indexed.get(file.path);
        const same =
          before?.file.inode === file.inode &&
          before.file.size === file.size &&
          before.file.mtimeMs === file.mtimeMs;
        next.set(file.path, same ? { ...before, file } : { file, hashes: hashesOf(join(root, file.path)) });
        if (!same && ++read % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      if (read === 0 && next.size === indexed.size) return;
      indexed = next;
      const rows = [...next.values()];
      all = new Float64Array(rows.reduce((sum, row) => sum + row.hashes.length, 0));
      let at = 0;
      for (const row of rows) {
        all.set(row.hashes, at);
        at += row.hashes.length;
      }
      all.sort();
    },
    find(line) {
      for (const text of variantsOf(line)) {
        const hash = hashOf(text);
        if (!includes(all, hash)) continue;
        const row = [...indexed.values()].find(({ hashes }) => includes(hashes, hash));
        if (row !== undefined) return { text, file: row.file };
      }
      return null;
    },
  };
}

/** A line as it is compared; null where it is too short to tell anything. */
export function comparable(line: string): string | null {
  const text = line.trim();
  return text.length < SHORTEST ? null : text.slice(0, LONGEST).replace(/…$/, '');
}

/** What a line of output may quote: the line, the line without a gutter, what follows its first colons and bars. */
function variantsOf(line: string): Set<string> {
  const found = new Set<string>();
  const add = (text: string): void => {
    const whole = comparable(text);
    if (whole !== null) found.add(whole);
  };
  // A reporter that writes JSON keeps the lines of a message in one.
  for (const part of line.includes('\\n') ? line.split('\\n').slice(0, 200) : [line]) {
    const text = part.trim();
    add(text);
    add(text.replace(GUTTER, ''));
    if (/^[+-]/.test(text)) add(text.slice(1));
    add(text.replaceAll('\\"', '"'));
    let from = 0;
    for (let times = 0; times < MOST_VARIANTS; times++) {
      const next = text.slice(from).search(/[:|│>]\s*\S/);
      if (next === -1) break;
      from += next + 1;
      add(text.slice(from));
    }
  }
  return found;
}

function hashesOf(path: string): Float64Array {
  const text = readText(path);
  if (text === null) return new Float64Array();
  const hashes = new Set<number>();
  for (const line of text.split('\n')) {
    const whole = comparable(line);
    if (whole !== null) hashes.add(hashOf(whole));
  }
  return Float64Array.from(hashes).sort();
}

/** The beginning of a text file; null for anything else. */
export function readText(path: string): string | null {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const buffer = Buffer.allocUnsafe(Math.min(fstatSync(fd).size, MOST_BYTES));
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    const bytes = buffer.subarray(0, length);
    return bytes.subarray(0, 8192).includes(0) ? null : bytes.toString('utf8');
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function includes(sorted: Float64Array, hash: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] ?? 0;
    if (value === hash) return true;
    if (value < hash) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** 53 bits of a text, enough that two lines of a repository do not meet (cyrb53). */
function hashOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
