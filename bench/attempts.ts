import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../src/domain/objective/messages';
import { ObjectiveInput } from '../src/domain/objective/objective';
import { minimalEnvironment, runCommand } from '../src/process/run-command';
import { figure, percentile, type Figure } from './figures';
import { startScriptedProvider, type ScriptedProvider } from './scripted-provider';
import type { BenchServer } from './server';

const TURNS = 20;

/**
 * What the loop of an attempt costs besides the model: real workers in processes of their own, a provider that answers
 * at once, real worktrees, journals and mailboxes.
 */
export async function benchAttempts(server: BenchServer): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coordinator-bench-attempts-'));
  try {
    const small = await makeRepository(join(folder, 'small'), 50);
    const large = await makeRepository(join(folder, 'large'), 20_000);
    return [
      figure('overhead a model turn, small repository, p50', await overhead(server, folder, small), 'ms', 25),
      figure('overhead a model turn, 20,000 files, p50', await overhead(server, folder, large), 'ms', 150),
      figure('20 parallel attempts, memory beyond the base', await memory(server, folder, small), 'MB', 1000),
      figure('kill -9 of the worker to the next turn', await resume(server, folder, small), 's', 10),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Time between two requests of one attempt: everything but the model. */
async function overhead(server: BenchServer, folder: string, repository: Repository): Promise<number> {
  return carried(server, folder, { tasks: 1, turns: TURNS }, async (provider, start) => {
    await start(repository, 1);
    await until(() => provider.asked.some(({ turn }) => turn === TURNS));
    const gaps = provider.asked.slice(1).map(({ at }, index) => at - (provider.asked[index]?.at ?? at));
    return percentile(gaps, 0.5);
  });
}

async function memory(server: BenchServer, folder: string, repository: Repository): Promise<number> {
  return carried(
    server,
    folder,
    { tasks: 20, turns: TURNS, heldMs: 200 },
    async (provider, start, worker) => {
      const base = await residentMegabytes(worker());
      await start(repository, 20);
      let most = base;
      await until(async () => {
        most = Math.max(most, await residentMegabytes(worker()));
        return (
          new Set(provider.asked.filter(({ turn }) => turn === TURNS).map(({ task }) => task)).size === 20
        );
      });
      return most - base;
    },
  );
}

async function resume(server: BenchServer, folder: string, repository: Repository): Promise<number> {
  return carried(
    server,
    folder,
    { tasks: 1, turns: TURNS, heldMs: 200 },
    async (provider, start, worker, replace) => {
      await start(repository, 1);
      await until(() => provider.asked.length >= 5);
      const killedAt = performance.now();
      worker().kill('SIGKILL');
      const before = provider.asked.length;
      await replace();
      await until(() => provider.asked.length > before);
      return ((provider.asked.at(-1)?.at ?? killedAt) - killedAt) / 1000;
    },
  );
}

type Start = (repository: Repository, maxParallel: number) => Promise<void>;

async function carried(
  server: BenchServer,
  folder: string,
  script: Parameters<typeof startScriptedProvider>[0],
  use: (
    provider: ScriptedProvider,
    start: Start,
    worker: () => ChildProcess,
    replace: () => Promise<void>,
  ) => Promise<number>,
): Promise<number> {
  const provider = await startScriptedProvider(script);
  const home = await mkdtemp(join(folder, 'home-'));
  let worker = await startWorker(server, home, provider.url);
  const objectiveId = `objective-bench-${Math.round(performance.now()).toString(16).padStart(8, '0')}`;
  const start: Start = async (repository, maxParallel) => {
    const input = ObjectiveInput.parse({
      objectiveId,
      objective: 'Write notes',
      repository: { kind: 'path', path: repository.path },
      repositoryIdentity: repository.path,
      baseRef: 'main',
      baseCommit: repository.commit,
      model: { kind: 'anthropic' },
      options: { maxParallel, allowUnsandboxed: true, budgetUsd: null },
      configuration: null,
    });
    await server.client.workflow.start(OBJECTIVE_WORKFLOW, {
      workflowId: objectiveId,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
  };
  try {
    return await use(
      provider,
      start,
      () => worker,
      async () => {
        worker = await startWorker(server, home, provider.url);
      },
    );
  } finally {
    await server.client.workflow
      .getHandle(objectiveId)
      .terminate('measured')
      .catch(() => undefined);
    const gone = once(worker, 'exit');
    worker.kill('SIGKILL');
    await gone;
    await provider.stop();
  }
}

async function startWorker(server: BenchServer, home: string, url: string): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [join(packageRoot(), 'bin', 'backend-coordinator.js'), 'worker'], {
    env: {
      ...process.env,
      COORDINATOR_HOME: home,
      TEMPORAL_ADDRESS: server.address,
      ANTHROPIC_BASE_URL: url,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(worker.stdout, 'data');
  worker.stdout.resume();
  return worker;
}

interface Repository {
  readonly path: string;
  readonly commit: string;
}

async function makeRepository(path: string, files: number): Promise<Repository> {
  for (let folder = 0; folder < Math.ceil(files / 100); folder++) {
    const name = join(path, 'src', `part-${folder}`);
    await mkdir(name, { recursive: true });
    await Promise.all(
      Array.from({ length: Math.min(100, files) }, (_, index) =>
        writeFile(join(name, `file-${index}.txt`), `${folder} ${index}\n`),
      ),
    );
  }
  const service = { name: 'notes', install: null, build: null, lint: null, test: null };
  await writeFile(join(path, 'coordinator.config.json'), JSON.stringify({ version: 1, services: [service] }));
  const git = async (...args: string[]): Promise<string> => {
    const env = { ...minimalEnvironment(), GIT_CONFIG_GLOBAL: '/dev/null' };
    const run = await runCommand({ argv: ['git', ...args], cwd: path, env, timeoutMs: 120_000 });
    return run.stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '-A');
  await git(
    '-c',
    'user.name=bench',
    '-c',
    'user.email=bench@example.invalid',
    'commit',
    '--quiet',
    '-m',
    'Start',
  );
  return { path, commit: await git('rev-parse', 'HEAD') };
}

async function residentMegabytes(worker: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${worker.pid ?? 0}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const before = performance.now();
  while (!(await condition())) {
    if (performance.now() - before > 180_000) throw new Error('What was to be measured did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
