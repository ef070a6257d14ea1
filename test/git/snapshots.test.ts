// Needs git and mkfifo; no server.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import {
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Worktree } from '../../src/ports/workspace';
import { type Bench, OBJECTIVE, git, makeBench, makeRepository, prepare, put, removeBench } from './fixture';

const T1 = 'backend-T001';
const at = { objectiveId: OBJECTIVE, taskId: T1 };
const REF = `refs/coordinator/snapshots/${OBJECTIVE}/${T1}`;
const BEFORE = `refs/coordinator/snapshots-before/${OBJECTIVE}/${T1}`;

let bench: Bench;
let base: string;
let worktree: Worktree;
beforeEach(async () => {
  bench = makeBench();
  base = (await prepare(bench)).head;
  worktree = await bench.workspace.worktrees.open({ ...at, start: { kind: 'fresh', from: base } });
});
afterEach(() => {
  removeBench(bench);
});

function snapshot(paths: readonly string[] | null = null) {
  return bench.workspace.worktrees.snapshot({ ...at, paths });
}

function namesIn(commit: string): string[] {
  return git(worktree.gitDir, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean);
}

function gitDir(): string {
  return join(worktree.gitDir, 'worktrees', `${OBJECTIVE}--${T1}`);
}

describe('a snapshot', () => {
  test('holds new, changed and deleted files but no ignored ones, on the head, under a hidden ref', async () => {
    put(worktree.path, { 'a.txt': 'changed\n', 'neu/größe x.txt': 'new', 'dist/out.js': 'ignored' });
    rmSync(join(worktree.path, 'src', 'b.js'));
    const made = await snapshot();
    expect(made.omitted).toEqual([]);
    expect(namesIn(made.snapshot)).toEqual(['.gitignore', 'a.txt', 'neu/größe x.txt']);
    expect(git(worktree.gitDir, 'show', `${made.snapshot}:a.txt`)).toBe('changed');
    expect(git(worktree.gitDir, 'rev-parse', REF, `${made.snapshot}^@`)).toBe(`${made.snapshot}\n${base}`);
  });

  test('leaves branch, head, index, status and files as they are', async () => {
    put(worktree.path, { 'a.txt': 'changed\n', 'new.txt': 'new', 'staged.txt': 'x' });
    git(worktree.path, 'add', 'staged.txt');
    const index = join(gitDir(), 'index');
    const seen = () => ({
      index: readFileSync(index, 'base64'),
      at: statSync(index).mtimeMs,
      status: git(worktree.path, '--no-optional-locks', 'status', '--porcelain'),
      branch: git(worktree.path, 'for-each-ref', 'refs/heads'),
      head: readFileSync(join(gitDir(), 'HEAD'), 'utf8'),
      files: readdirSync(worktree.path, { recursive: true }),
    });
    const before = seen();
    await snapshot();
    put(worktree.path, { 'a.txt': 'changed again\n' });
    const changed = { ...seen(), status: before.status };
    await snapshot(['a.txt']);
    expect(changed).toEqual(before);
    expect(seen()).toEqual(before);
  });

  test('with nothing changed is the last one again; after a commit it is another, on the new head', async () => {
    put(worktree.path, { 'new.txt': 'new' });
    const first = await snapshot();
    expect(await snapshot()).toEqual(first);
    expect(await snapshot([])).toEqual(first);
    const { commit, tree } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    const second = await snapshot();
    expect(git(worktree.gitDir, 'rev-parse', `${second.snapshot}^`, `${second.snapshot}^{tree}`)).toBe(
      `${commit}\n${tree}`,
    );
    expect(git(worktree.gitDir, 'rev-parse', REF, BEFORE)).toBe(`${second.snapshot}\n${first.snapshot}`);
  });

  test('of named paths looks only at them, be they changed, new, deleted, folders, ignored or nowhere', async () => {
    put(worktree.path, { 'old.txt': 'old', 'dir/gone.txt': 'x' });
    await snapshot();
    put(worktree.path, {
      'a.txt': 'changed\n',
      'new/x.txt': 'x',
      'dist/x': 'ignored',
      'other.txt': 'unseen',
    });
    rmSync(join(worktree.path, 'old.txt'));
    rmSync(join(worktree.path, 'dir'), { recursive: true });
    const made = await snapshot(['a.txt', 'new', 'old.txt', 'dir', 'dist/x']);
    expect(namesIn(made.snapshot)).toEqual(['.gitignore', 'a.txt', 'new/x.txt', 'src/b.js']);
    expect(git(worktree.gitDir, 'show', `${made.snapshot}:a.txt`)).toBe('changed');
    const whole = await snapshot(['never/was', '../outside', '.git/config', '', '*']);
    expect(namesIn(whole.snapshot)).toContain('other.txt');
  });

  test('before the worktree is opened says so', async () => {
    const request = { objectiveId: OBJECTIVE, taskId: 'backend-T002', paths: null };
    await expect(bench.workspace.worktrees.snapshot(request)).rejects.toMatchObject({
      problem: 'no-worktree',
    });
  });

  test('sees an edit of the same size in the second in which the worktree was made', async () => {
    // Git compares whole seconds, so the edit has to come in the very second of the checkout.
    const startOfSecond = () => new Promise((resolve) => setTimeout(resolve, 1001 - (Date.now() % 1000)));
    const path = join(worktree.path, 'a.txt');
    for (let isSame = false; !isSame;) {
      await startOfSecond();
      await bench.workspace.worktrees.open({ ...at, start: { kind: 'fresh', from: base } });
      const { mtimeMs, ctimeMs } = statSync(path);
      writeFileSync(path, 'ONE\ntwo\nthree\n');
      utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
      isSame = Math.floor(statSync(path).ctimeMs / 1000) === Math.floor(ctimeMs / 1000);
    }
    await startOfSecond();
    const { snapshot: made } = await snapshot();
    expect(git(worktree.gitDir, 'show', `${made}:a.txt`)).toBe('ONE\ntwo\nthree');
  });

  test('is made although its index is damaged or names objects that are gone', async () => {
    put(worktree.path, { 'new.txt': 'new' });
    const first = await snapshot();
    writeFileSync(join(gitDir(), 'snapshot', 'index'), 'no index');
    expect((await snapshot()).snapshot).toBe(first.snapshot);
    const blob = git(worktree.gitDir, 'rev-parse', `${first.snapshot}:new.txt`);
    rmSync(join(worktree.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    put(worktree.path, { 'a.txt': 'changed\n' });
    const { snapshot: second } = await snapshot(['a.txt']);
    expect(git(worktree.gitDir, 'show', `${second}:new.txt`)).toBe('new');
  });
});

describe('what git cannot take', () => {
  let trap: string;
  beforeEach(() => {
    trap = join(bench.folder, 'trapped');
  });

  function plantRepository(path: string): void {
    makeRepository(path, { 'inside.txt': 'x' });
    git(path, 'config', 'core.fsmonitor', `touch '${trap}'`);
    git(path, 'config', 'filter.evil.clean', `touch '${trap}'; cat`);
    put(path, { '.git/info/attributes': '* filter=evil\n', 'inside.txt': 'changed' });
    rmSync(trap, { force: true });
  }

  test('is left out and named, and the rest is kept', async () => {
    put(worktree.path, { 'seen.txt': 'x', 'sub/.GIT/config': '[core]\n', 'empty-repository/x.txt': 'x' });
    git(join(worktree.path, 'empty-repository'), 'init', '--quiet');
    plantRepository(join(worktree.path, 'repository'));
    rmSync(join(worktree.path, 'src', 'b.js'));
    execFileSync('mkfifo', [join(worktree.path, 'src', 'b.js'), join(worktree.path, 'pipe')]);
    symlinkSync('loop', join(worktree.path, 'loop'));
    execFileSync('sh', ['-c', 'printf x > "$(printf \'not-utf8-\\377\')"'], { cwd: worktree.path });
    const server = createServer().listen(join(worktree.path, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const made = await snapshot();
    const again = await snapshot();
    server.close();
    expect([...made.omitted].sort()).toEqual([
      'empty-repository',
      'repository',
      'src/b.js',
      'sub/.GIT/config',
    ]);
    expect(again).toEqual(made);
    const listed = git(worktree.gitDir, 'ls-tree', '-r', '--name-only', made.snapshot).split('\n');
    expect(listed).toEqual(['.gitignore', 'a.txt', 'loop', '"not-utf8-\\377"', 'seen.txt', 'src/b.js']);
    expect(existsSync(trap)).toBe(false);
  });

  test('named paths among it are left out as well', async () => {
    await snapshot();
    plantRepository(join(worktree.path, 'repository'));
    put(worktree.path, { 'a.txt': 'changed\n' });
    const made = await snapshot(['a.txt', 'repository']);
    expect(made.omitted).toEqual(['repository']);
    expect(git(worktree.gitDir, 'show', `${made.snapshot}:a.txt`)).toBe('changed');
    expect(existsSync(trap)).toBe(false);
  });

  test('a fifo in place of a .gitignore or .gitattributes holds nothing up', async () => {
    put(worktree.path, { 'sub/x.txt': 'x', 'other/y.txt': 'y' });
    const pipes = ['sub/.gitignore', 'other/.gitattributes'].map((name) => join(worktree.path, name));
    execFileSync('mkfifo', pipes);
    const made = await snapshot();
    expect(namesIn(made.snapshot)).toEqual(expect.arrayContaining(['sub/x.txt', 'other/y.txt']));
    const commit = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect([...commit.files].sort()).toEqual(['other/y.txt', 'sub/x.txt']);
  });

  test('the folder of a submodule is not looked into, and goes when it is removed', async () => {
    plantRepository(join(bench.folder, 'module'));
    git(bench.target, '-c', 'protocol.file.allow=always', 'submodule', 'add', '../module', 'module');
    git(bench.target, 'commit', '--quiet', '-m', 'Submodule');
    const other = { objectiveId: 'objective-submodule-0123abcd', taskId: T1 };
    const { head } = await prepare(bench, bench.target, other.objectiveId);
    const opened = await bench.workspace.worktrees.open({ ...other, start: { kind: 'fresh', from: head } });
    const take = () => bench.workspace.worktrees.snapshot({ ...other, paths: null });
    expect(readdirSync(join(opened.path, 'module'))).toEqual([]);
    const clean = await take();
    expect(git(opened.gitDir, 'diff', '--name-only', head, clean.snapshot)).toBe('');
    plantRepository(join(opened.path, 'module'));
    const planted = await take();
    expect(planted).toEqual({ snapshot: clean.snapshot, omitted: ['module'] });
    await bench.workspace.worktrees.restore({ ...other, start: { kind: 'continue' }, ...planted });
    expect(readdirSync(join(opened.path, 'module'))).toEqual([]);
    rmSync(join(opened.path, 'module'), { recursive: true });
    put(opened.path, { module: 'a file now' });
    const gone = await take();
    expect(git(opened.gitDir, 'show', `${gone.snapshot}:module`)).toBe('a file now');
    expect(existsSync(trap)).toBe(false);
  });
});
