import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git-command';
import type { Place } from './layout';
import { inPlace } from './place';

/** Whether an index file is complete. It ends in a hash of what comes before, which git itself does not look at. */
export async function isWholeIndex(path: string): Promise<boolean> {
  const content = await readFile(path).catch(() => Buffer.alloc(0));
  return ['sha1', 'sha256'].some((name) => {
    const hash = createHash(name);
    const end = content.length - (name === 'sha1' ? 20 : 32);
    return end > 0 && hash.update(content.subarray(0, end)).digest().equals(content.subarray(end));
  });
}

/** Makes the worktree's index again, from its head, when a power cut left less than a whole one. */
export async function mendIndex(git: Git, place: Place): Promise<void> {
  const index = join(place.gitDir, 'index');
  if (await isWholeIndex(index)) return;
  await rm(index, { force: true });
  await git.text(inPlace(place, ['read-tree', 'HEAD']));
}
