// Needs the build (dist/), and bubblewrap where it is installed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root';
import { writeFiles } from '../support';
import { nodeService } from './support';

const dist = (path: string): string => JSON.stringify(join(packageRoot(), 'dist/src', path));

const PARENT = `
const { openStage } = require(${dist('gate/stage/open-stage.js')});
const { createSandbox, probeSandbox } = require(${dist('sandbox/sandbox.js')});
(async () => {
  const [folder, confined] = process.argv.slice(1);
  const probe = confined === 'true' ? await probeSandbox({ PATH: process.env.PATH }) : { level: 'none', detail: '' };
  const stage = await openStage({ sandbox: createSandbox(probe), worktree: folder, readOnly: [], readWrite: [], signal: new AbortController().signal });
  const env = { PATH: process.env.PATH, PORT: '18321' };
  const started = await stage.start({ argv: ['node', 'server.js', folder], cwd: folder, env, port: 18321, health: '/health', readyTimeoutMs: 5000, findsPort: false });
  console.log(started.kind);
})();`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parent-death-'));
  writeFiles(folder, nodeService(''));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const processes = (): string[] =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder));

test.each([true, false])('kill -9 of the parent leaves no service (in the sandbox: %s)', async (confined) => {
  const parent = spawn(process.execPath, ['-e', PARENT, '--', folder, String(confined)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  expect(said.toString().trim()).toBe('ready');
  expect(processes().filter((line) => line.includes('server.js'))).not.toEqual([]);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  const deadline = Date.now() + 5_000;
  while (processes().length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(processes()).toEqual([]);
});
