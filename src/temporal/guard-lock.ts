import { z } from 'zod';
import { tryNumberedLock } from '../process/numbered-lock';
import { findProcess, isRunning } from '../process/process-info';
import { readJsonFile } from './json-file';

const Holder = z.strictObject({ pid: z.int(), startedAt: z.string() });

/**
 * Makes this process the only guard of a home; false when a living one holds it. There is no unlocking: a holder's end is
 * enough.
 */
export async function acquireGuardLock(home: string): Promise<boolean> {
  const self = await findProcess(process.pid);
  if (self === undefined) throw new Error('This process is not in the process table; is /proc mounted?');
  const lock = { folder: home, before: 'guard.', after: '.lock', isHeld };
  const holder = JSON.stringify({ pid: self.pid, startedAt: self.startedAt });
  return (await tryNumberedLock(lock, holder)) !== null;
}

async function isHeld(path: string): Promise<boolean> {
  const holder = await readJsonFile(path, Holder);
  return holder !== undefined && (await isRunning(holder));
}
