// Needs git; no server.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
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

const at = { objectiveId: OBJECTIVE };
const BRANCH = `coordinator/${OBJECTIVE}`;

let bench: Bench;
let base: string;
beforeEach(async () => {
  bench = makeBench('my target');
  base = (await prepare(bench)).head;
});
afterEach(() => {
  removeBench(bench);
});

describe('merging', () => {
  test('always makes a merge commit with both parents, without moving the branch', async () => {
    const { commit } = await work(bench.workspace, 'backend-T001', base, { 'c.txt': 'c' });
    const request = { ...at, taskId: 'backend-T001', commit: commit.commit, message: 'Merge it' };
    const proposal = await bench.workspace.integration.propose(request);
    expect(proposal).toMatchObject({ kind: 'clean', head: base, tree: commit.tree });
    expect(await bench.workspace.integration.head(at)).toBe(base);
  });

  test('work that is not merged began where it left the branch, merged work nowhere else', async () => {
    const { commit: one } = await work(bench.workspace, 'backend-T001', base, { 'c.txt': 'c' });
    const { commit: two } = await work(bench.workspace, 'backend-T002', base, { 'd.txt': 'd' });
    await merge(bench.workspace, 'backend-T001', one.commit);
    const { integration } = bench.workspace;
    expect(await integration.forkOf({ ...at, commit: two.commit })).toBe(base);
    expect(await integration.forkOf({ ...at, commit: one.commit })).toBe(one.commit);
  });

  test('the same again after a crash between the move and its report is already merged', async () => {
    const { commit } = await work(bench.workspace, 'backend-T001', base, { 'c.txt': 'c' });
    const head = await merge(bench.workspace, 'backend-T001', commit.commit);
    const request = { ...at, taskId: 'backend-T001', commit: commit.commit, message: 'Merge it' };
    expect(await bench.workspace.integration.propose(request)).toEqual({
      kind: 'already-merged',
      head,
      tree: commit.tree,
    });
  });

  test('of two that move the branch from the same head, one wins', async () => {
    const proposals = [];
    for (const taskId of ['backend-T001', 'backend-T002']) {
      const { commit } = await work(bench.workspace, taskId, base, { [`${taskId}.txt`]: 'x' });
      const proposal = await bench.workspace.integration.propose({
        ...at,
        taskId,
        commit: commit.commit,
        message: '',
      });
      if (proposal.kind === 'clean') proposals.push(proposal.commit);
    }
    const other = makeWorkspace(bench.home);
    const [first = '', second = ''] = proposals;
    const moved = await Promise.all([
      bench.workspace.integration.advance({ ...at, from: base, to: first }),
      other.integration.advance({ ...at, from: base, to: second }),
    ]);
    expect([...moved].sort()).toEqual([false, true]);
    expect(await bench.workspace.integration.head(at)).toBe(moved[0] ? first : second);
  });

  test('many at once in one mirror do not stand in each other’s way', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `backend-T00${String(index + 1)}`);
    const made = await Promise.all(ids.map((id) => work(bench.workspace, id, base, { [`${id}.txt`]: id })));
    let head = base;
    for (const [index, { commit }] of made.entries())
      head = await merge(bench.workspace, ids[index] ?? '', commit.commit);
    const files = await bench.workspace.repositories.listFiles({ ...at, commit: head });
    expect(files).toEqual(expect.arrayContaining(ids.map((id) => `${id}.txt`)));
    const changed = await bench.workspace.repositories.changedFiles({ ...at, from: base, to: head });
    expect([...changed].sort()).toEqual(ids.map((id) => `${id}.txt`));
  });

  test('preparing again keeps the branch where it is', async () => {
    const { commit } = await work(bench.workspace, 'backend-T001', base, { 'c.txt': 'c' });
    const head = await merge(bench.workspace, 'backend-T001', commit.commit);
    expect((await prepare(bench)).head).toBe(head);
  });

  test('files and diffs are read without a checkout; links and missing paths are no files', async () => {
    const { worktree, commit } = await work(bench.workspace, 'backend-T001', base, {
      'größe x.txt': 'hällo\n',
    });
    execFileSync('ln', ['-s', '/etc/passwd', join(worktree.path, 'link')]);
    const linked = await bench.workspace.worktrees.commit({ ...at, taskId: 'backend-T001', message: 'x' });
    const { repositories } = bench.workspace;
    expect(await repositories.readFile({ ...at, commit: linked.commit, path: 'größe x.txt' })).toBe(
      'hällo\n',
    );
    expect(await repositories.readFile({ ...at, commit: linked.commit, path: 'link' })).toBeNull();
    expect(await repositories.readFile({ ...at, commit: linked.commit, path: 'src' })).toBeNull();
    expect(await repositories.readFile({ ...at, commit: base, path: 'größe x.txt' })).toBeNull();
    const diff = await repositories.diff({ ...at, from: base, to: commit.commit, maxBytes: 10_000 });
    expect(diff).toContain('+hällo');
    const cut = await repositories.diff({ ...at, from: base, to: commit.commit, maxBytes: 60 });
    expect(cut).toContain('bytes left out');
  });
});

describe('delivery', () => {
  function snapshot(folder: string): Map<string, string> {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return new Map(
      entries.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [relative(folder, path), `${String(statSync(path).mtimeMs)} ${readFileSync(path, 'base64')}`];
      }),
    );
  }

  function plantHooks(gitDir: string, trap: string): void {
    mkdirSync(join(gitDir, 'hooks'), { recursive: true });
    const names = [
      'pre-receive',
      'update',
      'post-receive',
      'post-update',
      'reference-transaction',
      'pre-push',
    ];
    for (const name of [...names, 'post-checkout', 'post-merge', 'pre-commit', 'pre-auto-gc']) {
      put(join(gitDir, 'hooks'), { [name]: `#!/bin/sh\ntouch '${trap}'\n` });
      chmodSync(join(gitDir, 'hooks', name), 0o755);
    }
  }

  async function integrate(
    files: Readonly<Record<string, string>>,
    taskId = 'backend-T001',
  ): Promise<string> {
    const from = await bench.workspace.integration.head(at);
    const { commit } = await work(bench.workspace, taskId, from, files);
    return merge(bench.workspace, taskId, commit.commit);
  }

  function deliver(commit: string, more: { push?: boolean; path?: string } = {}) {
    const source = { kind: 'path', path: more.path ?? bench.target } as const;
    return bench.workspace.repositories.deliver({
      ...at,
      source,
      commit,
      branch: BRANCH,
      push: more.push ?? false,
    });
  }

  test('adds the branch and its objects to the user’s repository and changes nothing else, hooks included', async () => {
    const trap = join(bench.folder, 'trapped');
    plantHooks(join(bench.target, '.git'), trap);
    put(bench.target, { 'a.txt': 'not committed\n', 'staged.txt': 'staged' });
    git(bench.target, 'add', 'staged.txt');
    rmSync(trap, { force: true });
    const before = snapshot(bench.target);
    const commit = await integrate({ 'c.txt': 'c' });
    expect(await deliver(commit)).toEqual({ branch: BRANCH, commit, repository: bench.target });
    const after = snapshot(bench.target);
    const added = [...after.keys()].filter((name) => !before.has(name) && !name.startsWith('.git/objects/'));
    expect(added).toEqual([`.git/refs/heads/${BRANCH}`]);
    for (const [name, content] of before) expect([name, after.get(name)]).toEqual([name, content]);
    expect(git(bench.target, 'show', `${BRANCH}:c.txt`)).toBe('c');
    expect(existsSync(trap)).toBe(false);
  });

  test('nothing the user’s repository configures is executed by it', async () => {
    const trap = join(bench.folder, 'trapped');
    git(bench.target, 'config', 'core.fsmonitor', `touch '${trap}'`);
    git(bench.target, 'config', 'core.alternateRefsCommand', `touch '${trap}'`);
    const commit = await integrate({ 'c.txt': 'c' });
    await deliver(commit);
    expect(existsSync(trap)).toBe(false);
  });

  test('a rewriting of addresses into a command is refused, not followed', async () => {
    const trap = join(bench.folder, 'trapped');
    git(bench.target, 'config', `url.ext::sh -c touch% ${trap} .insteadOf`, bench.home);
    const commit = await integrate({ 'c.txt': 'c' });
    await expect(deliver(commit)).rejects.toThrow("transport 'ext' not allowed");
    expect(existsSync(trap)).toBe(false);
  });

  test('again with more work moves the branch on; the same again is nothing', async () => {
    const first = await integrate({ 'c.txt': 'c' });
    await deliver(first);
    await deliver(first);
    const second = await integrate({ 'd.txt': 'd' }, 'backend-T002');
    expect(await deliver(second)).toMatchObject({ branch: BRANCH, commit: second });
    expect(git(bench.target, 'for-each-ref', '--format=%(refname)', 'refs/heads/coordinator')).toBe(
      `refs/heads/${BRANCH}`,
    );
  });

  test('a branch with work of others, or checked out, is left alone and the name gets a number', async () => {
    git(bench.target, 'checkout', '--quiet', '-b', BRANCH);
    const first = await integrate({ 'c.txt': 'c' });
    expect(await deliver(first)).toMatchObject({ branch: `${BRANCH}-2` });
    git(bench.target, 'commit', '--quiet', '--allow-empty', '-m', 'Theirs');
    const theirs = git(bench.target, 'rev-parse', 'HEAD');
    git(bench.target, 'checkout', '--quiet', 'main');
    expect(await deliver(first)).toMatchObject({ branch: `${BRANCH}-2` });
    expect(git(bench.target, 'rev-parse', BRANCH)).toBe(theirs);
  });

  test('a branch named like the folder of ours gives a flat name', async () => {
    git(bench.target, 'branch', 'coordinator');
    const commit = await integrate({ 'c.txt': 'c' });
    expect(await deliver(commit)).toMatchObject({ branch: `coordinator-${OBJECTIVE}` });
  });

  test('works into bare, linked, shallow and sub-folder targets', async () => {
    const { folder, target } = bench;
    git(folder, 'clone', '--quiet', '--bare', target, 'bare.git');
    git(folder, 'clone', '--quiet', '--depth=1', `file://${target}`, 'shallow');
    git(target, 'worktree', 'add', '--quiet', '-b', 'linked', join(folder, 'linked'));
    const commit = await integrate({ 'c.txt': 'c' });
    for (const name of ['bare.git', 'shallow', 'linked', 'my target/src']) {
      const path = join(folder, name);
      expect(await deliver(commit, { path })).toMatchObject({ branch: BRANCH });
      expect(git(path, 'rev-parse', BRANCH)).toBe(commit);
    }
  });

  test('is pushed to origin only when asked, without the user’s hooks, and says when that fails', async () => {
    const trap = join(bench.folder, 'trapped');
    git(bench.folder, 'clone', '--quiet', '--bare', bench.target, 'origin.git');
    const commit = await integrate({ 'c.txt': 'c' });
    await expect(deliver(commit, { push: true })).rejects.toMatchObject({ problem: 'push-failed' });
    git(bench.target, 'remote', 'add', 'origin', '../origin.git');
    plantHooks(join(bench.target, '.git'), trap);
    await deliver(commit);
    expect(git(join(bench.folder, 'origin.git'), 'branch', '--list', 'coordinator/*')).toBe('');
    await deliver(commit, { push: true });
    expect(git(join(bench.folder, 'origin.git'), 'rev-parse', BRANCH)).toBe(commit);
    expect(existsSync(trap)).toBe(false);
  });

  test('from an address stays in the mirror without a push and goes there with one', async () => {
    git(bench.folder, 'clone', '--quiet', '--bare', bench.target, 'far.git');
    const source = { kind: 'url', url: `file://${join(bench.folder, 'far.git')}` } as const;
    const commit = await integrate({ 'c.txt': 'c' });
    const kept = await bench.workspace.repositories.deliver({
      ...at,
      source,
      commit,
      branch: BRANCH,
      push: false,
    });
    expect(git(kept.repository, 'rev-parse', BRANCH)).toBe(commit);
    await bench.workspace.repositories.deliver({ ...at, source, commit, branch: BRANCH, push: true });
    expect(git(join(bench.folder, 'far.git'), 'rev-parse', BRANCH)).toBe(commit);
  });
});

describe('a repository shared by hosts', () => {
  test('both see one branch, and compare-and-swap holds between them', async () => {
    const remote = join(bench.folder, 'shared.git');
    git(bench.folder, 'init', '--quiet', '--bare', 'shared.git');
    const one = makeWorkspace(join(bench.folder, 'home-1'), { remote });
    const two = makeWorkspace(join(bench.folder, 'home-2'), { remote });
    const found = await one.inspectRepository(bench.target, null);
    await one.repositories.prepare({ ...at, ...found });
    const first = await work(one, 'backend-T001', base, { 'c.txt': 'c' });
    const head = await merge(one, 'backend-T001', first.commit.commit);
    expect((await two.repositories.prepare({ ...at, ...found })).head).toBe(head);
    const task = { ...at, taskId: 'backend-T001' };
    expect((await two.worktrees.open({ ...task, start: { kind: 'continue' } })).head).toBe(
      first.commit.commit,
    );
    const second = await work(two, 'backend-T002', head, { 'd.txt': 'd' });
    const newHead = await merge(two, 'backend-T002', second.commit.commit);
    expect(await one.integration.advance({ ...at, from: head, to: first.commit.commit })).toBe(false);
    expect(await one.integration.head(at)).toBe(newHead);
  });
});
