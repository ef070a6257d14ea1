import { accessSync, constants } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** Where Linux keeps files in memory. */
const IN_MEMORY = '/dev/shm';
const TMPFS = 0x01021994;
/** Far more than the databases of tests take, so that nothing fails in memory that would not fail on the disk. */
const ROOM_BYTES = 4 * 1024 ** 3;

/** What decides where data goes that is thrown away. */
export interface Memory {
  readonly folder: string;
  /** Memory that may still be used, within the limits of a container. */
  readonly availableBytes: number;
}

/**
 * Where a server for checks keeps its data: in memory where that has 4 GiB of room twice, in the file system there and in
 * the machine, else in `folder`. Making a database writes three hundred files, and a test run makes one for each of its own.
 */
export async function dataFolderFor(
  folder: string,
  memory: Memory = { folder: IN_MEMORY, availableBytes: process.availableMemory() },
): Promise<string> {
  if (process.platform !== 'linux' || memory.availableBytes < ROOM_BYTES) return folder;
  try {
    const { type, bavail, bsize } = await statfs(memory.folder);
    if (type !== TMPFS || bavail * bsize < ROOM_BYTES) return folder;
    accessSync(memory.folder, constants.W_OK);
    return memory.folder;
  } catch {
    return folder; // there is none, or it is closed to us
  }
}

/** Every place {@link dataFolderFor} may name, for clearing up what a killed process left. */
export function dataFolders(folder: string): readonly string[] {
  return process.platform === 'linux' ? [folder, IN_MEMORY] : [folder];
}
