import { existsSync } from 'node:fs';
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigurationError } from '../domain/common/user-error';
import type { Environment } from './environment';
import { errorCodeOf } from './error-code';

const FOLDER = 'backend-coordinator';
const NEEDED_BYTES = 64 * 1024 * 1024;

/** Where state lives (`home`: server.json, database, blobs, mirrors) and what can be had again (`cache`: binaries). */
export interface Home {
  readonly home: string;
  readonly cache: string;
}

type HomeVariables = Pick<
  Environment,
  'coordinatorHome' | 'initCwd' | 'userHome' | 'xdgCacheHome' | 'xdgStateHome'
>;

/** COORDINATOR_HOME, else the XDG state folder; the cache is always in the XDG cache folder. Creates nothing. */
export function resolveHome(environment: HomeVariables): Home {
  const user = environment.userHome ?? homedir();
  const state = absolute(environment.xdgStateHome) ?? join(user, '.local', 'state');
  const cache = absolute(environment.xdgCacheHome) ?? join(user, '.cache');
  const home =
    environment.coordinatorHome === undefined
      ? join(state, FOLDER)
      : resolve(environment.initCwd ?? process.cwd(), environment.coordinatorHome);
  return { home, cache: join(cache, FOLDER) };
}

/**
 * Creates the home folder, readable by its owner only, and checks that it takes a file.
 * @throws ConfigurationError when it is read-only, not a folder, or the disk is full.
 */
export async function ensureHome(paths: Pick<Home, 'home'>): Promise<void> {
  const probe = join(paths.home, `.writable-${String(process.pid)}`);
  try {
    await makeFolder(paths.home);
    await writeFile(probe, 'x', { mode: 0o600 });
    await rm(probe, { force: true });
  } catch (error) {
    throw explainFileError(error, paths.home) ?? error;
  }
  const disk = await statfs(paths.home);
  if (disk.bavail * disk.bsize < NEEDED_BYTES) throw noSpace(paths.home);
}

/** Makes a folder and its parents one by one: Node 20's recursive mkdir never returns under /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || parent === folder || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(folder, { mode: 0o700 });
  }
}

/** The sentence for a file-system refusal under `folder`; undefined for any other error. */
export function explainFileError(error: unknown, folder: string): ConfigurationError | undefined {
  switch (errorCodeOf(error)) {
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOENT': // mkdir under /proc and the like
      return new ConfigurationError(
        `The folder ${folder} cannot be written; make it writable or set COORDINATOR_HOME to one that is.`,
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new ConfigurationError(
        `The folder ${folder} cannot be created because a file is in its place; move the file or set COORDINATOR_HOME to another folder.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return noSpace(folder, error);
    default:
      return undefined;
  }
}

function noSpace(folder: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `There is no disk space left for ${folder}; free some or set COORDINATOR_HOME to a folder on another disk.`,
    { cause },
  );
}

// The XDG specification: a relative path is to be ignored.
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
