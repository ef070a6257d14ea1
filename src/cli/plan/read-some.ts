import { open } from 'node:fs/promises';
import { MOST_BYTES } from './read-plan-file';

/** Reads a file, or a pipe such as a shell's `<(…)`, and no more of it than tells that it is too large for a plan. */
export async function readSome(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    for (let size = 0; ;) {
      // A pipe has no positions.
      const { bytesRead } = await handle.read(buffer, size, buffer.length - size, null);
      size += bytesRead;
      if (bytesRead === 0 || size === buffer.length) return buffer.subarray(0, size);
    }
  } finally {
    await handle.close();
  }
}
