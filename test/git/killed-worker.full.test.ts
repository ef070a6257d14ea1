// Needs git and the built package; starts processes of its own and kills them.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { type Bench, OBJECTIVE, git, makeBench, prepare, removeBench } from './fixture';

const at = { objectiveId: OBJECTIVE, taskId: 'backend-T001' };
const KILLS = 20;

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => {
  removeBench(bench);
});

/** Numbers that look random and are the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Goes on from the last snapshot written down: changes files, keeps them, writes down what it kept. */
const WORKER = `
const { createGitWorkspace } = require(${JSON.stringify(join(packageRoot(), 'dist/src/git/workspace.js'))});
const { mkdirSync, rmSync, writeFileSync } = require('node:fs');
const { home, at, base, written } = JSON.parse(process.argv[1]);
const { worktrees } = createGitWorkspace({ home, searchPath: process.env.PATH });
async function main() {
  const start = { kind: 'fresh', from: base };
  const { path } = written === null
    ? await worktrees.open({ ...at, start })
    : await worktrees.restore({ ...at, start, snapshot: written.snapshot });
  for (let count = (written?.count ?? 0) + 1; ; count += 1) {
    rmSync(path + '/moving-' + (count - 1), { recursive: true, force: true });
    mkdirSync(path + '/moving-' + count);
    for (const name of ['counter.txt', 'moving-' + count + '/x.txt']) writeFileSync(path + '/' + name, String(count));
    const paths = count % 3 === 0 ? ['counter.txt', 'moving-' + count, 'moving-' + (count - 1)] : null;
    const { snapshot } = await worktrees.snapshot({ ...at, paths });
    process.stdout.write(JSON.stringify({ count, snapshot }) + '\\n');
  }
}
void main();
`;

interface Written {
  readonly count: number;
  readonly snapshot: string;
}

/** Runs the worker until it is killed, after a time or at its first line; answers the last line it wrote down. */
async function workAndKill(
  base: string,
  written: Written | null,
  killed: number | 'at-first-line',
): Promise<Written | null> {
  const request = JSON.stringify({ home: bench.home, at, base, written });
  const worker = spawn(process.execPath, ['-e', WORKER, request], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [lines, errors] = ['', ''];
  worker.stdout.on('data', (chunk: Buffer) => (lines += chunk.toString()));
  worker.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise((resolve) => worker.once('close', resolve));
  const kill = (): boolean => worker.kill('SIGKILL');
  if (killed === 'at-first-line') worker.stdout.on('data', () => lines.includes('\n') && kill());
  const timer = killed === 'at-first-line' ? undefined : setTimeout(kill, killed);
  await ended;
  clearTimeout(timer);
  expect(errors).toBe('');
  const last =
    lines
      .slice(0, lines.lastIndexOf('\n') + 1)
      .trimEnd()
      .split('\n')
      .at(-1) ?? '';
  return last === '' ? written : (JSON.parse(last) as Written);
}

test('a worker killed at any moment loses nothing it wrote down, and leaves nothing that is in the way', async () => {
  const seed = 20_261;
  const random = seeded(seed);
  const { head } = await prepare(bench);
  // Killed before its first line and after it, on a machine of any speed.
  const started = performance.now();
  await workAndKill(head, null, 'at-first-line');
  const firstLineMs = performance.now() - started;
  let written: Written | null = null;
  for (let kill = 0; kill < KILLS; kill += 1) {
    written = await workAndKill(head, written, firstLineMs * (0.7 + 4.5 * random()));
    if (written === null) continue;
    const { count, snapshot } = written;
    const start = { kind: 'fresh', from: head } as const;
    const { path } = await bench.workspace.worktrees.restore({ ...at, start, snapshot });
    const where = `seed ${String(seed)}, kill ${String(kill)}`;
    expect([where, readdirSync(path).sort()]).toEqual([
      where,
      ['.git', '.gitignore', 'a.txt', 'counter.txt', `moving-${String(count)}`, 'src'],
    ]);
    expect(readFileSync(join(path, 'counter.txt'), 'utf8')).toBe(String(count));
    expect(readFileSync(join(path, `moving-${String(count)}`, 'x.txt'), 'utf8')).toBe(String(count));
  }
  expect(written).not.toBeNull();
  const { files } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
  const count = String(written?.count);
  expect([...files].sort()).toEqual(['counter.txt', `moving-${count}/x.txt`]);
  const [mirror = ''] = readdirSync(join(bench.home, 'repositories')).filter((name) => name.endsWith('.git'));
  expect(git(join(bench.home, 'repositories', mirror), 'fsck', '--no-dangling')).toBe('');
  await bench.workspace.worktrees.release({ objectiveId: OBJECTIVE });
  expect(existsSync(join(bench.home, 'worktrees', OBJECTIVE))).toBe(false);
}, 600_000);
