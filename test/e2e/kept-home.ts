import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What a server that runs, or has just ended, keeps of itself in its home. */
const OF_SERVER = /^(server(-lease)?\.json|guard\.\d+\.lock)$/;

/** A home as it was at one moment, while nothing ran in it. */
export interface KeptHome {
  /** Makes the home what it was; to the same place, since worktrees know their paths. */
  restore(): Promise<void>;
  dispose(): Promise<void>;
}

export async function keepHome(home: string): Promise<KeptHome> {
  const kept = await mkdtemp(join(tmpdir(), 'coordinator-kept-'));
  const filter = (source: string): boolean => !OF_SERVER.test(basename(source));
  const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, filter } as const;
  await cp(home, kept, options);
  return {
    restore: async () => {
      for (const entry of await readdir(home)) await rm(join(home, entry), { recursive: true, force: true });
      await cp(kept, home, options);
    },
    dispose: () => rm(kept, { recursive: true, force: true }),
  };
}
