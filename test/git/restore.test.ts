// Needs git; no server.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AttemptStart } from '../../src/domain/work/work';
import type { GitWorkspace } from '../../src/git/workspace';
import type { Worktree } from '../../src/ports/workspace';
import {
  type Bench,
  OBJECTIVE,
  git,
  makeBench,
  makeRepository,
  makeWorkspace,
  merge,
  prepare,
  put,
  removeBench,
  work,
} from './fixture';

const T1 = 'backend-T001';
const T2 = 'backend-T002';
const at = { objectiveId: OBJECTIVE, taskId: T1 };
const BRANCH = `refs/heads/objective/${OBJECTIVE}/task/${T1}`;
const CONTINUE: AttemptStart = { kind: 'continue' };

let bench: Bench;
let base: string;
let worktree: Worktree;
beforeEach(async () => {
  bench = makeBench();
  base = (await prepare(bench)).head;
  worktree = await open({ kind: 'fresh', from: base });
});
afterEach(() => {
  removeBench(bench);
});

function open(start: AttemptStart, workspace = bench.workspace) {
  return workspace.worktrees.open({ ...at, start });
}

async function snapshot(workspace = bench.workspace): Promise<string> {
  return (await workspace.worktrees.snapshot({ ...at, paths: null })).snapshot;
}

function restore(to: string, start: AttemptStart = CONTINUE, workspace = bench.workspace) {
  return workspace.worktrees.restore({ ...at, start, snapshot: to });
}

function gitDir(of = worktree): string {
  return join(of.gitDir, 'worktrees', `${OBJECTIVE}--${T1}`);
}

/** Every file with its kind and content, `.git` aside. */
function filesOf(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name),
  );
  const shown = entries
    .filter((path) => path !== join(folder, '.git'))
    .map((path): [string, string] => {
      const found = lstatSync(path);
      const content = found.isSymbolicLink()
        ? `-> ${readlinkSync(path)}`
        : found.isFile()
          ? `${(found.mode & 0o100) === 0 ? '' : 'x '}${readFileSync(path, 'latin1')}`
          : 'folder';
      return [path.slice(folder.length + 1), content];
    });
  return new Map(shown.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const FILES = {
  'a.txt': 'changed\n',
  'new/deep/x.txt': 'x',
  'program.sh': '#!/bin/sh\n',
  'binary.bin': '\0\u0001\r\n\r\n\0',
  'dist/kept.js': 'ignored',
};

function change(path: string): void {
  put(path, FILES);
  chmodSync(join(path, 'program.sh'), 0o755);
  symlinkSync('a.txt', join(path, 'link'));
  rmSync(join(path, 'src', 'b.js'));
  rmSync(join(path, 'src'), { recursive: true });
}

describe('on the same host', () => {
  test('whatever was done since is undone, ignored files stay, and the work can be committed', async () => {
    change(worktree.path);
    const kept = await snapshot();
    const before = filesOf(worktree.path);
    put(worktree.path, { 'a.txt': 'spoilt\n', 'later.txt': 'x', 'later/y.txt': 'y', 'src/b.js': 'back' });
    rmSync(join(worktree.path, 'new'), { recursive: true });
    symlinkSync(bench.folder, join(worktree.path, 'new'));
    rmSync(join(worktree.path, 'binary.bin'));
    put(worktree.path, { 'binary.bin/is/a/folder': 'now' });
    chmodSync(join(worktree.path, 'program.sh'), 0o644);
    rmSync(join(worktree.path, 'link'));
    execFileSync('mkfifo', [join(worktree.path, 'link')]);
    makeRepository(join(worktree.path, 'repository'), { 'x.txt': 'x' });
    mkdirSync(join(worktree.path, 'later', 'bare'));
    git(join(worktree.path, 'later', 'bare'), 'init', '--quiet');
    const opened = await restore(kept);
    expect(opened).toEqual({
      path: worktree.path,
      gitDir: worktree.gitDir,
      head: base,
      conflicts: [],
      changed: [],
    });
    expect(filesOf(worktree.path)).toEqual(before);
    expect(existsSync(join(bench.folder, 'deep'))).toBe(false);
    expect(await snapshot()).toBe(kept);
    expect(await restore(kept)).toEqual(opened);
    expect(filesOf(worktree.path)).toEqual(before);
    const { files } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect([...files].sort()).toEqual([
      'a.txt',
      'binary.bin',
      'link',
      'new/deep/x.txt',
      'program.sh',
      'src/b.js',
    ]);
    expect(git(worktree.path, 'status', '--porcelain')).toBe('');
  });

  test('bytes come back as they were, whatever the attributes of the repository say', async () => {
    put(worktree.path, {
      '.gitattributes': '* text=auto eol=lf\nnote.* working-tree-encoding=UTF-16 ident\n',
    });
    await bench.workspace.worktrees.commit({ ...at, message: 'Attributes' });
    const contents = { 'windows.js': 'one\r\ntwo\r\n', 'note.txt': 'no UTF-16: $Id: mine $\r\n' };
    put(worktree.path, contents);
    const kept = await snapshot();
    put(worktree.path, { 'windows.js': 'lost', 'note.txt': 'lost' });
    await restore(kept);
    for (const [name, text] of Object.entries(contents)) {
      expect(readFileSync(join(worktree.path, name), 'latin1')).toBe(text);
    }
    rmSync(worktree.path, { recursive: true });
    await restore(kept);
    expect(readFileSync(join(worktree.path, 'windows.js'), 'latin1')).toBe(contents['windows.js']);
  });

  test('a file checked out with other line ends than git keeps comes back as it was in the worktree', async () => {
    put(worktree.path, { '.gitattributes': '*.bat eol=crlf\n', 'run.bat': 'one\r\n' });
    const { commit } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    await open({ kind: 'fresh', from: commit });
    const kept = await snapshot();
    rmSync(join(worktree.path, 'run.bat'));
    await restore(kept);
    expect(readFileSync(join(worktree.path, 'run.bat'), 'latin1')).toBe('one\r\n');
  });

  test.each([
    ['gone', () => rmSync(worktree.path, { recursive: true })],
    ['half-made', () => rmSync(join(gitDir(), 'coordinator-ready'))],
    ['without git’s state of it', () => rmSync(gitDir(), { recursive: true })],
    ['locked by a lost worker', () => lockAll()],
    ['on another branch', () => writeFileSync(join(gitDir(), 'HEAD'), 'ref: refs/heads/other\n')],
    ['with its indexes cut off', () => cutIndexes()],
    ['with a folder in place of .git', () => plantDotGit()],
    ['with a file in its place', () => plantFile()],
  ])('a worktree that is %s is put right', async (_, spoil) => {
    put(worktree.path, { 'a.txt': 'changed\n', 'new.txt': 'new' });
    const kept = await snapshot();
    spoil();
    expect(await restore(kept)).toMatchObject({ head: base, path: worktree.path });
    expect([...filesOf(worktree.path).keys()]).toEqual(['.gitignore', 'a.txt', 'new.txt', 'src', 'src/b.js']);
    expect(readFileSync(join(worktree.path, '.git'), 'utf8')).toBe(`gitdir: ${gitDir()}\n`);
    expect(git(worktree.path, 'symbolic-ref', 'HEAD')).toBe(BRANCH);
    const { files } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect([...files].sort()).toEqual(['a.txt', 'new.txt']);
  });

  function lockAll(): void {
    const dead = JSON.stringify({ pid: process.pid, startedAt: 'another process' });
    writeFileSync(join(bench.home, 'worktrees', OBJECTIVE, `${T1}.owner`), dead);
    for (const name of ['index.lock', 'HEAD.lock', 'snapshot/index.lock']) {
      writeFileSync(join(gitDir(), name), '');
    }
  }

  function cutIndexes(): void {
    for (const name of ['index', 'snapshot/index']) {
      const path = join(gitDir(), name);
      writeFileSync(path, readFileSync(path).subarray(0, 40));
    }
  }

  function plantDotGit(): void {
    rmSync(join(worktree.path, '.git'));
    makeRepository(worktree.path, {});
  }

  function plantFile(): void {
    rmSync(worktree.path, { recursive: true });
    writeFileSync(worktree.path, '');
  }

  test('the snapshot before the last one can be gone back to: the last may not have been written down', async () => {
    put(worktree.path, { 'new.txt': 'first' });
    const first = await snapshot();
    put(worktree.path, { 'new.txt': 'second', 'more.txt': 'x' });
    const second = await snapshot();
    git(worktree.gitDir, 'gc', '--quiet', '--prune=now');
    await restore(first);
    expect(readFileSync(join(worktree.path, 'new.txt'), 'utf8')).toBe('first');
    expect(existsSync(join(worktree.path, 'more.txt'))).toBe(false);
    put(worktree.path, { 'new.txt': 'third' });
    expect(await snapshot()).not.toBe(second);
  });

  test('what the branch has stays, also for a fresh start, and a missing branch is made', async () => {
    put(worktree.path, { 'new.txt': 'first' });
    const kept = await snapshot();
    put(worktree.path, { 'late.txt': 'x' });
    const { commit } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    const start = { kind: 'fresh', from: base } as const;
    expect(await restore(kept, start)).toMatchObject({ head: commit, conflicts: [] });
    expect(existsSync(join(worktree.path, 'late.txt'))).toBe(false);
    git(worktree.gitDir, 'update-ref', '-d', BRANCH);
    expect(await restore(kept, start)).toMatchObject({ head: base });
    git(worktree.gitDir, 'update-ref', '-d', BRANCH);
    expect(await restore(kept)).toMatchObject({ head: base });
  });

  test('a snapshot nobody has, or of which something is lost, is told as such', async () => {
    await expect(restore('0123456789'.repeat(4))).rejects.toMatchObject({ problem: 'no-snapshot' });
    put(worktree.path, { 'new.txt': 'x' });
    const kept = await snapshot();
    const blob = git(worktree.gitDir, 'rev-parse', `${kept}:new.txt`);
    rmSync(join(worktree.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    rmSync(join(worktree.path, 'new.txt'));
    await expect(restore(kept)).rejects.toMatchObject({ problem: 'no-snapshot' });
  });
});

describe('a pending merge', () => {
  async function conflict(): Promise<{ head: string; start: AttemptStart; kept: string; mine: string }> {
    const mine = await work(bench.workspace, T1, base, { 'a.txt': 'one\nMINE\nthree\n' });
    const theirs = await work(bench.workspace, T2, base, { 'a.txt': 'one\nTHEIRS\nthree\n', 'new.txt': 'n' });
    const head = await merge(bench.workspace, T2, theirs.commit.commit);
    const start = { kind: 'conflict', with: head } as const;
    await open(start);
    put(worktree.path, { 'a.txt': 'one\n<<<<<<< half\nthree\n', 'draft.txt': 'd' });
    return { head, start, kept: await snapshot(), mine: mine.commit.commit };
  }

  async function finish(mine: string, head: string): Promise<void> {
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject({
      problem: 'conflict-markers',
    });
    put(worktree.path, { 'a.txt': 'one\nBOTH\nthree\n' });
    const { commit, files } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect(git(worktree.path, 'rev-list', '--parents', '-1', 'HEAD')).toBe(`${commit} ${mine} ${head}`);
    expect([...files].sort()).toEqual(['a.txt', 'draft.txt']);
  }

  test('is kept where it is there', async () => {
    const { head, start, kept, mine } = await conflict();
    put(worktree.path, { 'a.txt': 'lost', 'other.txt': 'lost' });
    expect((await restore(kept, start)).conflicts).toEqual(['a.txt']);
    expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('one\n<<<<<<< half\nthree\n');
    await finish(mine, head);
  });

  test.each([
    ['a conflict is worked on', true],
    ['that work is continued', false],
  ])('is made again with the worktree when %s', async (_, isFirst) => {
    const { head, start, kept, mine } = await conflict();
    rmSync(worktree.path, { recursive: true });
    expect((await restore(kept, isFirst ? start : CONTINUE)).conflicts).toEqual(['a.txt']);
    expect(readFileSync(join(worktree.path, 'draft.txt'), 'utf8')).toBe('d');
    await finish(mine, head);
  });

  test('that was committed since is not pending any more', async () => {
    const { head, start, kept, mine } = await conflict();
    await finish(mine, head);
    expect((await restore(kept, start)).conflicts).toEqual([]);
    put(worktree.path, { 'a.txt': 'one\nBOTH AGAIN\nthree\n' });
    const { commit } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect(git(worktree.path, 'rev-list', '--parents', '-1', commit).split(' ')).toHaveLength(2);
  });

  test('of which a crash left no list of conflicts is made again, so that markers are not committed', async () => {
    const { start } = await conflict();
    rmSync(join(gitDir(), 'coordinator-conflicts'));
    expect((await open(start)).conflicts).toEqual(['a.txt']);
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject({
      problem: 'conflict-markers',
    });
  });
});

describe('on another host', () => {
  let one: GitWorkspace;
  let two: GitWorkspace;
  let first: Worktree;
  beforeEach(async () => {
    const remote = join(bench.folder, 'shared.git');
    git(bench.folder, 'init', '--quiet', '--bare', 'shared.git');
    one = makeWorkspace(join(bench.folder, 'home-1'), { remote });
    two = makeWorkspace(join(bench.folder, 'home-2'), { remote });
    const found = await one.inspectRepository(bench.target, null);
    await one.repositories.prepare({ ...at, ...found });
    await two.repositories.prepare({ ...at, ...found });
    first = await open({ kind: 'fresh', from: base }, one);
    change(first.path);
  });

  test('the files come through the shared repository, and the next snapshot goes back through it', async () => {
    const kept = await snapshot(one);
    const second = await restore(kept, { kind: 'fresh', from: base }, two);
    expect(second.path).not.toBe(first.path);
    const ignored = (name: string) => name.startsWith('dist');
    const expected = [...filesOf(first.path)].filter(([name]) => !ignored(name));
    expect([...filesOf(second.path)]).toEqual(expected);
    put(second.path, { 'from-two.txt': '2' });
    const { commit } = await two.worktrees.commit({ ...at, message: 'x' });
    put(second.path, { 'from-two.txt': 'two' });
    const back = await restore(await snapshot(two), CONTINUE, one);
    expect(back).toMatchObject({ path: first.path, head: commit });
    expect(readFileSync(join(first.path, 'from-two.txt'), 'utf8')).toBe('two');
  });

  test('the one before the last is found too', async () => {
    const written = await snapshot(one);
    put(first.path, { 'a.txt': 'later' });
    await snapshot(one);
    const second = await restore(written, CONTINUE, two);
    expect(readFileSync(join(second.path, 'a.txt'), 'utf8')).toBe('changed\n');
  });

  test('a commit that could not be published is not lost on the host that has it', async () => {
    const kept = await snapshot(one);
    const alone = makeWorkspace(join(bench.folder, 'home-1'));
    const { commit } = await alone.worktrees.commit({ ...at, message: 'x' });
    expect(await restore(kept, CONTINUE, one)).toMatchObject({ head: commit });
    expect(git(join(bench.folder, 'shared.git'), 'rev-parse', BRANCH)).toBe(commit);
  });
});
