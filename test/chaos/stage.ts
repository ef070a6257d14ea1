import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { askingAgain } from '../../src/client/ask-again';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { packageRoot } from '../../src/config/package-root';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../../src/domain/objective/messages';
import { ObjectiveInput } from '../../src/domain/objective/objective';
import { runCommand } from '../../src/process/run-command';
import { resolveTemporalBinary } from '../../src/temporal/binary';
import {
  startProviderStub,
  type ProviderStub,
  type StubAnswer,
  type StubRequest,
} from '../support/provider-stub';
import { startProcess, type OwnProcess } from './process-group';

interface Repository {
  readonly path: string;
  /** Head of `main`. */
  readonly commit: string;
}

interface Work {
  readonly objective: string;
  readonly repository: Repository;
}

/** A server with a database file, workers as processes of their own, and a scripted provider they ask. */
export interface Stage {
  readonly home: string;
  readonly stub: ProviderStub;
  startServer(): Promise<OwnProcess>;
  /** `stopped`: it will be asked to stop and not killed. */
  startWorker(kind?: 'killed' | 'stopped'): Promise<OwnProcess>;
  /** `work`: what is to be done where; three notes in a repository of its own unless it is given. */
  startObjective(
    objectiveId: string,
    options?: Readonly<Record<string, unknown>>,
    work?: Work,
  ): Promise<{ readonly handle: WorkflowHandle; readonly repository: string; close(): Promise<void> }>;
  /** A git repository in the stage's folder, with what its files begin with. */
  makeRepository(name: string, files: Readonly<Record<string, string>>): Promise<Repository>;
  /** Forgets everything on the disk of the workers. */
  clear(): Promise<void>;
  /** Files left in a folder of the home. */
  left(name: string): string[];
  dispose(): Promise<void>;
}

export async function openStage(
  script: (request: StubRequest, number: number) => StubAnswer | Promise<StubAnswer>,
  answerAfterMs = 60,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const home = join(folder, 'home');
  await mkdir(home);
  const port = await freePort();
  const processes: OwnProcess[] = [];
  const stub = await startProviderStub(async (request, number) => {
    await pause(answerAfterMs);
    return script(request, number);
  });
  return {
    home,
    stub,
    startServer: async () => {
      const environment = readEnvironment();
      const path = await resolveTemporalBinary({ environment, cache: resolveHome(environment).cache });
      const server = startProcess(
        [
          path,
          'server',
          'start-dev',
          '--headless',
          ...['--ip', '127.0.0.1', '--port', String(port), '--db-filename', join(folder, 'temporal.db')],
          ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=100'],
          ...['--log-level', 'error'],
        ],
        process.env,
      );
      processes.push(server);
      await server.seen(/Temporal Server:|Server:/);
      return server;
    },
    startWorker: async (kind = 'killed') => {
      const program = join(packageRoot(), 'bin', 'backend-coordinator.js');
      const worker = startProcess(
        [process.execPath, program, 'worker'],
        {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          COORDINATOR_HOME: home,
          TEMPORAL_ADDRESS: `127.0.0.1:${String(port)}`,
          ANTHROPIC_BASE_URL: stub.url,
          NO_COLOR: '1',
        },
        kind,
      );
      processes.push(worker);
      await worker.seen(/[Ww]orker|queue|Waiting/);
      return worker;
    },
    makeRepository: (name, files) => makeRepository(join(folder, name), files),
    startObjective: async (objectiveId, options = {}, work) => {
      const { objective, repository } = work ?? {
        objective: 'Write three notes',
        repository: await makeRepository(join(folder, objectiveId), NOTES),
      };
      const connection = await Connection.connect({ address: `127.0.0.1:${String(port)}` });
      const asks = new Set<Promise<unknown>>();
      const client = new Client({
        connection,
        interceptors: { workflow: [askingAgain(() => connection, asks)] },
      });
      const input = ObjectiveInput.parse({
        objectiveId,
        objective,
        repository: { kind: 'path', path: repository.path },
        repositoryIdentity: repository.path,
        baseRef: 'main',
        baseCommit: repository.commit,
        model: { kind: 'anthropic' },
        options: { allowUnsandboxed: true, budgetUsd: null, ...options },
        configuration: null,
      });
      const handle = await client.workflow.start(OBJECTIVE_WORKFLOW, {
        workflowId: objectiveId,
        taskQueue: TASK_QUEUE,
        args: [input],
      });
      return {
        handle,
        repository: repository.path,
        close: async () => {
          await Promise.allSettled(asks);
          await connection.close();
        },
      };
    },
    clear: async () => {
      await rm(home, { recursive: true });
      await mkdir(home);
    },
    left: (name) => {
      const path = join(home, name);
      if (!existsSync(path)) return [];
      const entries = readdirSync(path, { recursive: true }).map(String);
      return entries.filter((entry) => !entry.endsWith('.owner'));
    },
    dispose: async () => {
      for (const one of processes) await one.kill();
      await stub.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A repository of notes; there is nothing in it that could be started or signed in to. */
const NOTES: Readonly<Record<string, string>> = {
  'README.md': '# Notes\n',
  'coordinator.config.json': JSON.stringify({
    version: 1,
    services: [{ name: 'notes', install: null, build: null, lint: null, test: { cmd: ['node', '--test'] } }],
    // What could not be told would ask a human at the end.
    gate: {
      waivers: ['no-hardcoded-secrets', 'authentication', 'secrets-in-env'].map((item) => ({
        item,
        reason: 'There is no service, only notes.',
        by: 'the test',
      })),
    },
  }),
  'test/notes.test.js': "require('node:test')('notes', () => {});\n",
};

async function makeRepository(path: string, files: Readonly<Record<string, string>>): Promise<Repository> {
  await mkdir(path);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  await git(path, 'init', '--quiet', '--initial-branch=main');
  await git(path, 'add', '-A');
  await git(path, 'commit', '--quiet', '-m', 'Start');
  return { path, commit: (await git(path, 'rev-parse', 'HEAD')).trim() };
}

export async function git(cwd: string, ...args: string[]): Promise<string> {
  const as = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid'];
  const run = await runCommand({ argv: ['git', ...as, ...args], cwd, timeoutMs: 20_000 });
  if (run.end.kind !== 'exited' || run.end.code !== 0)
    throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address === null || typeof address === 'string' ? 0 : address.port;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
