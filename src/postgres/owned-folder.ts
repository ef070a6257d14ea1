import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from '../process/process-info';

/** What the name of a private server's data folder begins with. */
export const DATA_PREFIX = 'postgres';

/** Makes a folder `<prefix>-<pid>-<start>.<space>-<random>`, whose name tells which process it belongs to. */
export async function createOwnedFolder(parent: string, prefix: string): Promise<string> {
  const start = (await startOf(process.pid)) ?? 'unknown';
  return mkdtemp(join(parent, `${prefix}-${String(process.pid)}-${start}.${await processSpace()}-`));
}

/**
 * Removes the folders of that prefix whose process is gone; what cannot be removed stays. So do those of processes that
 * cannot be seen from here: containers may share a folder for temporary files.
 */
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
  const here = await processSpace();
  for (const name of await readdir(parent).catch(() => [])) {
    const [, pid, start, space] = new RegExp(`^${prefix}-(\\d+)-(\\w+)\\.(\\d+)-\\w{6}$`).exec(name) ?? [];
    if (pid === undefined || start === undefined || start === 'unknown' || space !== here) continue;
    if ((await startOf(Number(pid))) !== start) found.push(join(parent, name));
  }
  return found;
}

/** The number of the PID namespace, within which pids are told apart; 0 where the system has none. */
async function processSpace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? '0';
}

/** The start time in characters a file name may have; undefined for a process that is gone. */
async function startOf(pid: number): Promise<string | undefined> {
  return (await findProcess(pid))?.startedAt.replace(/\W/g, '');
}
