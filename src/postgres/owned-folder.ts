import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes a folder `<prefix>-<pid>-<start>-<random>`, whose name tells which process it belongs to. */
export function createOwnedFolder(parent: string, prefix: string): Promise<string> {
  return mkdtemp(join(parent, `${prefix}-${String(process.pid)}-${startOf(process.pid)}-`));
}

/** Removes the folders of that prefix whose process is gone; what cannot be removed stays. */
export async function removeAbandonedFolders(parent: string, prefix: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const [, pid, start] = new RegExp(`^${prefix}-(\\d+)-(\\d+)-\\w{6}$`).exec(name) ?? [];
    if (pid === undefined || start === undefined || isRunning(Number(pid), start)) continue;
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

// Process ids are reused, so where the system tells it the start time counts too.
function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(pid) === start;
}

/** Clock ticks from boot to the start of the process; 0 where there is no /proc. */
function startOf(pid: number): string {
  try {
    const afterName = readFileSync(`/proc/${String(pid)}/stat`, 'latin1').replace(/^.*\) /s, '');
    return afterName.split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
