// Needs Temporal, PostgreSQL, Chromium, util-linux and the npm registry or its cache: one run up to its question, which is
// then answered in every way there is, each time from the same home. Without Chromium its two ways are
// skipped, or fail (test/support/chromium.ts).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Client as TemporalClient, Connection, isGrpcServiceError } from '@temporalio/client';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { askingAgain } from '../../src/client/ask-again';
import { currentDetailsCode, fillSignal, openWorkflow, submitSignal } from '../../scripts/web-ui/pages';
import { openPage } from '../../scripts/web-ui/browser';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { packageRoot } from '../../src/config/package-root';
import type { Decision } from '../../src/domain/escalation/escalation';
import { ObjectiveStatus } from '../../src/domain/objective/status';
import { runCommand } from '../../src/process/run-command';
import { resolveTemporalBinary } from '../../src/temporal/binary';
import { describeInBrowser, openBrowser } from '../support/chromium';
import {
  OBJECTIVE,
  openCommandLine,
  resultLine,
  saidLink,
  serverGone,
  type CommandLine,
  type Running,
} from './command-line';
import { keepHome, type KeptHome } from './kept-home';

const QUESTION = 'backend-T007-E1';
const REPAIR = 'backend-T009';
const ANSWER = { escalationId: QUESTION, decision: 'retry', option: 'mend' } as const;
const WAY_MS = 180_000;

let cli: CommandLine;
let objective: string;
let asking: KeptHome;

beforeAll(async () => {
  cli = await openCommandLine({ USER: 'ada' });
  const run = await cli.run('start-objective', OBJECTIVE, '--scenario', 'human', '--no-wait', '--json');
  if (run.code !== 4) throw new Error(`It ended with ${String(run.code)}:\n${run.stdout}\n${run.stderr}`);
  objective = resultLine(run.stdout).objective;
  await serverGone(cli.home);
  asking = await keepHome(cli.home);
}, 600_000);

afterAll(async () => {
  await cli.dispose();
  await asking.dispose();
});

afterEach(async () => {
  await serverGone(cli.home);
  await asking.restore();
});

interface Place {
  readonly address: string;
  readonly ui: string;
  status(): Promise<ObjectiveStatus>;
}

/** Does something while a worker carries the objective on. */
async function atWork(act: (place: Place) => Promise<void>): Promise<void> {
  const worker = cli.start('worker');
  await worker.seen(/Worker is up on/);
  const server = z
    .object({ address: z.string(), ui: z.string() })
    .parse(JSON.parse(await readFile(join(cli.home, 'server.json'), 'utf8')));
  const connection = await Connection.connect({ address: server.address });
  const asks = new Set<Promise<unknown>>();
  const handle = new TemporalClient({
    connection,
    interceptors: { workflow: [askingAgain(() => connection, asks)] },
  }).workflow.getHandle(objective);
  try {
    await act({
      ...server,
      status: async () => ObjectiveStatus.parse(await handle.query('objectiveStatus')),
    });
  } finally {
    await Promise.allSettled(asks);
    await connection.close();
    await interrupt(worker);
  }
}

/** Ctrl-C. */
async function interrupt({ child, ended }: Running): Promise<void> {
  child.kill('SIGINT');
  await ended;
}

/** The decision that was taken, once the task it adds is being worked on. */
async function decisionActedOn(place: Place): Promise<Decision> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    // A worker that has much to do may leave a query unanswered; the test has a time of its own.
    const seen = await place.status().catch((error: unknown) => {
      if (isGrpcServiceError(error)) return null;
      throw error;
    });
    if (seen === null) continue;
    const { decisions, tasks, escalations, ignored } = seen;
    expect(ignored).toEqual([]);
    const repair = tasks.find(({ id }) => id === REPAIR);
    const [decision] = decisions;
    if (decision !== undefined && repair !== undefined && repair.attempts.length > 0) {
      expect(decisions).toHaveLength(1);
      expect(escalations).toEqual([]);
      return decision;
    }
  }
}

test('1. the prompt of a terminal: chosen by keys, and the objective is delivered on the same screen', async () => {
  const terminal = cli.startOnTerminal('attach', objective);
  await terminal.seen(/Your decision/);
  terminal.type('\r');
  await terminal.seen(/Guidance for the specialist/);
  terminal.type('Store a hash.\r');
  await terminal.seen(/Delivered\./);
  await terminal.seen(/Keep the Web UI up/);
  terminal.type('n\r');
  expect((await terminal.ended).code).toBe(0);

  const report = await cli.run('report', objective, '--json');
  expect(JSON.parse(report.stdout)).toMatchObject({
    outcome: 'delivered',
    decisions: [{ ...ANSWER, guidance: 'Store a hash.', by: 'ada@tty', channel: 'update' }],
  });
}, 600_000);

test(
  '2. `resolve` on the command line',
  () =>
    atWork(async (place) => {
      const run = await cli.run('resolve', objective, QUESTION, '--decision', 'retry', '--option', 'mend');
      expect(run).toMatchObject({ code: 0 });
      expect(await decisionActedOn(place)).toMatchObject({ ...ANSWER, by: 'ada@cli', channel: 'update' });
    }),
  WAY_MS,
);

test(
  '3. a raw signal by the Temporal CLI',
  () =>
    atWork(async (place) => {
      const environment = readEnvironment();
      const { cache } = resolveHome(environment);
      const temporal = await resolveTemporalBinary({ environment, cache });
      const target = ['--address', place.address, '--workflow-id', objective];
      const input = JSON.stringify({ ...ANSWER, by: 'ada' });
      const run = await runCommand({
        argv: [temporal, 'workflow', 'signal', ...target, '--name', 'resolveEscalation', '--input', input],
        cwd: cli.home,
        env: { HOME: cli.home },
        timeoutMs: 60_000,
        maxOutputBytes: 100_000,
      });
      expect([run.end, run.stderr]).toEqual([{ kind: 'exited', code: 0 }, expect.any(String)]);
      expect(await decisionActedOn(place)).toMatchObject({ ...ANSWER, by: 'ada', channel: 'signal' });
    }),
  WAY_MS,
);

describeInBrowser('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  test(
    '4. "Send a Signal" of the Temporal Web UI, with the JSON its current details show',
    () =>
      atWork(async (place) => {
        const page = await openPage(browser, { width: 1280, height: 900 });
        const ui = { address: place.ui, namespace: 'default' };
        await openWorkflow(page, ui, objective, 'user-metadata');
        const offered = (await currentDetailsCode(page)).find((code) => code.includes('"option":"mend"'));
        const data = JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(offered ?? '')), by: 'ada' });
        await submitSignal(await fillSignal(page, 'resolveEscalation', data));
        expect(await decisionActedOn(place)).toMatchObject({ ...ANSWER, by: 'ada', channel: 'signal' });
      }),
    WAY_MS,
  );

  test(
    '5. a button of the web inbox, entered by its link',
    () =>
      atWork(async (place) => {
        const inbox = cli.start('inbox', '--port', '0', '--as', 'ada');
        try {
          const page = await openPage(browser, { width: 1100, height: 1000 });
          await page.goto(await saidLink(inbox));
          await page.locator('#waiting a[href*="/questions/"]').click();
          await page.getByRole('heading', { name: 'What was changed' }).waitFor();
          await page.locator('button.first').click();
          expect(await decisionActedOn(place)).toMatchObject({
            ...ANSWER,
            by: 'ada@inbox',
            channel: 'update',
            person: 'ada',
            via: 'inbox',
          });
        } finally {
          await interrupt(inbox);
        }
      }),
    WAY_MS,
  );
});

test(
  '6. an agent over MCP',
  () =>
    atWork(async (place) => {
      const { PATH = '', HOME = '' } = process.env;
      const client = new Client({ name: 'lead-agent', version: '1.0.0' });
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [join(packageRoot(), 'bin', 'backend-coordinator.js'), 'mcp'],
          env: { PATH, HOME, COORDINATOR_HOME: cli.home },
        }),
      );
      try {
        const answered = await client.callTool({
          name: 'resolve_escalation',
          arguments: { id: objective, ...ANSWER },
        });
        expect(answered.structuredContent).toMatchObject({ applied: true });
        expect(await decisionActedOn(place)).toMatchObject({
          ...ANSWER,
          by: 'lead-agent@mcp',
          channel: 'update',
        });
      } finally {
        await client.close();
      }
    }),
  WAY_MS,
);

test(
  '7. a command line on another host, which shares nothing but the address of the server',
  () =>
    atWork(async (place) => {
      const userHome = await mkdtemp(join(tmpdir(), 'coordinator-other-'));
      const other = await openCommandLine({ HOME: userHome, USER: 'bob', TEMPORAL_ADDRESS: place.address });
      try {
        const open = await other.run('escalations');
        expect(open.stdout).toContain(QUESTION);
        const run = await other.run(
          'resolve',
          objective,
          QUESTION,
          '--decision',
          'retry',
          '--option',
          'mend',
        );
        expect(run).toMatchObject({ code: 0 });
        expect(await decisionActedOn(place)).toMatchObject({ ...ANSWER, by: 'bob@cli', channel: 'update' });
      } finally {
        await other.dispose();
        await rm(userHome, { recursive: true, force: true });
      }
    }),
  WAY_MS,
);
