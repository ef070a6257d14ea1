// Needs Temporal and git: kills separate processes, each in a pid namespace of its own where bubblewrap is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { packageRoot } from '../../src/config/package-root';
import { OBJECTIVE_WORKFLOW, QUERIES, TASK_QUEUE } from '../../src/domain/messages';
import { ObjectiveInput } from '../../src/domain/objective';
import { ObjectiveStatus } from '../../src/domain/status';
import { runCommand } from '../../src/process/run-command';
import { resolveTemporalBinary } from '../../src/temporal/binary';
import { startProviderStub, turnOf, type ProviderStub, type StubRequest } from '../support/provider-stub';
import { startProcess, type OwnProcess } from './process-group';
import { scriptedAnswer, STEPS, TASKS } from './scripted-department';

const KILLS = 20;
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 100_000);
const RUN_TIMEOUT_MS = 900_000;

let folder: string;
let home: string;
let stub: ProviderStub;
let port: number;
const processes: OwnProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  home = join(folder, 'home');
  await mkdir(home);
  port = await freePort();
  stub = await startProviderStub(async (request) => {
    await pause(60);
    return scriptedAnswer(request);
  });
});
afterEach(async () => {
  for (const one of processes.splice(0)) await one.kill();
  await stub.stop();
  await rm(folder, { recursive: true, force: true });
});

test(
  `a worker and server killed at ${String(KILLS)} seeded points lose nothing, and pay one call a kill at most`,
  async () => {
    const expected = await treeOf(await run('objective-calm-00000000', 0));
    const calmRequests = stub.requests.length;
    // Analysis, plan, and for each task its steps and the handoff.
    expect(calmRequests).toBe(2 + TASKS.length * (STEPS + 1));
    await rm(home, { recursive: true });
    await mkdir(home);

    const chaos = await run('objective-chaos-00000000', KILLS).catch((error: unknown) => {
      throw new Error(`With CHAOS_SEED=${String(SEED)}: ${String(error)}`, { cause: error });
    });
    const seed = `seed ${String(SEED)}`;
    const asked = stub.requests.slice(calmRequests);

    // Lost workers are no failures of work.
    const attempts = chaos.status.tasks.map((task) =>
      task.attempts.map(({ number, level, outcome, summary }) => ({ number, level, outcome, summary })),
    );
    const single = [{ number: 1, level: 0, outcome: 'handed-off', summary: 'handed off: Done.' }];
    expect([seed, attempts]).toEqual([seed, TASKS.map(() => single)]);
    // The final tree is that of the run nobody disturbed: every command's effect stands exactly once.
    expect([seed, await treeOf(chaos)]).toEqual([seed, expected]);
    // Every task's commit exists once on the branch.
    const log = await git(
      chaos.repository,
      'log',
      '--format=%(trailers:key=Coordinator-Attempt,valueonly)',
      chaos.branch,
    );
    expect([
      seed,
      log
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ]).toEqual([seed, TASKS.map((task) => `${task}/1`)]);
    // At most the one call in flight of each attempt is made again: the same turn is asked for twice at most a kill.
    const again = repeated(asked);
    const interruptions = asked.filter((request) =>
      JSON.stringify(request.messages.at(-1)).includes('its outcome is unknown'),
    );
    // A command of unknown outcome costs one turn more, in which it is made again.
    const more = interruptions.length - repeated(interruptions);
    expect([seed, asked.length]).toEqual([seed, calmRequests + more + again]);
    expect([seed, again <= KILLS * TASKS.length]).toEqual([seed, true]);
    // The ledger counts what the provider counted; a call it may have lost count of is counted as paid.
    const { usage } = chaos.status;
    expect([seed, usage.requests >= asked.length]).toEqual([seed, true]);
    expect([seed, usage.requests - asked.length <= KILLS * TASKS.length]).toEqual([seed, true]);
    expect(left('worktrees')).toEqual([]);
    expect(left('checkouts')).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

/** How many requests ask for a turn that was asked for before: same task, same conversation. */
function repeated(requests: readonly StubRequest[]): number {
  const keys = requests.map((request) => JSON.stringify([turnOf(request), request.messages]));
  return keys.length - new Set(keys).size;
}

interface Done {
  readonly repository: string;
  readonly branch: string;
  readonly status: ObjectiveStatus;
}

/** One objective from start to delivery, with so many kills on the way. */
async function run(objectiveId: string, kills: number): Promise<Done> {
  const repository = await makeRepository(join(folder, objectiveId));
  const random = mulberry32(SEED);
  let server = await startServer();
  let worker = await startWorker();
  const connection = await Connection.connect({ address: `127.0.0.1:${String(port)}` });
  const client = new Client({ connection });
  const input = ObjectiveInput.parse({
    objectiveId,
    objective: 'Write three notes',
    repository: { kind: 'path', path: repository.path },
    repositoryIdentity: repository.path,
    baseRef: 'main',
    baseCommit: repository.commit,
    model: { kind: 'anthropic' },
    options: { allowUnsandboxed: true, budgetUsd: null },
    configuration: null,
  });
  const handle = await client.workflow.start(OBJECTIVE_WORKFLOW, {
    workflowId: objectiveId,
    taskQueue: TASK_QUEUE,
    args: [input],
  });
  const end = { reached: false };
  const result = handle.result().finally(() => {
    end.reached = true;
  });
  result.catch(() => undefined);
  let done = 0;
  while (done < kills) {
    await killingPoint(objectiveId, random, () => end.reached);
    if (end.reached) break;
    await worker.kill();
    done++;
    if (done % 7 === 0) {
      await server.kill();
      server = await startServer();
    }
    worker = await startWorker();
  }
  expect([SEED, done]).toEqual([SEED, kills]);
  await result;
  const status = ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
  await connection.close();
  await worker.kill();
  await server.kill();
  expect(status.outcome).toBe('delivered');
  return { repository: repository.path, branch: status.delivery?.branch ?? '', status };
}

/**
 * Waits for a point to kill at: after some more lines of the journals, or in the moment a command has had its effect
 * and is not recorded yet.
 */
async function killingPoint(objectiveId: string, random: () => number, over: () => boolean): Promise<void> {
  const lines = 1 + Math.floor(random() * 6);
  const atEffect = random() < 0.4;
  const from = journalLines(objectiveId);
  const effects = effectBytes(objectiveId);
  for (let round = 0; round < 20_000 && !over(); round++) {
    if (atEffect ? effectBytes(objectiveId) > effects : journalLines(objectiveId) >= from + lines) return;
    await pause(3);
  }
}

function journalLines(objectiveId: string): number {
  const dir = join(home, 'journals', objectiveId);
  if (!existsSync(dir)) return 0;
  return readdirSync(dir).reduce(
    (sum, name) => sum + readFileSync(join(dir, name), 'utf8').split('\n').length - 1,
    0,
  );
}

function effectBytes(objectiveId: string): number {
  return TASKS.reduce((sum, task) => {
    const file = join(home, 'worktrees', objectiveId, task, 'docs', task, 'effects.txt');
    return sum + (existsSync(file) ? readFileSync(file).length : 0);
  }, 0);
}

async function startServer(): Promise<OwnProcess> {
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
}

async function startWorker(): Promise<OwnProcess> {
  const worker = startProcess(
    [process.execPath, join(packageRoot(), 'bin', 'backend-coordinator.js'), 'worker'],
    {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      COORDINATOR_HOME: home,
      TEMPORAL_ADDRESS: `127.0.0.1:${String(port)}`,
      ANTHROPIC_BASE_URL: stub.url,
      NO_COLOR: '1',
    },
  );
  processes.push(worker);
  await worker.seen(/[Ww]orker|queue|Waiting/);
  return worker;
}

async function makeRepository(path: string): Promise<{ readonly path: string; readonly commit: string }> {
  await mkdir(path);
  await writeFile(join(path, 'README.md'), '# Notes\n');
  await writeFile(
    join(path, 'coordinator.config.json'),
    JSON.stringify({
      version: 1,
      services: [
        { name: 'notes', install: null, build: null, lint: null, test: { cmd: ['node', '--test'] } },
      ],
    }),
  );
  await mkdir(join(path, 'test'));
  await writeFile(join(path, 'test', 'notes.test.js'), "require('node:test')('notes', () => {});\n");
  const as = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid'];
  await git(path, 'init', '--quiet', '--initial-branch=main');
  await git(path, 'add', '-A');
  await git(path, ...as, 'commit', '--quiet', '-m', 'Start');
  return { path, commit: (await git(path, 'rev-parse', 'HEAD')).trim() };
}

const treeOf = async ({ repository, branch }: Done): Promise<string> =>
  (await git(repository, 'rev-parse', `${branch}^{tree}`)).trim();

async function git(cwd: string, ...args: string[]): Promise<string> {
  const run = await runCommand({ argv: ['git', ...args], cwd, timeoutMs: 20_000 });
  if (run.end.kind !== 'exited' || run.end.code !== 0)
    throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

function left(name: string): string[] {
  const path = join(home, name);
  return existsSync(path)
    ? readdirSync(path, { recursive: true })
        .map(String)
        .filter((entry) => !entry.endsWith('.owner'))
    : [];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address === null || typeof address === 'string' ? 0 : address.port;
}

/** A small seeded generator, so that a failing run can be had again. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
