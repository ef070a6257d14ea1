import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCodeOf } from '../config/error-code';

const POLL_MS = 100;
/** Longer than any install; a lock this old belongs to nobody, whatever runs under its number now. */
const OLDEST_MS = 20 * 60_000;

/**
 * Holds `path` as a lock between processes until the returned function is called. A lock of a dead process is taken
 * over. It only saves double work: what it guards must bear being done twice.
 * @returns null as soon as `isDone` says that somebody else did the work
 */
export async function takeInstallLock(
  path: string,
  isDone: () => boolean,
  signal: AbortSignal,
): Promise<(() => Promise<void>) | null> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    for (;;) {
      if (isDone()) return null;
      signal.throwIfAborted();
      if (await tryLink(own, path)) return () => rm(path, { force: true });
      if (await isAbandoned(path)) {
        const stale = `${path}.${randomUUID()}`;
        await rename(path, stale).catch(() => undefined);
        await rm(stale, { force: true });
      } else {
        await sleep(POLL_MS, undefined, { signal });
      }
    }
  } finally {
    await rm(own, { force: true });
  }
}

// A link appears with its content, unlike a file that is created and then written.
async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(path, 'utf8'));
    const { mtimeMs } = await stat(path);
    return !isRunning(owner) || Date.now() - mtimeMs > OLDEST_MS;
  } catch {
    return false; // released in the meantime
  }
}

/** Whether a process with the id runs on this machine; one that ended and was not yet reaped does not. */
export function isRunning(id: number): boolean {
  if (!Number.isInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
  try {
    return !/^.*\) [ZX] /s.test(readFileSync(`/proc/${String(id)}/stat`, 'latin1'));
  } catch {
    return process.platform !== 'linux'; // no /proc to look at: believe the signal
  }
}
