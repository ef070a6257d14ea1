// Needs a loopback port and the built program; no browser is opened, since nothing of its name is on the path.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

const PROGRAM = join(packageRoot(), 'bin', 'backend-coordinator.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inbox-command-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** `inbox --open` until it serves, or ends by itself. */
function open(home: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'inbox', '--open', '--port', '0'], {
    env: { PATH: folder, HOME: folder, COORDINATOR_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    if (said.includes('Ctrl-C ends it')) child.kill('SIGINT');
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, said });
    });
  });
}

test('--open works in a home that nothing has created yet', async () => {
  const home = join(folder, 'fresh', 'home');
  const { code, said } = await open(home);
  expect(said).toContain('it works once');
  expect(code).toBe(0);
  expect(existsSync(home)).toBe(true);
});

test('--open in a home that cannot be is one sentence with code 2', async () => {
  await writeFile(join(folder, 'file'), '');
  const { code, said } = await open(join(folder, 'file', 'home'));
  expect(code).toBe(2);
  expect(said).toMatch(/^The folder .*home cannot be .*\.\n$/);
});
