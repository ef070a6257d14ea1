import { readFile, stat, truncate } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { errorCodeOf } from '../config/error-code';
import { numberedFile, tryNumberedLock, type NumberedLock } from '../process/numbered-lock';
import { findProcess, isRunning } from '../process/process-info';

const Holder = z.strictObject({
  pid: z.int(),
  startedAt: z.string(),
  host: z.string(),
  /** Older versions say so when they are done; now the file is emptied. */
  released: z.boolean(),
});
type Holder = z.infer<typeof Holder>;

const WITHIN_MS = 4_000;
const PAUSE_MS = 15;
/** A holder on another host cannot be looked at; it holds no longer than this. */
const ELSEWHERE_MS = 30_000;

/**
 * Runs `use` while no other process, and no other call in this one, holds the lock of the folder.
 * A holder holds it until its file names nobody or its process has ended.
 * @throws Error when it is held for longer than some seconds
 */
export async function withLock<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const mine = await acquire(folder);
  try {
    return await use();
  } finally {
    // Emptied in place, which needs no room: a full disk must not leave it held for as long as this process lives.
    await truncate(numberedFile(lockOf(folder), mine));
  }
}

function lockOf(folder: string): NumberedLock {
  return { folder, before: 'lock.', after: '', isHeld };
}

/** The number of the file that names this process. */
async function acquire(folder: string): Promise<number> {
  const self = await findProcess(process.pid);
  if (self === undefined) throw new Error('This process is not in the process table; is /proc mounted?');
  const holder: Holder = {
    pid: self.pid,
    startedAt: self.startedAt,
    host: hostname(),
    released: false,
  };
  const until = performance.now() + WITHIN_MS;
  for (;;) {
    const number = await tryNumberedLock(lockOf(folder), JSON.stringify(holder));
    if (number !== null) return number;
    if (performance.now() > until)
      throw new Error(`${folder} is held by another process for ${String(WITHIN_MS / 1000)} s`);
    await sleep(PAUSE_MS * (1 + Math.random()));
  }
}

async function isHeld(path: string): Promise<boolean> {
  let holder: Holder | undefined;
  try {
    holder = Holder.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    // Somebody followed it meanwhile; what cannot be read as JSON holds nothing.
    return errorCodeOf(error) === 'ENOENT';
  }
  if (holder === undefined || holder.released) return false;
  if (holder.host === hostname()) return isRunning(holder);
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs < ELSEWHERE_MS;
}
