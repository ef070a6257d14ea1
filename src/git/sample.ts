import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from '../config/package-root';
import { exists } from './files';
import type { Git } from './git-command';

/** Makes fresh repositories of the bundled services; the same files always give the same commit. */
export interface SampleMaker {
  /** The folder of a bundled service. */
  folderOf(name: string): string;
  /** Makes the repository at `target`, unless it is there, and answers its commit. */
  materialise(path: string, target: string): Promise<string>;
  /** The commit `materialise` would make. */
  commitOf(path: string): Promise<string>;
}

// What installing, building and testing leave behind in the package's own copy.
const LEFT_OUT = new Set([
  ...['.git', '.env', 'coverage', '.coverage', 'htmlcov', 'node_modules', 'target', '.venv', '__pycache__'],
  ...['.pytest_cache', '.ruff_cache', '.mypy_cache'],
]);
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
  const message = `Start the ${basename(path).replaceAll('-', ' ')}`;
  await git.text({ ...here, args: ['commit', '--quiet', '--no-verify', '-m', message] });
  return git.text({ ...here, args: ['rev-parse', '--verify', 'HEAD^{commit}'] });
}

/** Where a bundled service says its version, by stack. */
const VERSIONS: readonly (readonly [file: string, version: RegExp])[] = [
  ['package.json', /^ {2}"version":\s*"([^"]+)"/m],
  ['pyproject.toml', /^version\s*=\s*"([^"]+)"/m],
  ['pom.xml', /^ {2,4}<version>([^<]+)<\/version>/m],
];

/** The version a bundled service gives itself. @throws an error where it gives none: that is a fault of the package */
export async function versionOfSample(path: string): Promise<string> {
  for (const [file, pattern] of VERSIONS) {
    const text = await readFile(join(path, file), 'utf8').catch(() => '');
    const version = pattern.exec(text.replace(/<parent>[\s\S]*?<\/parent>/, ''))?.[1];
    if (version !== undefined) return version;
  }
  const files = VERSIONS.map(([file]) => file).join(', ');
  throw new Error(`The bundled sample ${path} gives itself no version in any of ${files}.`);
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name)) continue;
    if (entry.isDirectory()) await copyTree(join(from, entry.name), join(to, entry.name));
    if (entry.isFile()) await copyFile(join(from, entry.name), join(to, entry.name));
  }
}
