import { readdirSync, type Dirent } from 'node:fs';
import { join, posix } from 'node:path';

const SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.venv', 'target']);
const MOST_ENTRIES = 100_000;
const MOST_RESULTS = 1000;

/**
 * Files below `root/folder`, relative to `root`, each folder's in the order of their names. Symlinks are neither followed
 * nor listed, what cannot be read is passed over; the walk ends after 100,000 entries.
 */
export function* walkFiles(root: string, folder: string): Generator<string> {
  let left = MOST_ENTRIES;
  function* walk(inside: string): Generator<string> {
    for (const entry of entriesOf(join(root, inside))) {
      if (left-- <= 0) return;
      const path = posix.join(inside, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* walk(path);
      else if (entry.isFile()) yield path;
    }
  }
  yield* walk(folder);
}

/** Files below `root/folder` whose path relative to that folder matches, relative to `root`, sorted; at most 1,000. */
export function globFiles(root: string, folder: string, pattern: string): string[] {
  const matches = globExpression(pattern);
  const found: string[] = [];
  for (const path of walkFiles(root, folder)) {
    if (matches.test(posix.relative(folder, path))) found.push(path);
    if (found.length >= MOST_RESULTS) break;
  }
  return found.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** A glob as a regular expression over a relative path. */
export function globExpression(pattern: string): RegExp {
  let source = '';
  let braces = 0;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (pattern.startsWith('**/', at)) {
      source += '(?:[^/]+/)*';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      source += '.*';
      at += 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '{') {
      source += '(?:';
      braces++;
    } else if (character === '}' && braces > 0) {
      source += ')';
      braces--;
    } else if (character === ',' && braces > 0) source += '|';
    else source += character.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  return new RegExp(`^${source}${')'.repeat(braces)}$`);
}
