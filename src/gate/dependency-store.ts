import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, takeInstallLock } from './install-lock';

/** What is to be installed, and how. */
export interface Installation {
  /** Everything its content depends on; the same parts are the same installation. */
  readonly parts: readonly unknown[];
  /** Fills `work`, which becomes `final` as it is. Must bear being done twice at once. */
  readonly build: (place: {
    readonly work: string;
    readonly final: string;
    readonly signal: AbortSignal;
  }) => Promise<void>;
}

/** Installed dependencies, one folder for each installation, shared by all checkouts and processes. */
export interface DependencyStore {
  /** The folder with these dependencies, installed when it is not there yet. */
  obtain(installation: Installation, signal: AbortSignal): Promise<string>;
}

interface Install {
  readonly done: Promise<string>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * A store in `folder`. An install happens in a folder beside its final name and is renamed when complete, so what has
 * the final name is whole; what a crash leaves is removed by the next install.
 * @param lockName one lock for all installations, where they share more than their own folder
 */
export function createDependencyStore(folder: string, lockName?: string): DependencyStore {
  const running = new Map<string, Install>();

  async function install(key: string, installation: Installation, signal: AbortSignal): Promise<string> {
    const final = join(folder, key);
    const isDone = (): boolean => existsSync(final);
    if (isDone()) return final;
    await mkdir(folder, { recursive: true });
    const release = await takeInstallLock(join(folder, `${lockName ?? key}.lock`), isDone, signal);
    if (release === null) return final;
    try {
      if (!isDone()) await installInto(final, installation, signal);
    } finally {
      await release();
    }
    return final;
  }

  async function installInto(final: string, { build }: Installation, signal: AbortSignal): Promise<void> {
    await removeAbandoned(folder);
    const work = await mkdtemp(join(folder, `.install-${String(process.pid)}-`));
    try {
      // A check may run as the owner of its checkout, who is somebody else when the coordinator is root.
      await chmod(work, 0o755);
      await build({ work, final, signal });
      await rename(work, final);
    } catch (error) {
      // Another process may have been faster, where a lock was taken over.
      if (!existsSync(final)) throw error;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  return {
    async obtain(installation, signal) {
      signal.throwIfAborted();
      const key = createHash('sha256').update(JSON.stringify(installation.parts)).digest('hex');
      let current = running.get(key);
      if (current === undefined) {
        const stop = new AbortController();
        const done = install(key, installation, stop.signal).finally(() => running.delete(key));
        current = { done, stop, waiting: 0 };
        running.set(key, current);
      }
      return waitFor(current, signal);
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

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /^\.install-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
