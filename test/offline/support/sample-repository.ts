import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { excerptOf } from '../../../src/gate/excerpt';
import { summarise } from '../../../src/domain/quality-gate/gate-summary';
import type { GateSummary, Receipt } from '../../../src/domain/quality-gate/receipt';
import { redactSecrets } from '../../../src/process/redact';

const run = promisify(execFile);
const NOT_COPIED = /\/(node_modules|coverage|target|\.venv|__pycache__|\.[a-z]+_cache)$/;
const NO_REPORT = '0'.repeat(64);

type Check = 'build' | 'test' | 'lint';

/** The sample as a git repository in a temporary folder, linked to its modules where it has any. */
export interface SampleRepository {
  head(): Promise<string>;
  /** A worktree on a branch of its own from `commit`. */
  worktree(name: string, commit: string): Promise<string>;
  /** Merges `commit` into a worktree and leaves the markers; gives the files that conflict. */
  mergeInto(worktree: string, commit: string): Promise<string[]>;
  commit(worktree: string, message: string): Promise<{ commit: string; tree: string }>;
  /** Merges onto the head; the files that conflict, or none and the head has moved. */
  merge(commit: string, message: string): Promise<string[]>;
  /** Tests and lint of a worktree as the gate tells them; a tree is checked once. */
  gate(worktree: string, tree: string): Promise<GateSummary>;
  check(worktree: string, only: readonly Check[]): Promise<{ passed: boolean; output: string }>;
  /** Files that differ from the first commit. */
  changed(commit: string): Promise<string[]>;
  /** Adds the one package the playbook installs; the changed files. */
  addDependency(worktree: string): Promise<string[]>;
  /** A line of a file as it was first committed, from 1. */
  lineBefore(file: string, line: number): Promise<string | undefined>;
  readonly path: string;
  remove(): Promise<void>;
}

/** A bundled service with what its checks need, installed once for all repositories of a test file. */
export interface InstalledSample {
  /** Its folder in `examples`. */
  readonly name: string;
  /** Folder of installed modules that every checkout links to; null where nothing is linked. */
  readonly modules: string | null;
  readonly commands: Readonly<Record<'test' | 'lint', readonly [string, ...string[]]>>;
  readonly environment: NodeJS.ProcessEnv;
  addDependency(worktree: string): Promise<string[]>;
  remove(): Promise<void>;
}

export function sampleFolder(name: string): string {
  return join(__dirname, '..', '..', '..', 'examples', name);
}

export async function createSampleRepository(sample: InstalledSample): Promise<SampleRepository> {
  const root = await mkdtemp(join(tmpdir(), 'sample-playbook-'));
  const path = join(root, 'repository');
  const checked = new Map<string, GateSummary>();
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    return (await run('git', [...identity, ...args], { cwd })).stdout.trim();
  };
  const conflictsIn = async (cwd: string): Promise<string[]> =>
    (await git(cwd, 'diff', '--name-only', '--diff-filter=U')).split('\n').filter((line) => line !== '');

  const link = async (checkout: string): Promise<void> => {
    if (sample.modules !== null) await symlink(sample.modules, join(checkout, 'node_modules'));
  };
  const runCheck = async (checkout: string, name: 'test' | 'lint'): Promise<Ran> =>
    runProgram(checkout, sample.commands[name], sample.environment);

  await cp(sampleFolder(sample.name), path, {
    recursive: true,
    filter: (source) => !NOT_COPIED.test(source),
  });
  await git(path, 'init', '-q', '-b', 'main');
  await git(path, 'add', '-A');
  await git(path, 'commit', '-q', '-m', 'Sample');
  await link(path);

  return {
    path,
    head: () => git(path, 'rev-parse', 'HEAD'),
    async worktree(name, commit) {
      const worktree = join(root, name);
      await git(path, 'worktree', 'remove', '--force', worktree).catch(() => undefined);
      await git(path, 'worktree', 'add', '-q', '--detach', worktree, commit);
      await link(worktree);
      return worktree;
    },
    async changed(commit) {
      const first = await git(path, 'rev-list', '--max-parents=0', commit);
      const names = await git(path, 'diff', '--name-only', '-z', first, commit);
      return names.split('\0').filter((name) => name !== '');
    },
    async mergeInto(worktree, commit) {
      await git(worktree, 'merge', '-q', '--no-commit', '--no-ff', commit).catch(() => undefined);
      return conflictsIn(worktree);
    },
    async commit(worktree, message) {
      await git(worktree, 'add', '-A', '--', '.', ':!node_modules');
      await git(worktree, 'commit', '-q', '--allow-empty', '-m', message);
      return {
        commit: await git(worktree, 'rev-parse', 'HEAD'),
        tree: await git(worktree, 'rev-parse', 'HEAD^{tree}'),
      };
    },
    async merge(commit, message) {
      try {
        await git(path, 'merge', '-q', '--no-ff', '-m', message, commit);
        return [];
      } catch (error) {
        const files = await conflictsIn(path);
        if (files.length === 0) throw error;
        await git(path, 'merge', '--abort');
        return files;
      }
    },
    async gate(worktree, tree) {
      const known = checked.get(tree);
      if (known !== undefined) return known;
      const receipts = [
        receipt('tests', tree, sample.commands.test, await runCheck(worktree, 'test')),
        receipt('style-guide', tree, sample.commands.lint, await runCheck(worktree, 'lint')),
      ];
      const summary = summarise({ report: { tree, commit: tree, base: tree, receipts }, ref: NO_REPORT });
      checked.set(tree, summary);
      return summary;
    },
    async check(worktree, only) {
      const results: Ran[] = [];
      for (const name of only) if (name !== 'build') results.push(await runCheck(worktree, name));
      const output = results.map((result) => excerptOf(redactSecrets(result.output), 12_000)).join('\n\n');
      return { passed: results.every((result) => result.code === 0), output };
    },
    addDependency: (worktree) => sample.addDependency(worktree),
    async lineBefore(file, line) {
      const commits = (await git(path, 'log', '--format=%H', '--diff-filter=A', '--', file)).split('\n');
      return (await git(path, 'show', `${commits.at(-1) ?? ''}:${file}`)).split('\n')[line - 1];
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; only one that could not be started throws. */
export async function runProgram(
  cwd: string,
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(program, args, { cwd, maxBuffer: 1 << 26, env });
    return { code: 0, output: `${stdout}\n${stderr}` };
  } catch (error) {
    if (!isFailedCommand(error)) throw error;
    return { code: error.code, output: `${error.stdout}\n${error.stderr}` };
  }
}

function receipt(
  subject: Receipt['subject'],
  tree: string,
  argv: readonly [string, ...string[]],
  result: Ran,
): Receipt {
  return {
    subject,
    verdict: result.code === 0 ? 'pass' : 'fail',
    checker: { kind: 'tool', name: argv[0], version: null, argv: [...argv], exitCode: result.code },
    tree,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 0,
    sandbox: 'none',
    evidence: [{ kind: 'output', output: NO_REPORT, excerpt: excerptOf(redactSecrets(result.output), 3500) }],
    note: result.code === 0 ? '' : `ended with exit code ${String(result.code)}`,
  };
}

/** Without what Jest and npm leave in the environment of a test. */
export function testEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, CI: '1', NO_COLOR: '1' };
}

/** Not by `instanceof`: under Jest, errors of Node itself come from another realm. */
function isFailedCommand(error: unknown): error is { code: number; stdout: string; stderr: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'stdout' in error &&
    'code' in error &&
    typeof error.code === 'number'
  );
}
