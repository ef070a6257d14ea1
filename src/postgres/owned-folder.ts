import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from '../process/process-info';

/** Makes a folder `<prefix>-<pid>-<start>-<random>`, whose name tells which process it belongs to. */
export async function createOwnedFolder(parent: string, prefix: string): Promise<string> {
  const start = await startOf(process.pid);
  return mkdtemp(join(parent, `${prefix}-${String(process.pid)}-${start ?? 'unknown'}-`));
}

/** Removes the folders of that prefix whose process is gone; what cannot be removed stays. */
export async function removeAbandonedFolders(parent: string, prefix: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const [, pid, start] = new RegExp(`^${prefix}-(\\d+)-(\\w+)-\\w{6}$`).exec(name) ?? [];
    if (pid === undefined || start === undefined || start === 'unknown') continue;
    if ((await startOf(Number(pid))) === start) continue;
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The start time in characters a file name may have; undefined for a process that is gone. */
async function startOf(pid: number): Promise<string | undefined> {
  return (await findProcess(pid))?.startedAt.replace(/\W/g, '');
}
