import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { findProcess, isRunning } from '../process/process-info';

/** The process that uses a folder; the start time tells it from a later process with the same pid. */
const Owner = z.object({ pid: z.int().positive(), startedAt: z.string() });
type Owner = z.infer<typeof Owner>;

export type Ownership = 'nobody' | 'dead' | 'self' | 'alive';

/** Names this process as the user of what `file` stands beside. */
export async function claim(file: string): Promise<void> {
  const text = JSON.stringify(await ownSelf());
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
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

let self: Promise<Owner> | undefined;

async function ownSelf(): Promise<Owner> {
  self ??= findProcess(process.pid).then((found) => ({
    pid: process.pid,
    startedAt: found?.startedAt ?? '',
  }));
  return self;
}
