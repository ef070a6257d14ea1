import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const HEADER = '# Links to shared dependencies, made anew when the lockfile changes.\n';
const MARKER = '.linked-from';

/**
 * Makes a `node_modules` in a checkout whose entries are links into the store. It is a real folder, not one link:
 * tools keep caches in it, and the usual `node_modules/` of a .gitignore does not match a link. Its own .gitignore
 * keeps it out of commits where the repository does not ignore it. One that the repository brings is left alone.
 */
export async function linkDependencies(checkout: string, stored: string): Promise<void> {
  const folder = join(checkout, 'node_modules');
  if (!(await isOurs(folder)) || (await linkedFrom(folder)) === stored) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeFile(join(folder, '.gitignore'), `${HEADER}*\n`);
  for (const name of await readdir(stored)) await symlink(join(stored, name), join(folder, name));
  // Last, so that a half-made folder is made again.
  await writeFile(join(folder, MARKER), stored);
}

async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  if (found === null || found.isSymbolicLink()) return true;
  if (!found.isDirectory() || !existsSync(join(folder, '.gitignore'))) {
    return found.isDirectory() && (await readdir(folder)).length === 0;
  }
  return (await readFile(join(folder, '.gitignore'), 'utf8').catch(() => '')).startsWith(HEADER);
}

async function linkedFrom(folder: string): Promise<string | null> {
  const found = await lstat(folder).catch(() => null);
  if (found === null || found.isSymbolicLink()) return null;
  return readFile(join(folder, MARKER), 'utf8').catch(() => null);
}
