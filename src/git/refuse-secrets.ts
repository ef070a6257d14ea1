import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findSecrets } from '../process/redact';
import { WorkspaceError } from './errors';
import type { Git } from './git-command';
import type { Place } from './layout';
import { inPlace } from './place';

/** Larger files are data; a key in one is for the gate to find. */
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_NAMED = 10;

/**
 * Refuses to commit secrets that the staged changes bring: what HEAD has in the same file already is not theirs.
 * @throws WorkspaceError `secret`, naming file and line, never the secret
 */
export async function refuseSecrets(git: Git, place: Place): Promise<void> {
  const args = [
    'diff-index',
    '--cached',
    '--name-only',
    '-z',
    '--no-renames',
    '--diff-filter=AMT',
    'HEAD',
    '--',
  ];
  const places: string[] = [];
  const files = new Set<string>();
  for (const name of await git.list(inPlace(place, args))) {
    const found = findSecrets(await textOf(join(place.path, name)));
    if (found.length === 0) continue;
    const known = new Set(findSecrets(await textAtHead(git, place, name)).map((row) => row.fingerprint));
    for (const { kind, line, fingerprint } of found) {
      if (known.has(fingerprint)) continue;
      files.add(name);
      places.push(`${name}:${String(line)} (${kind})`);
    }
  }
  if (places.length === 0) return;
  const named = places.slice(0, MOST_NAMED).join(', ');
  const more = places.length > MOST_NAMED ? ` and ${String(places.length - MOST_NAMED)} more` : '';
  throw new WorkspaceError(
    'secret',
    `What looks like a secret cannot be committed: ${named}${more}; take it from the environment, or make it at run time in tests.`,
    [...files],
  );
}

async function textOf(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size > MOST_BYTES) return '';
  const bytes = await readFile(path);
  return bytes.subarray(0, 8192).includes(0) ? '' : bytes.toString('latin1');
}

async function textAtHead(git: Git, place: Place, name: string): Promise<string> {
  const run = await git.run({
    ...inPlace(place, ['cat-file', 'blob', `HEAD:${name}`]),
    maxOutputBytes: 4 * MOST_BYTES,
  });
  return run.code === 0 ? Buffer.from(run.stdout).toString('latin1') : '';
}
