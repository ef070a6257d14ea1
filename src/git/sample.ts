import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../config/package-root';
import { exists } from './files';
import type { Git } from './git-command';

/** Makes fresh repositories of the bundled service; the same files always give the same commit. */
export interface SampleMaker {
  /** The folder of a bundled service. */
  folderOf(name: string): string;
  /** Makes the repository at `target`, unless it is there, and answers its commit. */
  materialise(path: string, target: string): Promise<string>;
  /** The commit `materialise` would make. */
  commitOf(path: string): Promise<string>;
}

const LEFT_OUT = new Set(['node_modules', 'coverage', '.git', '.env']);
const MADE_AT = '2026-01-01T00:00:00Z';

export function createSampleMaker(git: Git): SampleMaker {
  return {
    folderOf: (name) => join(packageRoot(), 'examples', name),
    async materialise(path, target) {
      if (!(await exists(target))) {
        await mkdir(dirname(target), { recursive: true });
        const draft = await mkdtemp(join(dirname(target), '.new-'));
        try {
          await makeRepository(git, path, draft);
          await rename(draft, target);
        } catch (error) {
          await rm(draft, { recursive: true, force: true });
          if (!(await exists(target))) throw error; // else another process was faster
        }
      }
      return git.text({ args: ['rev-parse', '--verify', 'HEAD^{commit}'], cwd: target });
    },
    async commitOf(path) {
      const draft = await mkdtemp(join(tmpdir(), 'sample-'));
      try {
        return await makeRepository(git, path, draft);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    },
  };
}

async function makeRepository(git: Git, path: string, target: string): Promise<string> {
  await copyTree(path, target);
  const dates = { GIT_AUTHOR_DATE: MADE_AT, GIT_COMMITTER_DATE: MADE_AT };
  const here = { cwd: target, env: dates };
  await git.text({
    args: ['init', '--quiet', '--template=', '--initial-branch=main', '--object-format=sha1'],
    cwd: target,
  });
  await git.text({ ...here, args: ['add', '-A', '--', '.'] });
  await git.text({ ...here, args: ['commit', '--quiet', '--no-verify', '-m', 'Start the orders service'] });
  return git.text({ ...here, args: ['rev-parse', '--verify', 'HEAD^{commit}'] });
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name)) continue;
    if (entry.isDirectory()) await copyTree(join(from, entry.name), join(to, entry.name));
    if (entry.isFile()) await copyFile(join(from, entry.name), join(to, entry.name));
  }
}
