import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/config/package-root';
import { type Edit, SERVICES, type ServiceName } from './defect';

const run = promisify(execFile);
const IDENTITY = [
  '-c',
  'user.name=corpus',
  '-c',
  'user.email=corpus@example.test',
  '-c',
  'commit.gpgsign=false',
];
/** What is not part of a service although it may lie in its folder. */
const LEFT_OUT = new Set(['node_modules', 'coverage', 'target', '.venv', '__pycache__', '.pytest_cache']);

/** A commit of a service in a checkout of its own. */
export interface PlantedCommit {
  readonly path: string;
  readonly gitDir: string;
  readonly commit: string;
  readonly tree: string;
}

/** The clean twin of a service as a git repository in which defects become commits. */
export interface PlantedRepository {
  readonly clean: PlantedCommit;
  /** @throws Error for an edit that does not fit the clean twin */
  plant(name: string, edits: readonly Edit[]): Promise<PlantedCommit>;
}

/** Copies a service into `folder` and commits it. */
export async function createPlantedRepository(
  service: ServiceName,
  folder: string,
): Promise<PlantedRepository> {
  const home = join(folder, service);
  const origin = join(home, 'clean');
  await mkdir(home, { recursive: true });
  await cp(join(packageRoot(), SERVICES[service]), origin, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(path.split('/').at(-1) ?? ''),
  });
  const git = async (cwd: string, ...args: string[]): Promise<string> =>
    (await run('git', [...IDENTITY, ...args], { cwd })).stdout.trim();
  const commitAll = async (cwd: string, message: string): Promise<PlantedCommit> => {
    // A file that is ignored can be committed all the same, which is one of the defects.
    await git(cwd, 'add', '--all', '--force');
    await git(cwd, 'commit', '--quiet', '--allow-empty', '--message', message);
    return {
      path: cwd,
      gitDir: join(origin, '.git'),
      commit: await git(cwd, 'rev-parse', 'HEAD'),
      tree: await git(cwd, 'rev-parse', 'HEAD^{tree}'),
    };
  };
  await git(origin, 'init', '--quiet', '--initial-branch', 'main');
  const clean = await commitAll(origin, 'Clean twin');
  return {
    clean,
    plant: async (name, edits) => {
      const checkout = join(home, name);
      await git(origin, 'worktree', 'add', '--quiet', '--detach', checkout, clean.commit);
      for (const edit of edits) await apply(checkout, edit, name);
      return commitAll(checkout, name);
    },
  };
}

async function apply(checkout: string, edit: Edit, name: string): Promise<void> {
  const path = join(checkout, edit.file);
  if ('remove' in edit) {
    await rm(path, { recursive: true });
    return;
  }
  if ('content' in edit) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, edit.content);
    return;
  }
  const text = await readFile(path, 'utf8');
  const parts = text.split(edit.find);
  if (parts.length !== 2) {
    throw new Error(
      `${name}: the text to replace stands ${String(parts.length - 1)} times in ${edit.file}, not once.`,
    );
  }
  await writeFile(path, parts.join(edit.replace));
}
