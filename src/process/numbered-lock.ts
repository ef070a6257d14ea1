import { randomUUID } from 'node:crypto';
import { link, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '../config/error-code';

/** A lock made of numbered files in a folder; whom the file of the highest number names is its holder. */
export interface NumberedLock {
  readonly folder: string;
  /** Around the number in the names of its files. */
  readonly before: string;
  readonly after: string;
  /** Whether whoever the file names still holds it. */
  readonly isHeld: (path: string) => Promise<boolean>;
}

/**
 * Tries once to become the holder; the number of the file that says so, null: somebody else holds it, or was faster.
 *
 * 1. The holder is whom the file of the highest number names, as long as `isHeld` says so.
 * 2. Whoever follows creates the next number, which only one contender can: `link` is exclusive, and the file is complete
 *    when it appears.
 * 3. A contender that listed the files long ago may create a number already passed: it looks again, finds a higher one and
 *    steps back. The highest file is never removed, so numbers only grow.
 */
export async function tryNumberedLock(lock: NumberedLock, content: string): Promise<number | null> {
  const { folder, before } = lock;
  const last = await highestNumber(lock);
  if (last !== undefined && (await lock.isHeld(numberedFile(lock, last)))) return null;
  const mine = (last ?? 0) + 1;
  const draft = join(folder, `${before}${randomUUID()}.tmp`);
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await link(draft, numberedFile(lock, mine));
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return null;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if ((await highestNumber(lock)) !== mine) {
    await rm(numberedFile(lock, mine), { force: true });
    return null;
  }
  if (last !== undefined) await rm(numberedFile(lock, last), { force: true });
  return mine;
}

export function numberedFile({ folder, before, after }: NumberedLock, number: number): string {
  return join(folder, `${before}${String(number)}${after}`);
}

async function highestNumber({ folder, before, after }: NumberedLock): Promise<number | undefined> {
  const numbers = (await readdir(folder)).flatMap((name) => {
    const digits =
      name.startsWith(before) && name.endsWith(after)
        ? name.slice(before.length, name.length - after.length)
        : '';
    return /^\d+$/.test(digits) ? [Number(digits)] : [];
  });
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}
