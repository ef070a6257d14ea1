import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';

const SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.venv', 'target']);
const MOST_ENTRIES = 50_000;
const MOST_RESULTS = 1000;

/**
 * Files below `root/folder` whose path relative to that folder matches, relative to `root`, sorted. Symlinks are
 * neither followed nor listed. (The toolset's own glob needs a newer Node.)
 */
export async function globFiles(root: string, folder: string, pattern: string): Promise<string[]> {
  const matches = globExpression(pattern);
  const found: string[] = [];
  let left = MOST_ENTRIES;

  async function walk(inside: string): Promise<void> {
    const entries = await readdir(join(root, folder, inside), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (left-- <= 0 || found.length >= MOST_RESULTS) return;
      const path = posix.join(inside, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) await walk(path);
      else if (entry.isFile() && matches.test(path)) found.push(posix.join(folder, path));
    }
  }

  await walk('');
  return found.sort();
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
