import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { errorCodeOf } from '../config/error-code';
import { findProcess, isRunning } from '../process/process-info';

const Holder = z.strictObject({
  pid: z.int(),
  startedAt: z.string(),
  host: z.string(),
  released: z.boolean(),
});
type Holder = z.infer<typeof Holder>;

const WITHIN_MS = 4_000;
const PAUSE_MS = 15;
/** A holder on another host cannot be looked at; it holds no longer than this. */
const ELSEWHERE_MS = 30_000;

/**
 * Runs `use` while no other process, and no other call in this one, holds the lock of the folder.
 *
 * 1. The holder is whom the lock file of the highest number names, until it says released or that process has ended.
 * 2. Whoever follows creates the next number, which only one contender can: `link` is exclusive, and the file is complete
 *    when it appears.
 * 3. A contender that listed the files long ago may create a number already passed: it looks again, finds a higher one and
 *    steps back. The highest file is never removed, so numbers only grow.
 * @throws Error when it is held for longer than some seconds
 */
export async function withLock<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const mine = await acquire(folder);
  try {
    return await use();
  } finally {
    await put(folder, mine.number, { ...mine.holder, released: true });
  }
}

async function acquire(folder: string): Promise<{ readonly number: number; readonly holder: Holder }> {
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
    const number = await tryAcquire(folder, holder);
    if (number !== null) return { number, holder };
    if (performance.now() > until)
      throw new Error(`${folder} is held by another process for ${String(WITHIN_MS / 1000)} s`);
    await sleep(PAUSE_MS * (1 + Math.random()));
  }
}

async function tryAcquire(folder: string, holder: Holder): Promise<number | null> {
  const last = await highest(folder);
  if (last !== undefined && (await isHeld(folder, last))) return null;
  const mine = (last ?? 0) + 1;
  const draft = join(folder, `lock.${randomUUID()}.tmp`);
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(draft, fileOf(folder, mine));
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return null;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if ((await highest(folder)) !== mine) {
    await rm(fileOf(folder, mine), { force: true });
    return null;
  }
  if (last !== undefined) await rm(fileOf(folder, last), { force: true });
  return mine;
}

async function isHeld(folder: string, number: number): Promise<boolean> {
  const path = fileOf(folder, number);
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

async function put(folder: string, number: number, holder: Holder): Promise<void> {
  const draft = join(folder, `lock.${randomUUID()}.tmp`);
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  await rename(draft, fileOf(folder, number));
}

async function highest(folder: string): Promise<number | undefined> {
  const numbers = (await readdir(folder)).flatMap((name) => {
    const [, digits] = /^lock\.(\d+)$/.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function fileOf(folder: string, number: number): string {
  return join(folder, `lock.${String(number)}`);
}
