import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { packageRoot } from '../src/config/package-root';
import { readEnvironment } from '../src/config/environment';
import { ObjectiveStatus } from '../src/domain/objective/status';
import { findChromium, openPage, startChromium } from './web-ui/browser';
import {
  currentDetailsCode,
  currentDetailsText,
  fillSignal,
  openList,
  openWorkflow,
  submitSignal,
  type WebUi,
} from './web-ui/pages';

/*
 * Every picture of the Temporal Web UI and of the web inbox in README and docs, from one real run of the offline model: it
 * asks a question, is answered through the browser, and delivers. A run that broke off is carried on by the next. The home is at a place that may be seen, since results show paths.
 */

const HOME = '/tmp/backend-coordinator-pictures';
const OBJECTIVE = 'Add user authentication system with OAuth2 and JWT';
const FOLDER = join(packageRoot(), 'docs', 'images');
const PROGRAM = join(packageRoot(), 'bin', 'backend-coordinator.js');
const SIZE = { width: 1440, height: 900 };
const INBOX_WIDTH = 1100;
const RUN_WITHIN_MS = 30 * 60_000;

const { path, userHome = '' } = readEnvironment();

function command(...argv: string[]): ChildProcess {
  // What the inbox says is read for its link.
  const stderr = argv[0] === 'inbox' ? 'pipe' : 'inherit';
  return spawn(process.execPath, [PROGRAM, ...argv], {
    env: { PATH: path, HOME: userHome, USER: 'ada', COORDINATOR_HOME: HOME, COORDINATOR_MODEL: 'offline' },
    stdio: ['ignore', 'pipe', stderr],
  });
}

/** Everything it printed, and its exit code. */
async function run(...argv: string[]): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = command(...argv);
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout };
}

/** Starts the objective and gives its id, once it asks. */
async function askingObjective(): Promise<string> {
  const { code, stdout } = await run(
    ...['start-objective', OBJECTIVE, '--scenario', 'human', '--no-wait', '--json'],
  );
  // The server ends with its last command, and one that is about to end must not be taken for one that stays.
  while (existsSync(join(HOME, 'server.json'))) await sleep(200);
  if (code !== 4) throw new Error(`The run that is to ask a question ended with ${String(code)}.`);
  const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  return z.object({ objective: z.string() }).parse(last).objective;
}

/** The server of the home, once a worker of ours is on it. */
async function serverOf(worker: ChildProcess): Promise<{ readonly address: string; readonly ui: string }> {
  await new Promise<void>((resolve, reject) => {
    worker.stdout?.once('data', () => {
      resolve();
    });
    worker.once('close', (code) => {
      reject(new Error(`The worker ended with ${String(code)}.`));
    });
  });
  const record: unknown = JSON.parse(readFileSync(join(HOME, 'server.json'), 'utf8'));
  return z.object({ address: z.string(), ui: z.string() }).parse(record);
}

async function takePicture(
  page: Page,
  name: string,
  height = SIZE.height,
  width = SIZE.width,
): Promise<void> {
  await page.setViewportSize({ width, height });
  // Texts of a model are shown in frames, which draw after the page has loaded.
  await sleep(2500);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

async function takePictures(ui: WebUi, page: Page, objective: string, delivered: () => Promise<void>) {
  await openList(page, ui, 'CoordinatorEscalationLevel = 4 AND ExecutionStatus = "Running"');
  await takePicture(page, 'inbox-query', 480);
  await openWorkflow(page, ui, objective, 'user-metadata');
  const offered = (await currentDetailsCode(page)).find((code) => code.includes('"option":"mend"')) ?? '';
  await takePicture(page, 'current-details', 1500);
  await openWorkflow(page, ui, `${objective}/database`, 'user-metadata');
  await currentDetailsText(page, 'Design the migration');
  await takePicture(page, 'database-change', 1000);
  await openWorkflow(page, ui, objective, 'timeline');
  await page.setViewportSize(SIZE);
  const answer: unknown = JSON.parse(offered);
  const data = JSON.stringify({ ...z.looseObject({}).parse(answer), by: 'ada' });
  const dialogue = await fillSignal(page, 'resolveEscalation', data);
  await takePicture(page, 'send-a-signal');
  await submitSignal(dialogue);
  await delivered();
  await openWorkflow(page, ui, objective, 'timeline');
  await takePicture(page, 'web-ui', 1700);
}

/** The web inbox while the question waits. */
async function takeInboxPictures(page: Page): Promise<void> {
  const inbox = command('inbox', '--port', '0', '--as', 'ada');
  const ended = new Promise((resolve) => inbox.once('close', resolve));
  try {
    await page.goto(await linkOf(inbox));
    const question = page.locator('#waiting a');
    await question.waitFor();
    await takePicture(page, 'inbox', 480, INBOX_WIDTH);
    await question.click();
    await page.getByRole('heading', { name: 'What was changed' }).waitFor();
    await takePicture(page, 'inbox-question', 1300, INBOX_WIDTH);
  } finally {
    inbox.kill('SIGINT');
    await ended;
  }
}

/** The link that logs in, as the command says it. */
async function linkOf(inbox: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    inbox.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const [link] = /http:\/\/\S+\/enter\?token=[\w-]+/.exec(said) ?? [];
      if (link !== undefined) resolve(link);
    });
    inbox.once('close', () => {
      reject(new Error(`The inbox ended without a link: ${said}`));
    });
  });
}

async function main(): Promise<void> {
  const executable = findChromium(path);
  if (executable === null)
    throw new Error('There is no Chromium on PATH; install one, such as Debian’s chromium.');
  mkdirSync(FOLDER, { recursive: true });
  const objective = await askingObjective();
  const worker = command('worker');
  const browser = await startChromium(executable);
  try {
    const server = await serverOf(worker);
    const connection = await Connection.connect({ address: server.address });
    const handle = new Client({ connection }).workflow.getHandle(objective);
    const delivered = async (): Promise<void> => {
      const result: unknown = await Promise.race([
        handle.result(),
        sleep(RUN_WITHIN_MS, null, { ref: false }),
      ]);
      const { outcome } = ObjectiveStatus.pick({ outcome: true }).loose().parse(result);
      if (outcome !== 'delivered') throw new Error(`The objective ended as ${String(outcome)}.`);
    };
    const page = await openPage(browser, SIZE);
    await takeInboxPictures(await openPage(browser, SIZE));
    await takePictures({ address: server.ui, namespace: 'default' }, page, objective, delivered);
    await connection.close();
  } finally {
    await browser.close();
    const ended = new Promise((resolve) => worker.once('close', resolve));
    worker.kill('SIGINT');
    await ended;
  }
  await run('server', '--stop');
  rmSync(HOME, { recursive: true, force: true });
}

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
