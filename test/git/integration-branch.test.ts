// Needs git; no server. What people do to the integration branch, and to the base, while an objective runs.
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

const at = { objectiveId: OBJECTIVE };
const BRANCH = `objective/${OBJECTIVE}/integration`;

let bench: Bench;
let base: string;
let head: string;
let mirror: string;
beforeEach(async () => {
  bench = makeBench();
  base = (await prepare(bench)).head;
  const { worktree, commit } = await work(bench.workspace, 'backend-T001', base, { 'c.txt': 'c' });
  head = await merge(bench.workspace, 'backend-T001', commit.commit);
  mirror = git(worktree.path, 'rev-parse', '--path-format=absolute', '--git-common-dir');
});
afterEach(() => {
  removeBench(bench);
});

const settle = (expected = head): ReturnType<typeof bench.workspace.integration.settle> =>
  bench.workspace.integration.settle({ ...at, expected });

/** What a person does in a clone of the coordination repository. */
function pushed(file: string, from = BRANCH, force = false): string {
  const clone = join(bench.folder, `clone-${file}`);
  git(bench.folder, 'clone', '--quiet', mirror, clone);
  git(clone, 'checkout', '--quiet', '-b', 'mine', from === BRANCH ? `origin/${BRANCH}` : from);
  put(clone, { [file]: 'by hand\n' });
  git(clone, 'add', '-A');
  git(clone, 'commit', '--quiet', '-m', `Add ${file}`);
  git(clone, 'push', '--quiet', ...(force ? ['--force'] : []), 'origin', `HEAD:refs/heads/${BRANCH}`);
  return git(clone, 'rev-parse', 'HEAD');
}

describe('the integration branch', () => {
  test('where it was left, or taken on by a merge whose report was lost, is ours', async () => {
    expect(await settle()).toEqual({ kind: 'ours', head, restored: null });
    expect(await settle(base)).toEqual({ kind: 'ours', head, restored: null });
  });

  test('deleted, it is put back at what is merged, and told once', async () => {
    git(mirror, 'update-ref', '-d', `refs/heads/${BRANCH}`);
    expect(await settle()).toMatchObject({
      kind: 'ours',
      head,
      restored: expect.stringContaining('was gone'),
    });
    expect(git(mirror, 'rev-parse', BRANCH)).toBe(head);
    expect(await settle()).toEqual({ kind: 'ours', head, restored: null });
  });

  test('deleted, an attempt that starts first puts it back as well, and the next merge still tells', async () => {
    git(mirror, 'update-ref', '-d', `refs/heads/${BRANCH}`);
    expect((await prepare(bench)).head).toBe(head);
    expect(await settle()).toMatchObject({
      kind: 'ours',
      head,
      restored: expect.stringContaining('was gone'),
    });
    expect(await settle()).toMatchObject({ restored: null });
  });

  test('with commits of people on top: they are told, and may be taken or set aside', async () => {
    const theirs = pushed('by-hand.txt');
    expect(await settle()).toEqual({
      kind: 'foreign',
      head: theirs,
      known: head,
      commits: [expect.stringMatching(/^[0-9a-f]+ Ada: Add by-hand.txt$/)],
    });
    const kept = await bench.workspace.integration.setAside({ ...at, head: theirs, known: head });
    expect(kept).toBe(`refs/coordinator/foreign/${OBJECTIVE}/1`);
    expect([git(mirror, 'rev-parse', BRANCH), git(mirror, 'rev-parse', kept)]).toEqual([head, theirs]);
    const more = pushed('more.txt');
    await bench.workspace.integration.adopt({ ...at, head: more });
    expect(await settle(more)).toEqual({ kind: 'ours', head: more, restored: null });
  });

  test('moved to something that lacks merged work, it is put back and what stood there is kept', async () => {
    const theirs = pushed('other.txt', base, true);
    const settled = await settle();
    expect(settled).toMatchObject({ kind: 'ours', head });
    expect(settled).toHaveProperty(
      'restored',
      expect.stringContaining(`refs/coordinator/foreign/${OBJECTIVE}/1`),
    );
    expect(git(mirror, 'rev-parse', `refs/coordinator/foreign/${OBJECTIVE}/1`)).toBe(theirs);
    git(mirror, 'update-ref', `refs/heads/${BRANCH}`, base);
    expect(await settle()).toMatchObject({
      kind: 'ours',
      head,
      restored: expect.stringContaining('lacks merged work'),
    });
  });

  test('deleted or pushed to in the repository hosts share, it is noticed there', async () => {
    git(bench.folder, 'init', '--quiet', '--bare', 'shared.git');
    const remote = join(bench.folder, 'shared.git');
    const one = makeWorkspace(join(bench.folder, 'home-1'), { remote });
    await one.repositories.prepare({ ...at, ...(await one.inspectRepository(bench.target, null)) });
    const { commit } = await work(one, 'backend-T001', base, { 'c.txt': 'c' });
    const merged = await merge(one, 'backend-T001', commit.commit);
    git(remote, 'update-ref', '-d', `refs/heads/${BRANCH}`);
    const settled = await one.integration.settle({ ...at, expected: merged });
    expect(settled).toMatchObject({
      kind: 'ours',
      head: merged,
      restored: expect.stringContaining('was gone'),
    });
    expect(git(remote, 'rev-parse', BRANCH)).toBe(merged);
    mirror = remote;
    const theirs = pushed('shared.txt');
    expect(await one.integration.settle({ ...at, expected: merged })).toMatchObject({
      kind: 'foreign',
      head: theirs,
    });
    await one.integration.setAside({ ...at, head: theirs, known: merged });
    expect(git(remote, 'rev-parse', BRANCH)).toBe(merged);
    expect(git(remote, 'rev-parse', `refs/coordinator/foreign/${OBJECTIVE}/1`)).toBe(theirs);
  });
});

describe('both sides of a merge', () => {
  test('are diffs since they parted, cut, and the tasks behind the other side', async () => {
    const { commit } = await work(bench.workspace, 'backend-T002', base, {
      'a.txt': 'mine\n',
      'b.txt': 'b\n',
    });
    const request = { ...at, commit: commit.commit, head, maxBytes: 4000 };
    const all = await bench.workspace.integration.sides({ ...request, paths: [] });
    expect(all.mine).toContain('+mine');
    expect(all.theirs).toContain('c.txt');
    expect(all.theirs).not.toContain('mine');
    expect(all.tasks).toEqual(['backend-T001']);
    const some = await bench.workspace.integration.sides({ ...request, paths: ['a.txt'] });
    expect(some.mine).not.toContain('b.txt');
    expect(some.theirs).toBe('');
  });
});

describe('a base that moves on', () => {
  const mergeBase = (baseRef = 'main'): ReturnType<typeof bench.workspace.integration.mergeBase> =>
    bench.workspace.integration.mergeBase({
      ...at,
      source: { kind: 'path', path: bench.target },
      baseRef,
      baseCommit: base,
      head,
    });
  const commitToBase = (files: Record<string, string>): string => {
    put(bench.target, files);
    git(bench.target, 'add', '-A');
    git(bench.target, 'commit', '--quiet', '-m', 'Go on');
    return git(bench.target, 'rev-parse', 'HEAD');
  };

  test('is merged onto the head without moving anything, the user’s checkout least of all', async () => {
    expect(await mergeBase()).toEqual({ kind: 'unmoved', note: null });
    const now = commitToBase({ 'd.txt': 'd\n' });
    const merged = await mergeBase();
    if (merged.kind !== 'clean') throw new Error(`expected a clean merge, got ${merged.kind}`);
    expect(merged.base).toBe(now);
    expect(git(mirror, 'rev-list', '--parents', '-n1', merged.commit).split(' ').slice(1)).toEqual([
      head,
      now,
    ]);
    expect(git(mirror, 'rev-parse', BRANCH)).toBe(head);
    expect(git(bench.target, 'status', '--porcelain')).toBe('');
    expect(git(bench.target, 'rev-parse', 'HEAD')).toBe(now);
    expect(git(mirror, 'ls-tree', '--name-only', merged.commit).split('\n')).toEqual(
      expect.arrayContaining(['c.txt', 'd.txt']),
    );
  });

  test('with other lines in the same place is a conflict that names the files', async () => {
    const now = commitToBase({ 'c.txt': 'theirs\n' });
    expect(await mergeBase()).toEqual({ kind: 'conflict', base: now, files: ['c.txt'] });
  });

  test('named by a commit, gone, or of a sample, it does not move', async () => {
    commitToBase({ 'd.txt': 'd\n' });
    expect(await mergeBase(base)).toEqual({ kind: 'unmoved', note: null });
    expect(await mergeBase('gone')).toMatchObject({
      kind: 'unmoved',
      note: expect.stringContaining('"gone"'),
    });
    const source = { kind: 'sample', name: 'orders-service', version: '1' } as const;
    const request = { ...at, source, baseRef: 'main', baseCommit: base, head };
    expect(await bench.workspace.integration.mergeBase(request)).toEqual({ kind: 'unmoved', note: null });
  });
});
