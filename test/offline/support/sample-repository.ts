import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { excerptOf } from '../../../src/gate/excerpt';
import { summarise } from '../../../src/domain/gate-summary';
import type { GateSummary, Receipt } from '../../../src/domain/receipt';
import { redactSecrets } from '../../../src/process/redact';
import { createGitRepository, type GitRepository } from './git-repository';

const run = promisify(execFile);
const SAMPLE = join(__dirname, '..', '..', '..', 'examples', 'orders-service');
const NO_REPORT = '0'.repeat(64);

type Check = 'build' | 'test' | 'lint';

/** A repository whose trees can be checked and gated. */
export interface SampleRepository extends GitRepository {
  /** Tests and lint of a worktree as the gate tells them; a tree is checked once. */
  gate(worktree: string, tree: string): Promise<GateSummary>;
  check(worktree: string, only: readonly Check[]): Promise<{ passed: boolean; output: string }>;
  /** Adds the one package the playbook asks for; the files it changed. */
  addDependency(worktree: string): Promise<string[]>;
}

/** The sample's dependencies and jose, installed once for all repositories of a file. */
export interface SampleDependencies {
  readonly path: string;
  remove(): Promise<void>;
}

export async function installSampleDependencies(): Promise<SampleDependencies> {
  const path = await mkdtemp(join(tmpdir(), 'auth-dependencies-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  for (const file of ['package.json', 'package-lock.json']) await cp(join(SAMPLE, file), join(path, file));
  const installed = await npm(path, 'install', '--ignore-scripts', '--save-exact', 'jose@6.2.18');
  if (installed.code === 0) return { path, remove };
  await remove();
  throw new Error(`The sample's dependencies were not installed: ${installed.output}`);
}

export async function createSampleRepository({
  path: modules,
}: SampleDependencies): Promise<SampleRepository> {
  const repository = await createGitRepository({
    sample: SAMPLE,
    prepare: (worktree) => symlink(join(modules, 'node_modules'), join(worktree, 'node_modules')),
    unversioned: ['node_modules'],
  });
  const checked = new Map<string, GateSummary>();

  return {
    ...repository,
    async gate(worktree, tree) {
      const known = checked.get(tree);
      if (known !== undefined) return known;
      const receipts = [
        receipt('tests', tree, 'test', await npm(worktree, 'test')),
        receipt('style-guide', tree, 'lint', await npm(worktree, 'run', 'lint')),
      ];
      const summary = summarise({ report: { tree, commit: tree, base: tree, receipts }, ref: NO_REPORT });
      checked.set(tree, summary);
      return summary;
    },
    async check(worktree, only) {
      const results: { code: number; output: string }[] = [];
      for (const name of only) if (name !== 'build') results.push(await npm(worktree, 'run', name));
      const output = results.map((result) => excerptOf(redactSecrets(result.output), 12_000)).join('\n\n');
      return { passed: results.every((result) => result.code === 0), output };
    },
    async addDependency(worktree) {
      const manifest = await readFile(join(worktree, 'package.json'), 'utf8');
      await writeFile(
        join(worktree, 'package.json'),
        manifest.replace('"pg":', '"jose": "6.2.18",\n    "pg":'),
      );
      await cp(join(modules, 'package-lock.json'), join(worktree, 'package-lock.json'));
      return ['package.json', 'package-lock.json'];
    },
  };
}

async function npm(cwd: string, ...args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run('npm', args, { cwd, maxBuffer: 1 << 26, env: testEnvironment() });
    return { code: 0, output: `${stdout}\n${stderr}` };
  } catch (error) {
    if (!isFailedCommand(error)) throw error;
    return { code: error.code, output: `${error.stdout}\n${error.stderr}` };
  }
}

function receipt(
  subject: Receipt['subject'],
  tree: string,
  name: string,
  result: { readonly code: number; readonly output: string },
): Receipt {
  return {
    subject,
    verdict: result.code === 0 ? 'pass' : 'fail',
    checker: { kind: 'tool', name, version: null, argv: ['npm', 'run', name], exitCode: result.code },
    tree,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 0,
    sandbox: 'none',
    evidence: [{ kind: 'output', output: NO_REPORT, excerpt: excerptOf(redactSecrets(result.output), 3500) }],
    note: result.code === 0 ? '' : `ended with exit code ${String(result.code)}`,
  };
}

/** Without what Jest and npm leave in the environment of a test. */
function testEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, CI: '1', NO_COLOR: '1', npm_config_update_notifier: 'false' };
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
