import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../src/config/environment';
import { createGitWorkspace, type GitWorkspace } from '../src/git/workspace';
import { minimalEnvironment, runCommand } from '../src/process/run-command';
import { createSandbox, probeSandbox } from '../src/sandbox/sandbox';
import { figure, percentile, type Figure } from './figures';

const FILES = 20_000;
const SNAPSHOTS = 40;
const WORKTREES = 4;
const COMMANDS = 60;
const TASK = 'backend-T001';

interface Subject {
  readonly name: string;
  readonly objectiveId: string;
  readonly base: string;
  /** A file that exists. */
  readonly file: string;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** Files in folders of twenty, as a large service has them. */
async function makeLargeRepository(path: string): Promise<void> {
  for (let first = 0; first < FILES; first += 20) {
    const folder = join(path, `part-${String(Math.floor(first / 400))}`, `module-${String(first / 20)}`);
    await mkdir(folder, { recursive: true });
    for (let index = first; index < first + 20; index += 1) {
      const line = `export const value${String(index)} = ${String(index)};\n`;
      await writeFile(join(folder, `file-${String(index)}.ts`), line.repeat(8));
    }
  }
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'gc.auto=0'];
  const git = (...args: string[]): void => {
    execFileSync('git', [...author, ...args], { cwd: path, stdio: 'ignore', env: minimalEnvironment() });
  };
  git('init', '--quiet', '--initial-branch=main');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'Start');
}

async function benchSnapshots(workspace: GitWorkspace, subject: Subject): Promise<Figure[]> {
  const { objectiveId, base, name } = subject;
  const at = { objectiveId, taskId: TASK };
  const { worktrees } = workspace;
  const worktree = await worktrees.open({ ...at, start: { kind: 'fresh', from: base } });
  const measure = async (paths: readonly string[] | null): Promise<number> => {
    const samples: number[] = [];
    for (let run = 0; run < SNAPSHOTS; run += 1) {
      await writeFile(join(worktree.path, subject.file), `changed ${String(run)} ${String(paths?.length)}\n`);
      samples.push(await timed(() => worktrees.snapshot({ ...at, paths })));
    }
    return percentile(samples, 0.5);
  };
  const first = await timed(() => worktrees.snapshot({ ...at, paths: null }));
  const large = name !== 'sample';
  return [
    figure(`snapshot, first of a worktree, ${name}`, first, 'ms'),
    figure(`snapshot p50, one path, ${name}`, await measure([subject.file]), 'ms', large ? undefined : 15),
    figure(`snapshot p50, whole tree, ${name}`, await measure(null), 'ms', large ? 100 : 25),
  ];
}

async function benchWorktrees(workspace: GitWorkspace, subject: Subject): Promise<Figure[]> {
  const { objectiveId, base, name } = subject;
  const { worktrees } = workspace;
  const openAll = async (first: number): Promise<number> => {
    const samples: number[] = [];
    for (let index = first; index < first + WORKTREES; index += 1) {
      const taskId = `backend-T${String(index).padStart(3, '0')}`;
      const start = { kind: 'fresh', from: base } as const;
      samples.push(await timed(() => worktrees.open({ objectiveId, taskId, start })));
    }
    return percentile(samples, 0.5);
  };
  const without = await openAll(100);
  const cost = await timed(() => worktrees.warm({ objectiveId, commit: base, count: WORKTREES }));
  const pooled = await openAll(200);
  return [
    figure(`worktree ready p50, from the pool, ${name}`, pooled, 'ms', 300),
    figure(`worktree ready p50, without the pool, ${name}`, without, 'ms'),
    figure(`pool, one worktree made ahead, ${name}`, cost / WORKTREES, 'ms'),
  ];
}

/** Keeping and making worktrees, on the bundled sample and on a repository of twenty thousand files. */
export async function benchWorkspace(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coordinator-bench-workspace-'));
  const searchPath = readEnvironment(process.env).path;
  const workspace = createGitWorkspace({ home: join(folder, 'home'), searchPath });
  try {
    const target = join(folder, 'large');
    await mkdir(target);
    await makeLargeRepository(target);
    const inspected = [
      { name: 'sample', file: 'README.md', found: await workspace.inspectSample('orders-service') },
      {
        name: '20,000 files',
        file: 'part-3/module-61/file-1225.ts',
        found: await workspace.inspectRepository(target, null),
      },
    ];
    const figures: Figure[] = [];
    for (const { name, file, found } of inspected) {
      const objectiveId = `objective-bench-${String(figures.length)}`;
      const { head } = await workspace.repositories.prepare({ objectiveId, ...found });
      const subject = { name, file, objectiveId, base: head };
      figures.push(
        ...(await benchSnapshots(workspace, subject)),
        ...(await benchWorktrees(workspace, subject)),
      );
      await workspace.worktrees.release({ objectiveId });
    }
    return figures;
  } finally {
    await workspace.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the sandbox adds to a command, in the level that works here; nothing where none does. */
export async function benchSandbox(): Promise<Figure[]> {
  const probe = await probeSandbox({ PATH: readEnvironment(process.env).path });
  if (probe.level === 'none') return [];
  const sandbox = createSandbox(probe);
  const worktree = await mkdtemp(join(tmpdir(), 'coordinator-bench-sandbox-'));
  try {
    const plain: number[] = [];
    const confined: number[] = [];
    const command = { argv: ['true'], cwd: worktree, timeoutMs: 10_000 } as const;
    for (let run = 0; run < COMMANDS; run += 1) {
      plain.push(await timed(() => runCommand(command)));
      const policy = { worktree, readOnly: [], network: 'none' } as const;
      confined.push(await timed(() => runCommand(sandbox.wrap(command, policy))));
    }
    const [p50, confinedP50] = [percentile(plain, 0.5), percentile(confined, 0.5)];
    return [
      figure('command p50, no sandbox', p50, 'ms'),
      figure(`command p50, ${probe.level}`, confinedP50, 'ms'),
      figure('sandbox, per command', confinedP50 - p50, 'ms', 20),
    ];
  } finally {
    await rm(worktree, { recursive: true, force: true });
  }
}
