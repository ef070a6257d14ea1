// Needs git and the right to mount a tmpfs (root); skipped, and said so, without. No server.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, OBJECTIVE, git, makeBench, prepare, put, removeBench } from './fixture';

const at = { objectiveId: OBJECTIVE, taskId: 'backend-T001' };
const canMount = mountsHere();
if (!canMount) process.stderr.write('skipped: a tmpfs cannot be mounted here\n');
const withDisk = canMount ? test : test.skip;

let bench: Bench;
let base: string;
beforeEach(async () => {
  bench = makeBench();
  // Names long enough that the index is larger than what git writes at once.
  const names = Array.from({ length: 300 }, (_, index) => `${'long-'.repeat(20)}${String(index)}.txt`);
  put(bench.target, Object.fromEntries(names.map((name) => [name, name])));
  git(bench.target, 'add', '-A');
  git(bench.target, 'commit', '--quiet', '-m', 'Many');
  if (!canMount) return;
  mkdirSync(bench.home, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', bench.home]);
  base = (await prepare(bench)).head;
});
afterEach(() => {
  if (canMount) execFileSync('umount', ['-l', bench.home]);
  removeBench(bench);
});

function mountsHere(): boolean {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', ['-l', folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Leaves about `room` KiB of the disk. */
function fill(room: number): void {
  const path = join(bench.home, 'fill');
  try {
    writeFileSync(path, Buffer.alloc(8 * 1024 * 1024));
  } catch {
    // full now
  }
  truncateSync(path, Math.max(0, statSync(path).size - room * 1024));
}

function free(): void {
  rmSync(join(bench.home, 'fill'));
}

function open(taskId = at.taskId) {
  return bench.workspace.worktrees.open({ ...at, taskId, start: { kind: 'fresh', from: base } });
}

const ROOMS = [0, 4, 12, 24, 60, 120];

withDisk('a worktree is not opened on a full disk, and is once there is room', async () => {
  for (const room of ROOMS) {
    fill(room);
    await expect(open()).rejects.toMatchObject({ problem: 'no-space' });
    free();
  }
  const worktree = await open();
  expect(git(worktree.path, 'status', '--porcelain')).toBe('');
});

withDisk('a worktree is not made ahead of time on a full disk, and nothing of it stays', async () => {
  const request = { objectiveId: OBJECTIVE, commit: base, count: 2 };
  fill(24);
  await expect(bench.workspace.worktrees.warm(request)).rejects.toMatchObject({ problem: 'no-space' });
  free();
  await bench.workspace.worktrees.warm(request);
  fill(8);
  await expect(open()).rejects.toMatchObject({ problem: 'no-space' });
  free();
  expect(git((await open()).path, 'status', '--porcelain')).toBe('');
});

withDisk('a commit is not made on a full disk, and the branch stays where it was', async () => {
  const worktree = await open();
  writeFileSync(join(worktree.path, 'big.bin'), randomBytes(200_000));
  for (const room of ROOMS) {
    fill(room);
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject({
      problem: 'no-space',
    });
    free();
    const again = await bench.workspace.worktrees.open({ ...at, start: { kind: 'continue' } });
    expect(again.head).toBe(base);
  }
  const made = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
  expect(made.files).toEqual(['big.bin']);
  expect(git(worktree.gitDir, 'fsck', '--no-dangling')).toBe('');
});

withDisk('a snapshot is not made on a full disk, and the last one is restored with room', async () => {
  const worktree = await open();
  put(worktree.path, { 'new.txt': 'first' });
  const take = () => bench.workspace.worktrees.snapshot({ ...at, paths: null });
  const { snapshot } = await take();
  for (const room of ROOMS) {
    writeFileSync(join(worktree.path, 'new.txt'), randomBytes(200_000));
    fill(room);
    await expect(take()).rejects.toMatchObject({ problem: 'no-space' });
    const named = bench.workspace.worktrees.snapshot({ ...at, paths: ['new.txt'] });
    await expect(named).rejects.toMatchObject({ problem: 'no-space' });
    free();
  }
  const request = { ...at, start: { kind: 'continue' }, snapshot } as const;
  await bench.workspace.worktrees.restore(request);
  expect(readFileSync(join(worktree.path, 'new.txt'), 'utf8')).toBe('first');
  put(worktree.path, { 'more.txt': 'x' });
  const next = await take();
  expect(next.omitted).toEqual([]);
  expect(git(worktree.gitDir, 'fsck', '--no-dangling')).toBe('');
  expect(existsSync(join(worktree.path, 'more.txt'))).toBe(true);
});
