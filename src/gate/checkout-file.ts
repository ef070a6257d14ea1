import { constants } from 'node:fs';
import { open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { randomUUID } from 'node:crypto';
import { errorCodeOf } from '../config/error-code';
import { BootstrapRefused } from './bootstrap-refused';

const LARGEST_BYTES = 32 * 1024 * 1024;

/**
 * Text of a regular file of a checkout, null when it is not there. A link is not followed, neither the file itself
 * nor a folder on the way: it could lead out of the checkout.
 * @throws BootstrapRefused for anything that is no plain file of the checkout
 */
export async function readCheckoutFile(checkout: string, path: string): Promise<string | null> {
  const full = join(checkout, path);
  const refuse = (cause?: unknown): BootstrapRefused =>
    new BootstrapRefused(`${path} is no plain file of at most 32 MB; replace it by one.`, 'broken', {
      cause,
    });
  if (normalize(path).split('/')[0] === '..') {
    throw new BootstrapRefused(`${path} is outside the service's folder; keep it inside.`, 'broken');
  }
  let file;
  try {
    const folder = await realpath(dirname(full));
    if (folder !== normalize(join(await realpath(checkout), dirname(path)))) throw refuse();
    file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return null;
    throw error instanceof BootstrapRefused ? error : refuse(error);
  }
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > LARGEST_BYTES) throw refuse();
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Replaces a file whole; where a link stands, the link is replaced, not what it leads to. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
