import { randomUUID } from 'node:crypto';
import { link, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCodeOf } from '../config/error-code';
import { findProcess, isRunning } from '../process/process-info';
import { readJsonFile } from './json-file';

const Holder = z.strictObject({ pid: z.int(), startedAt: z.string() });

/**
 * Makes this process the only guard of a home; false when a living one holds it.
 *
 * 1. The holder is the process named in the lock file of the highest number, while that process lives; there is
 *    no unlocking, a holder's end is enough.
 * 2. A dead holder is followed by creating the next number, which only one contender can (`link` is exclusive
 *    and the file is complete when it appears).
 * 3. A contender that listed the files long ago may create a number already passed: it looks again, finds a
 *    higher one and steps back.
 */
export async function acquireGuardLock(home: string): Promise<boolean> {
  const self = await findProcess(process.pid);
  if (self === undefined) throw new Error('This process is not in the process table; is /proc mounted?');
  const last = await highestNumber(home);
  if (last !== undefined && (await isHeld(home, last))) return false;

  const mine = (last ?? 0) + 1;
  const draft = join(home, `guard.${randomUUID()}.tmp`);
  await writeFile(draft, JSON.stringify({ pid: self.pid, startedAt: self.startedAt }), { mode: 0o600 });
  try {
    await link(draft, lockFile(home, mine));
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if ((await highestNumber(home)) !== mine) {
    await rm(lockFile(home, mine), { force: true });
    return false;
  }
  if (last !== undefined) await rm(lockFile(home, last), { force: true });
  return true;
}

async function isHeld(home: string, number: number): Promise<boolean> {
  const holder = await readJsonFile(lockFile(home, number), Holder);
  return holder !== undefined && (await isRunning(holder));
}

async function highestNumber(home: string): Promise<number | undefined> {
  const numbers = (await readdir(home)).flatMap((name) => {
    const [, digits] = /^guard\.(\d+)\.lock$/.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function lockFile(home: string, number: number): string {
  return join(home, `guard.${String(number)}.lock`);
}
