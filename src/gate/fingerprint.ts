import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root';
import { findProgram, OPTIONAL_PROGRAMS } from './programs';

/**
 * Digest of the gate itself: its code, the pinned versions of what it ships with, this Node, and the optional programs
 * found. Receipts of another one are not reused, also where somebody forgot to raise a checker's version.
 */
export async function fingerprint(searchPath: string): Promise<string> {
  const optional = await Promise.all(
    OPTIONAL_PROGRAMS.map(async ({ name }) => {
      const path = await findProgram(name, searchPath);
      if (path === null) return [name, null];
      const found = await stat(path).catch(() => null);
      return [name, path, found?.size, found?.mtimeMs];
    }),
  );
  return createHash('sha256')
    .update(JSON.stringify([await ownCode(), process.version, optional]))
    .digest('hex');
}

let known: Promise<string> | undefined;

/** Digest of the files of this folder, of the domain's and of the manifest with its exact versions. */
function ownCode(): Promise<string> {
  known ??= digestFolders([__dirname, join(__dirname, '..', 'domain')]);
  return known;
}

async function digestFolders(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(packageRoot(), 'package.json')));
  for (const folder of folders) {
    const names = await readdir(folder, { recursive: true });
    for (const name of names.filter((file) => /\.[cm]?[jt]s$/.test(file)).sort()) {
      hash.update(name).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest('hex');
}
