import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, takeInstallLock } from './install-lock';
import { runNpm } from './npm-command';
import type { NpmFiles } from './npm-manifest';

/** Installed dependencies, one folder for each lockfile, shared by all checkouts and processes. */
export interface DependencyStore {
  /** The `node_modules` for these files, installed when it is not there yet. */
  obtain(files: NpmFiles, signal: AbortSignal): Promise<string>;
}

interface Install {
  readonly done: Promise<string>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * A store in `folder`. An install happens in a folder beside its final name and is renamed when complete, so what has
 * the final name is whole; what a crash leaves is removed by the next install.
 * @param environment the user's, of which npm gets its registry settings
 */
export function createDependencyStore(
  folder: string,
  environment: Readonly<Record<string, string>>,
): DependencyStore {
  const running = new Map<string, Install>();

  async function install(key: string, files: NpmFiles, signal: AbortSignal): Promise<string> {
    const final = join(folder, key);
    const isDone = (): boolean => existsSync(join(final, 'node_modules'));
    if (isDone()) return final;
    await mkdir(folder, { recursive: true });
    const release = await takeInstallLock(join(folder, `${key}.lock`), isDone, signal);
    if (release === null) return final;
    try {
      if (!isDone()) await installInto(final, files, signal);
    } finally {
      await release();
    }
    return final;
  }

  async function installInto(final: string, files: NpmFiles, signal: AbortSignal): Promise<void> {
    await removeAbandoned(folder);
    const work = await mkdtemp(join(folder, `.install-${String(process.pid)}-`));
    try {
      await writeFile(join(work, 'package.json'), JSON.stringify(files.manifest));
      if (files.lockfile === null) {
        await runNpm(['install', '--no-package-lock'], { folder: work, environment, signal });
      } else {
        await writeFile(join(work, files.lockfile.name), files.lockfile.text);
        await runNpm(['ci'], { folder: work, environment, signal });
        await rm(join(work, files.lockfile.name));
      }
      await rm(join(work, 'package.json'));
      // npm makes no folder when there is nothing to install.
      await mkdir(join(work, 'node_modules'), { recursive: true });
      // A check may run as the owner of its checkout, who is somebody else when the coordinator is root.
      await chmod(work, 0o755);
      await rename(work, final);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  return {
    async obtain(files, signal) {
      signal.throwIfAborted();
      const key = keyOf(files);
      let current = running.get(key);
      if (current === undefined) {
        const stop = new AbortController();
        const done = install(key, files, stop.signal).finally(() => running.delete(key));
        current = { done, stop, waiting: 0 };
        running.set(key, current);
      }
      return join(await waitFor(current, signal), 'node_modules');
    },
  };
}

/** Waits for a shared install; it is stopped when the last one waiting gives up. */
async function waitFor(install: Install, signal: AbortSignal): Promise<string> {
  install.waiting += 1;
  let onAbort = (): void => undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    onAbort = () => {
      resolve('aborted');
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const first = await Promise.race([install.done, aborted]);
    if (first !== 'aborted') return first;
    if (install.waiting === 1) {
      install.stop.abort(signal.reason);
      await install.done.catch(() => undefined);
    }
    throw signal.reason;
  } finally {
    install.waiting -= 1;
    signal.removeEventListener('abort', onAbort);
  }
}

// Node and platform belong to it because packages choose binaries by them.
function keyOf({ manifest, lockfile }: NpmFiles): string {
  const parts = [manifest, lockfile?.text ?? null, process.version, process.platform, process.arch];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /^\.install-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
