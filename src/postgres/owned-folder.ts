import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from '../process/process-info';

/** What the name of a private server's data folder begins with. */
export const DATA_PREFIX = 'postgres';

/** Makes a folder `<prefix>-<pid>-<start>-<random>`, whose name tells which process it belongs to. */
export async function createOwnedFolder(parent: string, prefix: string): Promise<string> {
  const start = await startOf(process.pid);
  return mkdtemp(join(parent, `${prefix}-${String(process.pid)}-${start ?? 'unknown'}-`));
}

/** Removes the folders of that prefix whose process is gone; what cannot be removed stays. */
export async function removeAbandonedFolders(parent: string, prefix: string): Promise<void> {
  for (const folder of await findAbandonedFolders(parent, prefix)) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Data folders of private servers in `dataRoot` whose process is gone. */
export function findAbandonedData(dataRoot: string): Promise<readonly string[]> {
  return findAbandonedFolders(dataRoot, DATA_PREFIX);
}

async function findAbandonedFolders(parent: string, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir(parent).catch(() => [])) {
    const [, pid, start] = new RegExp(`^${prefix}-(\\d+)-(\\w+)-\\w{6}$`).exec(name) ?? [];
    if (pid === undefined || start === undefined || start === 'unknown') continue;
    if ((await startOf(Number(pid))) !== start) found.push(join(parent, name));
  }
  return found;
}

/** The start time in characters a file name may have; undefined for a process that is gone. */
async function startOf(pid: number): Promise<string | undefined> {
  return (await findProcess(pid))?.startedAt.replace(/\W/g, '');
}
