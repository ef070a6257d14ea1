// Needs `script` of util-linux and bash for a terminal with job control; no server: `gc` of an empty home asks one question.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { openShell, type Shell } from '../support/pseudo-terminal';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_Z = '\u001a';
const QUESTION = '(y/N)';

let home: string;
let shell: Shell;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'coordinator-jobs-'));
  shell = await openShell(home, { COORDINATOR_HOME: home });
  // As npm does it: a shell in between, which is not the one of the person.
  const program = join(packageRoot(), 'bin', 'backend-coordinator.js');
  shell.type(`sh -c "'${process.execPath}' '${program}' gc; exit \\$?"; echo "ended with $?"\n`);
  await shell.seen(QUESTION);
});
afterEach(async () => {
  await shell.close();
  await rm(home, { recursive: true, force: true });
});

test('Ctrl-Z at a prompt gives the terminal back to the shell; fg asks again, and the answer counts', async () => {
  for (let round = 0; round < 2; round += 1) {
    shell.type(CTRL_Z);
    await shell.seen('Stopped');
    shell.type('expr 4321 + 1\n');
    await shell.seen('4322');
    shell.type('fg\n');
    await shell.seen(QUESTION);
  }
  shell.type('n\r');
  await shell.seen('Nothing was removed');
});

test('a job that was stopped from outside asks again when it goes on', async () => {
  process.kill(-(await shell.job()), 'SIGSTOP');
  await shell.seen('Stopped');
  shell.type('fg\n');
  await shell.seen(QUESTION);
  shell.type('n\r');
  await shell.seen('Nothing was removed');
});

test('Ctrl-D is no answer and leaves the prompt as it is', async () => {
  shell.type(CTRL_D);
  shell.type('n\r');
  await shell.seen('Nothing was removed');
});

test.each([
  ['SIGTERM', 130],
  // As where the terminal is closed; the shell tells the signal.
  ['SIGHUP', 129],
] as const)('%s at a prompt leaves no process behind that nobody can answer', async (name, code) => {
  process.kill(await shell.program(), name);
  await shell.seen(`ended with ${String(code)}`);
});

test('Ctrl-C at a prompt ends the command with 130', async () => {
  shell.type(CTRL_C);
  await shell.seen('ended with 130');
});
