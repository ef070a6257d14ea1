// Needs git; no server.
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
} from './fixture';
import { POINTER, makeHostileRepository } from './hostile-repository';

const T1 = 'backend-T001';
const T2 = 'backend-T002';
const at = { objectiveId: OBJECTIVE, taskId: T1 };
const BRANCH = `coordinator/${OBJECTIVE}`;

let bench: Bench;
let target: string;
let trap: string;
beforeEach(() => {
  bench = makeBench();
  target = join(bench.folder, 'hostile');
  trap = join(bench.folder, 'trapped');
  makeHostileRepository(target, trap);
});
afterEach(() => {
  expect(existsSync(trap)).toBe(false);
  removeBench(bench);
});

/** Both tasks change the same line; the second is merged after the conflict is settled. */
async function carryThrough(base: string): Promise<string> {
  const { worktrees, integration } = bench.workspace;
  await worktrees.warm({ objectiveId: OBJECTIVE, commit: base, count: 1 });
  for (const [taskId, text] of [
    [T1, 'MINE'],
    [T2, 'THEIRS'],
  ] as const) {
    const task = { objectiveId: OBJECTIVE, taskId };
    const worktree = await worktrees.open({ ...task, start: { kind: 'fresh', from: base } });
    put(worktree.path, { 'a.txt': `one\n${text}\nthree\n`, [`${taskId}.psd`]: POINTER });
    const { snapshot, omitted } = await worktrees.snapshot({ ...task, paths: null });
    expect(omitted).toEqual([]);
    put(worktree.path, { 'a.txt': 'lost' });
    await worktrees.restore({ ...task, start: { kind: 'continue' }, snapshot });
    const { commit, files } = await worktrees.commit({ ...task, message: taskId });
    expect([...files].sort()).toEqual(['a.txt', `${taskId}.psd`]);
    if (taskId === T1) await merge(bench.workspace, taskId, commit);
  }
  const head = await integration.head(at);
  const task = { objectiveId: OBJECTIVE, taskId: T2 };
  const opened = await worktrees.open({ ...task, start: { kind: 'conflict', with: head } });
  expect(opened.conflicts).toEqual(['a.txt']);
  put(opened.path, { 'a.txt': 'one\nBOTH\nthree\n' });
  const { commit } = await worktrees.commit({ ...task, message: 'Both' });
  return merge(bench.workspace, T2, commit);
}

test('a repository full of commands is carried from the inspection to the delivery without one being run', async () => {
  writeFileSync(join(target, 'a.txt'), 'ONE\ntwo\nthree\n');
  const found = await prepare(bench, target);
  expect(found.dirty).toBe(true);
  const { repositories, worktrees } = bench.workspace;
  const listed = await repositories.listFiles({ ...at, commit: found.head });
  expect(listed).toEqual(expect.arrayContaining(['README.md', 'readme.md', 'module', '-rf', ':(exclude)*']));
  const read = (path: string) => repositories.readFile({ ...at, commit: found.head, path });
  expect(await read('secret/plan.txt')).toBe('$Format:%H$ $Id$');
  expect(await read('assets/big.psd')).toBe(POINTER);
  expect(await read('links/passwd')).toBeNull();
  expect(await read('module')).toBeNull();
  const head = await carryThrough(found.head);
  const checkout = await worktrees.checkOut({ objectiveId: OBJECTIVE, commit: head });
  expect(readFileSync(join(checkout.path, 'assets/big.psd'), 'utf8')).toBe(POINTER);
  expect(readFileSync(join(checkout.path, 'secret/plan.txt'), 'utf8')).toContain('$Format:%H$ $Id');
  expect(readdirSync(join(checkout.path, 'Src'))).toEqual(['x.js']);
  expect(readdirSync(join(checkout.path, 'module'))).toEqual([]);
  expect(lstatSync(join(checkout.path, 'links', 'passwd')).isSymbolicLink()).toBe(true);
  await checkout.dispose();
  expect(await repositories.diff({ ...at, from: found.head, to: head, maxBytes: 100_000 })).toContain(
    '+BOTH',
  );
  const { source } = found;
  const request = { objectiveId: OBJECTIVE, source, commit: head, branch: BRANCH };
  expect(await repositories.deliver({ ...request, push: false })).toMatchObject({ branch: BRANCH });
  git(bench.folder, 'init', '--quiet', '--bare', 'origin.git');
  git(target, 'config', 'remote.origin.url', '../origin.git');
  await repositories.deliver({ ...request, push: true });
  expect(git(join(bench.folder, 'origin.git'), 'rev-parse', BRANCH)).toBe(head);
});

test('an address of it is as safe, and so is an address in its settings', async () => {
  const url = `file://${target}`;
  const found = await bench.workspace.inspectRepository(url, null);
  const { head } = await bench.workspace.repositories.prepare({ objectiveId: OBJECTIVE, ...found });
  const source = { kind: 'path', path: target } as const;
  git(target, 'config', 'remote.origin.url', `ext::sh -c touch% ${trap}`);
  const request = { objectiveId: OBJECTIVE, source, commit: head, branch: BRANCH };
  await expect(bench.workspace.repositories.deliver({ ...request, push: true })).rejects.toMatchObject({
    problem: 'push-failed',
  });
});

test('a repository that lacks objects is refused, and nobody it names is asked for them', async () => {
  const blob = git(target, 'rev-parse', 'HEAD:binary.bin');
  rmSync(join(target, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  git(target, 'config', 'extensions.partialClone', 'evil');
  git(target, 'config', 'core.repositoryFormatVersion', '1');
  git(target, 'config', 'remote.evil.promisor', 'true');
  git(target, 'config', 'remote.evil.url', target);
  git(target, 'config', 'remote.evil.uploadpack', `touch '${trap}'`);
  await expect(prepare(bench, target)).rejects.toMatchObject({ name: 'RepositoryError', exitCode: 2 });
});

test('what an agent makes of the repository in a worktree is as little obeyed', async () => {
  const { head } = await prepare(bench, target);
  const worktree = await bench.workspace.worktrees.open({ ...at, start: { kind: 'fresh', from: head } });
  const other = join(bench.folder, 'other');
  mkdirSync(other);
  makeHostileRepository(join(other, 'repository'), trap);
  rmSync(join(worktree.path, '.git'));
  git(other, 'clone', '--quiet', '--no-checkout', join(other, 'repository'), join(worktree.path, 'nested'));
  git(join(worktree.path, 'nested'), 'config', 'core.fsmonitor', `touch '${trap}'`);
  writeFileSync(join(worktree.path, '.git'), `gitdir: ${join(other, 'repository', '.git')}\n`);
  rmSync(trap, { force: true });
  const { snapshot, omitted } = await bench.workspace.worktrees.snapshot({ ...at, paths: null });
  expect(omitted).toEqual(['nested']);
  await expect(bench.workspace.worktrees.commit({ ...at, message: 'x' })).rejects.toMatchObject({
    problem: 'nested-repository',
  });
  await bench.workspace.worktrees.restore({ ...at, start: { kind: 'continue' }, snapshot });
  expect(existsSync(join(worktree.path, 'nested'))).toBe(false);
  const made = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
  expect(made.files).toEqual([]);
});

test('a number of branches and tags beyond all bounds is looked at once and not copied', async () => {
  const commit = git(target, 'rev-parse', 'HEAD');
  const names = Array.from({ length: 50_000 }, (_, index) => `refs/heads/many/${String(index)}`);
  const packed = [
    '# pack-refs with: peeled fully-peeled sorted',
    ...[...names].sort().map((name) => `${commit} ${name}`),
  ];
  writeFileSync(join(target, '.git', 'packed-refs'), `${packed.join('\n')}\n`);
  const found = await prepare(bench, target);
  const url = await bench.workspace.inspectRepository(`file://${target}`, 'many/49999');
  expect([found.baseCommit, url.baseCommit]).toEqual([commit, commit]);
  const worktree = await bench.workspace.worktrees.open({ ...at, start: { kind: 'fresh', from: commit } });
  expect(git(worktree.gitDir, 'for-each-ref', 'refs/heads/many')).toBe('');
  put(worktree.path, { 'new.txt': 'x' });
  const made = await bench.workspace.worktrees.commit({ ...at, message: 'x' });
  const source = { kind: 'path', path: target } as const;
  const request = { objectiveId: OBJECTIVE, source, commit: made.commit, branch: BRANCH, push: false };
  expect(await bench.workspace.repositories.deliver(request)).toMatchObject({ branch: BRANCH });
});

test('two hosts that share a repository full of commands run none of them', async () => {
  git(bench.folder, 'init', '--quiet', '--bare', 'shared.git');
  const remote = join(bench.folder, 'shared.git');
  const one = makeWorkspace(join(bench.folder, 'home-1'), { remote });
  const two = makeWorkspace(join(bench.folder, 'home-2'), { remote });
  const found = await one.inspectRepository(target, null);
  const { head } = await one.repositories.prepare({ objectiveId: OBJECTIVE, ...found });
  await two.repositories.prepare({ objectiveId: OBJECTIVE, ...found });
  const first = await one.worktrees.open({ ...at, start: { kind: 'fresh', from: head } });
  put(first.path, { 'new.txt': 'x' });
  const { snapshot } = await one.worktrees.snapshot({ ...at, paths: null });
  const second = await two.worktrees.restore({ ...at, start: { kind: 'fresh', from: head }, snapshot });
  expect(readFileSync(join(second.path, 'new.txt'), 'utf8')).toBe('x');
});
