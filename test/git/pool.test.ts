// Needs git; no server. One test starts a process of its own and kills it.
import { spawn } from 'node:child_process';
import {
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type Bench,
  OBJECTIVE,
  git,
  makeBench,
  makeWorkspace,
  merge,
  prepare,
  put,
  removeBench,
  work,
} from './fixture';

const T1 = 'backend-T001';
const T2 = 'backend-T002';

let bench: Bench;
let base: string;
let mirror: string;
beforeEach(async () => {
  bench = makeBench();
  base = (await prepare(bench)).head;
  const [name = ''] = readdirSync(join(bench.home, 'repositories')).filter((entry) => entry.endsWith('.git'));
  mirror = join(bench.home, 'repositories', name);
});
afterEach(() => {
  removeBench(bench);
});

function warm(count: number, workspace = bench.workspace) {
  return workspace.worktrees.warm({ objectiveId: OBJECTIVE, commit: base, count });
}

function open(taskId: string, from = base, workspace = bench.workspace) {
  return workspace.worktrees.open({ objectiveId: OBJECTIVE, taskId, start: { kind: 'fresh', from } });
}

/** Worktrees in the pool: their folders, owners aside. */
function waiting(): string[] {
  const pool = join(bench.home, 'pool');
  return existsSync(pool) ? readdirSync(pool).filter((name) => !name.endsWith('.owner')) : [];
}

function inodeOf(path: string): number {
  return statSync(path).ino;
}

test('a fresh worktree is one that waited, on a branch of its own, and git itself understands it', async () => {
  await warm(2);
  const ready = waiting().map((name) => inodeOf(join(bench.home, 'pool', name)));
  expect(ready).toHaveLength(2);
  await warm(2);
  expect(waiting()).toHaveLength(2);
  const worktree = await open(T1);
  expect(ready).toContain(inodeOf(worktree.path));
  expect(worktree).toMatchObject({ head: base, conflicts: [], gitDir: mirror });
  expect(git(worktree.path, 'status', '--porcelain')).toBe('');
  expect(git(worktree.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/objective/${OBJECTIVE}/task/${T1}`);
  expect(git(mirror, 'worktree', 'list')).toContain(worktree.path);
  expect(git(mirror, 'fsck')).toBe('');
  put(worktree.path, { 'new.txt': 'x' });
  const at = { objectiveId: OBJECTIVE, taskId: T1 };
  expect((await bench.workspace.worktrees.commit({ ...at, message: 'x' })).files).toEqual(['new.txt']);
});

test('it has the files of the commit asked for, and only those that differ were written', async () => {
  await warm(1);
  const { commit } = await work(makeWorkspace(bench.home), T2, base, { 'a.txt': 'second\n', 'c.txt': 'c' });
  await warm(1);
  const head = await merge(bench.workspace, T2, commit.commit);
  const [name = ''] = waiting();
  const untouched = statSync(join(bench.home, 'pool', name, 'src', 'b.js'));
  // What somebody changed while it waited is put right.
  writeFileSync(join(bench.home, 'pool', name, '.gitignore'), 'spoilt by somebody');
  const worktree = await open(T1, head);
  expect(worktree.head).toBe(head);
  expect(git(worktree.path, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('second\n');
  expect(statSync(join(worktree.path, 'src', 'b.js')).mtimeMs).toBe(untouched.mtimeMs);
});

test('an edit of the same size in the second in which it was made is seen', async () => {
  await warm(1);
  const worktree = await open(T1);
  const path = join(worktree.path, 'a.txt');
  const { mtimeMs } = statSync(path);
  writeFileSync(path, 'ONE\ntwo\nthree\n');
  utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
  const at = { objectiveId: OBJECTIVE, taskId: T1 };
  expect((await bench.workspace.worktrees.commit({ ...at, message: 'x' })).files).toEqual(['a.txt']);
});

test('a worktree of an earlier attempt gives way to one from the pool', async () => {
  const first = await open(T1);
  put(first.path, { 'old.txt': 'x', 'dist/ignored.js': 'x' });
  await warm(1);
  const second = await open(T1);
  expect(second.path).toBe(first.path);
  expect(readdirSync(second.path).sort()).toEqual(['.git', '.gitignore', 'a.txt', 'src']);
  expect(waiting()).toEqual([]);
});

test('of many that open at once each gets a worktree of its own, from the pool or not', async () => {
  await warm(2);
  const ids = Array.from({ length: 5 }, (_, index) => `backend-T00${String(index + 1)}`);
  const other = makeWorkspace(bench.home);
  const opened = await Promise.all(
    ids.map((id, index) => open(id, base, index % 2 === 0 ? other : bench.workspace)),
  );
  expect(new Set(opened.map(({ path }) => inodeOf(path))).size).toBe(5);
  for (const { path } of opened) expect(git(path, 'status', '--porcelain')).toBe('');
  expect(waiting()).toEqual([]);
});

test('a take that a crash cut short is cleared away and the worktree made all the same', async () => {
  await warm(1);
  const [name = ''] = waiting();
  const gitDir = join(mirror, 'worktrees', `pool--${name}`);
  renameSync(join(gitDir, 'coordinator-ready'), join(gitDir, 'coordinator-taken'));
  writeFileSync(
    join(bench.home, 'pool', `${name}.owner`),
    JSON.stringify({ pid: process.pid, startedAt: '1' }),
  );
  await open(T2);
  renameSync(join(bench.home, 'pool', name), join(bench.home, 'worktrees', OBJECTIVE, T1));
  const worktree = await open(T1);
  expect(git(worktree.path, 'status', '--porcelain')).toBe('');
  await bench.workspace.sweep({ keepObjectives: new Set([OBJECTIVE]), olderThanDays: 0 });
  expect(readdirSync(join(mirror, 'worktrees')).filter((entry) => entry.startsWith('pool'))).toEqual([]);
  expect(existsSync(worktree.path)).toBe(true);
});

describe('what is not used', () => {
  test('goes with the release, also while more are being made', async () => {
    await warm(1);
    const making = warm(30);
    await bench.workspace.worktrees.release({ objectiveId: OBJECTIVE });
    await making;
    expect(existsSync(join(bench.home, 'pool')) ? readdirSync(join(bench.home, 'pool')) : []).toEqual([]);
    expect(readdirSync(join(mirror, 'worktrees'))).toEqual([]);
    expect(git(mirror, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('goes with the sweep of its objective; what waits for another stays', async () => {
    const other = 'objective-other-0123abcd';
    await prepare(bench, bench.target, other);
    await bench.workspace.worktrees.warm({ objectiveId: other, commit: base, count: 1 });
    await warm(1);
    await bench.workspace.sweep({ keepObjectives: new Set([other]), olderThanDays: 0 });
    expect(waiting()).toEqual([expect.stringMatching(`^${other}--`)]);
  });

  test('stays for other processes when this one stops, and nothing half-made is left', async () => {
    await warm(1);
    const making = warm(30);
    await bench.workspace.stop();
    await making;
    await warm(60);
    const left = waiting();
    expect(left.length).toBeLessThan(30);
    for (const name of left) {
      expect(existsSync(join(mirror, 'worktrees', `pool--${name}`, 'coordinator-ready'))).toBe(true);
    }
    const other = makeWorkspace(bench.home);
    const worktree = await open(T1, base, other);
    expect(git(worktree.path, 'status', '--porcelain')).toBe('');
    expect(waiting()).toHaveLength(left.length - 1);
  });

  test('is removed half-made when its maker is dead, and left alone while it lives', async () => {
    await warm(1);
    const [name = ''] = waiting();
    rmSync(join(mirror, 'worktrees', `pool--${name}`, 'coordinator-ready'));
    const maker = spawn('sleep', ['600'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => maker.once('exit', resolve));
    await new Promise((resolve) => maker.once('spawn', resolve));
    const pid = maker.pid ?? 0;
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    writeFileSync(join(bench.home, 'pool', `${name}.owner`), JSON.stringify({ pid, startedAt }));
    const keep = { keepObjectives: new Set([OBJECTIVE]), olderThanDays: 0 };
    await bench.workspace.sweep(keep);
    await bench.workspace.worktrees.release({ objectiveId: OBJECTIVE });
    expect(waiting()).toEqual([name]);
    maker.kill('SIGKILL');
    await ended;
    await bench.workspace.sweep(keep);
    expect(waiting()).toEqual([]);
  });
});

test('a worktree that cannot be made is told, and nothing of it is left', async () => {
  const commit = '0123456789'.repeat(4);
  const request = { objectiveId: OBJECTIVE, commit, count: 2 };
  await expect(bench.workspace.worktrees.warm(request)).rejects.toMatchObject({ problem: 'git-failed' });
  expect(readdirSync(join(bench.home, 'pool'))).toEqual([]);
});
