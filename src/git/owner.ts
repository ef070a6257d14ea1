import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

/** The process that uses a folder; the start time tells it from a later process with the same pid. */
const Owner = z.object({ pid: z.int().positive(), startedAt: z.string() });
type Owner = z.infer<typeof Owner>;

export type Ownership = 'nobody' | 'dead' | 'self' | 'alive';

/** Names this process as the user of what `file` stands beside. */
export async function claim(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(await ownSelf()));
}

/** Whose claim the file is. A file that cannot be read counts as nobody's. */
export async function ownershipOf(file: string): Promise<Ownership> {
  const owner = await readOwner(file);
  if (owner === undefined) return 'nobody';
  const self = await ownSelf();
  if (owner.pid === self.pid && owner.startedAt === self.startedAt) return 'self';
  return (await isRunning(owner)) ? 'alive' : 'dead';
}

/** Names this process among those that use a shared folder; claims of dead processes are dropped. */
export async function claimShare(folder: string): Promise<void> {
  await claim(join(folder, String(process.pid)));
}

/** `alive` when any other living process uses the shared folder. */
export async function sharedOwnershipOf(folder: string): Promise<Ownership> {
  const names = await readdir(folder).catch(() => []);
  let shared: Ownership = 'nobody';
  for (const name of names) {
    const file = join(folder, basename(name));
    const ownership = await ownershipOf(file);
    if (ownership === 'alive') return 'alive';
    if (ownership === 'self') shared = 'self';
    if (ownership === 'dead') await rm(file, { force: true });
  }
  return shared;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return Owner.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function ownSelf(): Promise<Owner> {
  return { pid: process.pid, startedAt: (await startOf(process.pid)) ?? '' };
}

async function isRunning(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code !== 'EPERM') return false; // EPERM: another user's, so it runs
  }
  if (process.platform !== 'linux') return true; // without /proc the pid has to do
  return (await startOf(owner.pid)) === owner.startedAt;
}

/** Start time in clock ticks since boot; undefined for a process that is gone or a zombie. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1');
    // The name in parentheses may hold anything; after it come the state and, twentieth, the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
