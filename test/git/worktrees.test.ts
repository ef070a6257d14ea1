// Needs git; no server.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
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
const at = { objectiveId: OBJECTIVE, taskId: T1 };

let bench: Bench;
let base: string;
beforeEach(async () => {
  bench = makeBench();
  base = (await prepare(bench)).head;
});
afterEach(() => {
  removeBench(bench);
});

function open(start: Parameters<Bench['workspace']['worktrees']['open']>[0]['start'], taskId = T1) {
  return bench.workspace.worktrees.open({ objectiveId: OBJECTIVE, taskId, start });
}

function gitDirOf(taskId = T1): string {
  const [mirror = ''] = readdirSync(join(bench.home, 'repositories')).filter((name) => name.endsWith('.git'));
  return join(bench.home, 'repositories', mirror, 'worktrees', `${OBJECTIVE}--${taskId}`);
}

describe('open', () => {
  test('fresh gives the files of the commit on a branch of its own, which git itself understands', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
    expect(worktree).toMatchObject({ head: base, conflicts: [] });
    expect(git(worktree.path, 'status', '--porcelain')).toBe('');
    expect(git(worktree.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/objective/${OBJECTIVE}/task/${T1}`);
    expect(git(worktree.gitDir, 'worktree', 'list')).toContain(worktree.path);
  });

  test('fresh replaces the branch and the files of an earlier attempt', async () => {
    await work(bench.workspace, T1, base, { 'old.txt': 'x' });
    const worktree = await open({ kind: 'fresh', from: base });
    expect(existsSync(join(worktree.path, 'old.txt'))).toBe(false);
    expect(worktree.head).toBe(base);
  });

  test('continue keeps files that are not committed yet', async () => {
    const first = await open({ kind: 'fresh', from: base });
    put(first.path, { 'draft.txt': 'half' });
    const again = await open({ kind: 'continue' });
    expect(readFileSync(join(again.path, 'draft.txt'), 'utf8')).toBe('half');
  });

  test('continue makes the worktree again from the branch when it is gone or half-made', async () => {
    const { worktree, commit } = await work(bench.workspace, T1, base, { 'c.txt': 'c' });
    rmSync(worktree.path, { recursive: true });
    expect((await open({ kind: 'continue' })).head).toBe(commit.commit);
    rmSync(join(gitDirOf(), 'coordinator-ready'));
    rmSync(join(worktree.path, 'a.txt'));
    const again = await open({ kind: 'continue' });
    expect(existsSync(join(again.path, 'a.txt'))).toBe(true);
  });

  test('continue without a branch says what to do', async () => {
    await expect(open({ kind: 'continue' }, T2)).rejects.toMatchObject({ problem: 'no-worktree' });
  });
});

describe('commit', () => {
  test('takes new, changed and deleted files but no ignored ones, and tells them against the base', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    put(worktree.path, { 'a.txt': 'changed\n', 'größe x.txt': 'new', 'dist/out.js': 'ignored' });
    rmSync(join(worktree.path, 'src', 'b.js'));
    const message = 'Add login\n\nCoordinator-Specialist: @nodejs-expert';
    const made = await bench.workspace.worktrees.commit({ ...at, message });
    expect([...made.files].sort()).toEqual(['a.txt', 'größe x.txt', 'src/b.js']);
    const shown = git(
      worktree.path,
      'log',
      '-1',
      '--format=%an|%cn|%(trailers:key=Coordinator-Task,valueonly)',
    );
    expect(shown).toBe(`@nodejs-expert|backend-coordinator|${T1}`);
  });

  test('with nothing changed gives the head as it is', async () => {
    await open({ kind: 'fresh', from: base });
    expect(await bench.workspace.worktrees.commit({ ...at, message: 'x' })).toMatchObject({
      commit: base,
      files: [],
    });
  });

  test('a repository inside, with or without commits, is refused by name and nothing is committed', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    mkdirSync(join(worktree.path, 'inner'));
    git(join(worktree.path, 'inner'), 'init', '--quiet');
    const refused = { problem: 'nested-repository', files: ['inner'] };
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject(refused);
    git(join(worktree.path, 'inner'), 'commit', '--quiet', '--allow-empty', '-m', 'x');
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject(refused);
    rmSync(join(worktree.path, 'inner', '.git'), { recursive: true });
    put(worktree.path, { 'inner/x.txt': 'x' });
    expect(await bench.workspace.worktrees.commit({ ...at, message: 'x' })).toMatchObject({
      files: ['inner/x.txt'],
    });
  });

  test('a secret that the task brings is refused by file and line, one that was there before is not', async () => {
    const aws = ['AK', 'IA', 'IOSFODNN7EXAMPLE'].join('');
    const other = ['AK', 'IA', 'QWERTZUIOPASDFGH'].join('');
    const worktree = await open({ kind: 'fresh', from: base });
    put(worktree.path, { 'old.js': `const key = '${aws}';\n` });
    git(worktree.path, 'add', '-A');
    git(worktree.path, 'commit', '-q', '-m', 'There before');
    put(worktree.path, { 'old.js': `// a comment more\nconst key = '${aws}';\n` });
    put(worktree.path, { 'src/config.js': `// settings\nconst key = '${other}';\n` });
    const failure: unknown = await bench.workspace.worktrees
      .commit({ ...at, message: 'x' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ problem: 'secret', files: ['src/config.js'] });
    expect(String(failure)).toContain('src/config.js:2 (aws-access-key)');
    expect(String(failure)).not.toContain(other);
    put(worktree.path, { 'src/config.js': 'const key = process.env.KEY;\n' });
    expect(await bench.workspace.worktrees.commit({ ...at, message: 'x' })).toMatchObject({
      files: ['old.js', 'src/config.js'],
    });
  });

  test('a path that is .git under another spelling is refused', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    put(worktree.path, { 'sub/.GIT/config': '[core]\n\tfsmonitor = x\n' });
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject({
      problem: 'forbidden-path',
    });
  });

  test.each(['link', 'folder', 'file'])('a planted .git (%s) is not followed and put back', async (kind) => {
    const worktree = await open({ kind: 'fresh', from: base });
    const trap = join(bench.folder, 'trapped');
    const evil = join(bench.folder, 'evil');
    mkdirSync(evil);
    git(evil, 'init', '--quiet');
    git(evil, 'config', 'core.fsmonitor', `touch '${trap}'`);
    git(evil, 'config', 'filter.evil.clean', `touch '${trap}'; cat`);
    const dotGit = join(worktree.path, '.git');
    rmSync(dotGit);
    if (kind === 'link') symlinkSync(join(evil, '.git'), dotGit);
    if (kind === 'file') writeFileSync(dotGit, `gitdir: ${join(evil, '.git')}\n`);
    if (kind === 'folder') execFileSync('cp', ['-r', join(evil, '.git'), dotGit]);
    put(worktree.path, { 'd.txt': 'd', '.gitattributes': '* filter=evil\n' });
    const made = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect([...made.files].sort()).toEqual(['.gitattributes', 'd.txt']);
    expect(existsSync(trap)).toBe(false);
    expect(git(evil, 'rev-list', '--all')).toBe('');
    expect(readFileSync(dotGit, 'utf8')).toBe(`gitdir: ${gitDirOf()}\n`);
  });

  test('commands written into the coordination repository are removed before they can run', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    const trap = join(bench.folder, 'trapped');
    writeFileSync(
      join(worktree.gitDir, 'config'),
      `[filter "evil"]\n\tclean = touch ${trap}\n[core]\n\tbare = true\n`,
    );
    put(worktree.path, { 'd.txt': 'd', '.gitattributes': '* filter=evil\n' });
    await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect(existsSync(trap)).toBe(false);
  });
});

describe('locks after a crash', () => {
  let sleeper: ChildProcess | undefined;
  afterEach(() => {
    sleeper?.kill('SIGKILL');
    sleeper = undefined;
  });

  function owner(pid: number, startedAt: string): void {
    const file = join(bench.home, 'worktrees', OBJECTIVE, `${T1}.owner`);
    writeFileSync(file, JSON.stringify({ pid, startedAt }));
  }

  async function startSleeper(): Promise<{ pid: number; startedAt: string }> {
    sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
    const { pid } = sleeper;
    if (pid === undefined) throw new Error('sleep did not start');
    await new Promise((resolve) => sleeper?.once('spawn', resolve));
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return { pid, startedAt: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
  }

  test('a lock of a dead owner is removed', async () => {
    await open({ kind: 'fresh', from: base });
    writeFileSync(join(gitDirOf(), 'index.lock'), '');
    const { pid } = await startSleeper();
    owner(pid, '1'); // the pid lives, but as another process
    await open({ kind: 'continue' });
    expect(existsSync(join(gitDirOf(), 'index.lock'))).toBe(false);
  });

  test('a lock of a living owner is waited for, then refused and left alone', async () => {
    await open({ kind: 'fresh', from: base });
    writeFileSync(join(gitDirOf(), 'index.lock'), '');
    const { pid, startedAt } = await startSleeper();
    owner(pid, startedAt);
    const impatient = makeWorkspace(bench.home, { lockWaitMs: 300 });
    await expect(impatient.worktrees.open({ ...at, start: { kind: 'continue' } })).rejects.toMatchObject({
      problem: 'locked',
    });
    expect(existsSync(join(gitDirOf(), 'index.lock'))).toBe(true);
  });

  test('a lock on the index of snapshots is treated alike', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    const take = (workspace = bench.workspace) => workspace.worktrees.snapshot({ ...at, paths: null });
    await take();
    put(worktree.path, { 'new.txt': 'x' });
    const lock = join(gitDirOf(), 'snapshot', 'index.lock');
    writeFileSync(lock, '');
    const { pid, startedAt } = await startSleeper();
    owner(pid, startedAt);
    await expect(take(makeWorkspace(bench.home, { lockWaitMs: 300 }))).rejects.toMatchObject({
      problem: 'locked',
    });
    expect(existsSync(lock)).toBe(true);
    owner(pid, '1');
    const { snapshot } = await take();
    expect(git(worktree.gitDir, 'show', `${snapshot}:new.txt`)).toBe('x');
  });

  test('a lock older than any command can be goes, although another worker lives that could hold it', async () => {
    const worktree = await open({ kind: 'fresh', from: base });
    put(worktree.path, { 'new.txt': 'x' });
    const { pid, startedAt } = await startSleeper();
    const owners = worktree.gitDir.replace(/\.git$/, '.owners');
    writeFileSync(join(owners, String(pid)), JSON.stringify({ pid, startedAt }));
    const lock = join(worktree.gitDir, 'refs', 'heads', 'objective', OBJECTIVE, 'task', `${T1}.lock`);
    writeFileSync(lock, '');
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(lock, anHourAgo, anHourAgo);
    const { files } = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect(files).toEqual(['new.txt']);
  });

  test('a lock this process left in the mirror goes once no command of ours can hold it', async () => {
    const { commit, worktree } = await work(bench.workspace, T1, base, { 'c.txt': 'c' });
    const ref = join(worktree.gitDir, 'refs', 'heads', 'objective', OBJECTIVE, 'integration.lock');
    writeFileSync(ref, '');
    const head = await merge(bench.workspace, T1, commit.commit);
    expect(await bench.workspace.integration.head({ objectiveId: OBJECTIVE })).toBe(head);
  });
});

describe('a conflict', () => {
  async function conflict() {
    const mine = await work(bench.workspace, T1, base, { 'a.txt': 'one\nMINE\nthree\n' });
    const theirs = await work(bench.workspace, T2, base, { 'a.txt': 'one\nTHEIRS\nthree\n' });
    const head = await merge(bench.workspace, T2, theirs.commit.commit);
    return { mine: mine.commit.commit, head };
  }

  test('is proposed with its files and the task behind the other side, and moves nothing', async () => {
    const { mine, head } = await conflict();
    const proposal = await bench.workspace.integration.propose({ ...at, commit: mine, message: 'm' });
    expect(proposal).toEqual({ kind: 'conflict', files: ['a.txt'], theirs: [T2], head });
    expect(await bench.workspace.integration.head(at)).toBe(head);
  });

  test('opens with markers of both sides, refuses them as a commit, then merges with two parents', async () => {
    const { mine, head } = await conflict();
    const worktree = await open({ kind: 'conflict', with: head });
    expect(worktree.conflicts).toEqual(['a.txt']);
    const text = readFileSync(join(worktree.path, 'a.txt'), 'utf8');
    expect(text).toMatch(/<{7}[^]*MINE[^]*={7}[^]*THEIRS[^]*>{7}/);
    await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject({
      problem: 'conflict-markers',
      files: ['a.txt'],
    });
    expect((await open({ kind: 'conflict', with: head })).conflicts).toEqual(['a.txt']);
    put(worktree.path, { 'a.txt': 'one\nMINE AND THEIRS\nthree\n' });
    const made = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect(made.files).toEqual(['a.txt']);
    expect(git(worktree.path, 'rev-list', '--parents', '-1', 'HEAD')).toBe(`${made.commit} ${mine} ${head}`);
    expect(git(worktree.path, 'status', '--porcelain')).toBe('');
    await merge(bench.workspace, T1, made.commit);
  });

  test('that git can settle itself opens without markers and still becomes a merge commit', async () => {
    const mine = await work(bench.workspace, T1, base, { 'mine.txt': 'm' });
    const theirs = await work(bench.workspace, T2, base, { 'theirs.txt': 't' });
    const head = await merge(bench.workspace, T2, theirs.commit.commit);
    expect((await open({ kind: 'conflict', with: head })).conflicts).toEqual([]);
    const made = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
    expect(made.files).toEqual(['mine.txt']);
    expect(git(mine.worktree.path, 'rev-list', '--parents', '-1', 'HEAD').split(' ')).toHaveLength(3);
  });
});

describe('checkOut, release and sweep', () => {
  test('a check-out is disposed of; one of a dead process goes with the release, branches stay', async () => {
    const { commit } = await work(bench.workspace, T1, base, { 'c.txt': 'c' });
    const kept = await bench.workspace.worktrees.checkOut({ ...at, commit: base });
    const gone = await bench.workspace.worktrees.checkOut({ ...at, commit: commit.commit });
    expect(gone.tree).toBe(commit.tree);
    await gone.dispose();
    expect(readdirSync(join(bench.home, 'checkouts')).sort()).toHaveLength(2);
    await bench.workspace.worktrees.release(at);
    expect(existsSync(kept.path)).toBe(true);
    writeFileSync(`${kept.path}.owner`, JSON.stringify({ pid: 1, startedAt: 'another' }));
    await bench.workspace.worktrees.release(at);
    expect(readdirSync(join(bench.home, 'checkouts'))).toEqual([]);
    expect(readdirSync(join(bench.home, 'worktrees'))).toEqual([]);
    expect(git(kept.gitDir, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(git(kept.gitDir, 'rev-parse', `objective/${OBJECTIVE}/task/${T1}`)).toBe(commit.commit);
  });

  test('a sweep keeps what it is told to keep and frees the rest', async () => {
    const other = 'objective-other-0123abcd';
    await prepare(bench, bench.target, other);
    await work(bench.workspace, T1, base, { 'c.txt': 'c' });
    const young = await bench.workspace.sweep({ keepObjectives: new Set(), olderThanDays: 1 });
    expect(young.objectives).toEqual([]);
    const first = await bench.workspace.sweep({ keepObjectives: new Set([other]), olderThanDays: 0 });
    expect(first).toEqual({ objectives: [OBJECTIVE], worktrees: 1, checkouts: 0, samples: 0, mirrors: 0 });
    expect(await bench.workspace.integration.head({ objectiveId: other })).toBe(base);
    await expect(bench.workspace.integration.head(at)).rejects.toMatchObject({
      problem: 'unknown-objective',
    });
    const last = await bench.workspace.sweep({ keepObjectives: new Set(), olderThanDays: 0 });
    expect(last).toMatchObject({ objectives: [other], mirrors: 1 });
    expect(readdirSync(join(bench.home, 'repositories'))).toEqual(['objectives']);
  });
});
