import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BlobRef } from '../domain/common/blob';
import type { BlobStore } from '../ports/blob-store';
import { BlobCorrupt, BlobMissing, BlobNotStored } from './errors';

/**
 * Blobs as files `<root>/<first 2 hex>/<other 62 hex>`. A file appears under its name only when it is complete and
 * on the disk, so several processes may share the folder.
 */
export function createDirectoryBlobStore(root: string): BlobStore {
  return {
    async put(bytes) {
      const content = Buffer.from(bytes);
      const ref = createHash('sha256').update(content).digest('hex');
      const path = pathOf(root, ref);
      if (!(await isStored(path, content))) await write(root, path, content);
      return ref;
    },
    async get(ref) {
      const path = pathOf(root, BlobRef.parse(ref));
      const content = await readFile(path).catch((error: unknown) => {
        throw codeOf(error) === 'ENOENT' ? new BlobMissing(ref, root, { cause: error }) : error;
      });
      if (createHash('sha256').update(content).digest('hex') !== ref) throw new BlobCorrupt(ref, path);
      return content;
    },
  };
}

function pathOf(root: string, ref: string): string {
  return join(root, ref.slice(0, 2), ref.slice(2));
}

// Compared and not only looked for: a damaged file is mended by the next one who has the bytes.
async function isStored(path: string, content: Buffer): Promise<boolean> {
  const found = await readFile(path).catch(() => undefined);
  return found?.equals(content) === true;
}

async function write(root: string, path: string, content: Buffer): Promise<void> {
  const draft = join(root, `.new-${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new BlobNotStored(root, { cause: error });
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
