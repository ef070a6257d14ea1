// Needs nothing but a shell.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProcess, isRunning, listProcesses } from '../../src/process/process-info';

let child: ChildProcess;

function pidOf(started: ChildProcess): number {
  if (started.pid === undefined) throw new Error('The child did not start.');
  return started.pid;
}

beforeEach(async () => {
  child = spawn('sh', ['-c', 'read -r line'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
});

afterEach(async () => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a process runs until it ends, whatever gets its pid afterwards', async () => {
  const mark = await findProcess(pidOf(child));
  if (mark === undefined) throw new Error('The child is not listed.');
  expect(await isRunning(mark)).toBe(true);
  expect(await isRunning({ ...mark, startedAt: 'earlier' })).toBe(false);
  child.stdin?.end('\n');
  await once(child, 'exit');
  expect(await isRunning(mark)).toBe(false);
  expect(await findProcess(mark.pid)).toBeUndefined();
});

test('the list holds this process and its child, with their command lines', async () => {
  const listed = await listProcesses();
  expect(listed).toContainEqual(await findProcess(process.pid));
  expect(listed.find(({ pid }) => pid === pidOf(child))?.command).toContain('read -r line');
});
