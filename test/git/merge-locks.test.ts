// Needs git and npm; a registry on a loopback port.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLockFiles } from '../../src/gate/npm/remake-lockfile';
import { unionOf } from '../../src/git/remake-locks';
import { createGitWorkspace, type GitWorkspace } from '../../src/git/workspace';
import { startRegistry, type TestRegistry } from '../gate/registry';
import { git, makeRepository, OBJECTIVE, put } from './fixture';

const at = { objectiveId: OBJECTIVE };
const MANIFEST = { name: 'shop', version: '1.0.0', dependencies: { plain: '1.0.0' } };

let folder: string;
let registry: TestRegistry;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'merge-locks-')));
  registry = await startRegistry(join(folder, 'registry'), { plain: {}, left: {}, right: {} });
});
afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
const bench = async (
  files: Readonly<Record<string, string>>,
): Promise<{ workspace: GitWorkspace; base: string }> => {
  const name = `case-${String((count += 1))}`;
  const target = join(folder, name, 'target');
  makeRepository(target, files);
  const searchPath = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
  const workspace = createGitWorkspace({
    home: join(folder, name, 'home'),
    searchPath,
    locks: createLockFiles({
      environment: {
        PATH: searchPath,
        HOME: join(folder, name),
        npm_config_registry: registry.url,
        npm_config_cache: join(folder, name, 'npm-cache'),
      },
    }),
  });
  const found = await workspace.inspectRepository(target, null);
  const { head } = await workspace.repositories.prepare({ ...at, ...found });
  return { workspace, base: head };
};

const manifest = (...more: string[]): string => {
  const added = Object.fromEntries(more.map((name) => [name, '1.0.0']));
  return `${JSON.stringify({ ...MANIFEST, dependencies: { ...MANIFEST.dependencies, ...added } }, null, 2)}\n`;
};

const lock = (...names: string[]): string => {
  const packages = Object.fromEntries(names.map((name) => [`node_modules/${name}`, { version: '1.0.0' }]));
  const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const root = { name: 'shop', version: '1.0.0', dependencies };
  const content = {
    name: 'shop',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...packages },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
};

async function commit(
  workspace: GitWorkspace,
  taskId: string,
  from: string,
  files: Record<string, string>,
): Promise<string> {
  const worktree = await workspace.worktrees.open({ ...at, taskId, start: { kind: 'fresh', from } });
  put(worktree.path, files);
  return (await workspace.worktrees.commit({ ...at, taskId, message: taskId })).commit;
}

/** Merges the first, proposes the second. */
async function meet(
  workspace: GitWorkspace,
  base: string,
  first: Record<string, string>,
  second: Record<string, string>,
): Promise<{
  proposal: Awaited<ReturnType<GitWorkspace['integration']['propose']>>;
  head: string;
  theirs: string;
}> {
  const one = await commit(workspace, 'backend-T001', base, first);
  const two = await commit(workspace, 'backend-T002', base, second);
  const { integration } = workspace;
  const merged = await integration.propose({ ...at, taskId: 'backend-T001', commit: one, message: 'one' });
  if (merged.kind !== 'clean') throw new Error('the first merge must be clean');
  await integration.advance({ ...at, from: base, to: merged.commit });
  const proposal = await integration.propose({ ...at, taskId: 'backend-T002', commit: two, message: 'two' });
  return { proposal, head: merged.commit, theirs: two };
}

const packagesOf = (text: string | null): string[] =>
  Object.keys((JSON.parse(text ?? '') as { packages: object }).packages);

// The manifests of both sides merge as text: they add at different ends.
const START = {
  'package.json':
    '{\n  "name": "shop",\n  "version": "1.0.0",\n  "dependencies": {\n    "plain": "1.0.0"\n  },\n  "private": true,\n\n  "devDependencies": {}\n}\n',
  'package-lock.json': lock('plain'),
};
const LEFT = {
  'package.json': START['package.json'].replace('    "plain"', '    "left": "1.0.0",\n    "plain"'),
  'package-lock.json': lock('left', 'plain'),
};
const RIGHT = {
  'package.json': START['package.json'].replace(
    '"devDependencies": {}',
    '"devDependencies": { "right": "1.0.0" }',
  ),
  'package-lock.json': lock('plain', 'right'),
};

test('a lock file in conflict is made anew where its manifest merges, and holds what both sides added', async () => {
  const { workspace, base } = await bench(START);
  const { proposal } = await meet(workspace, base, LEFT, RIGHT);
  expect(proposal).toMatchObject({ kind: 'clean', remade: ['package-lock.json'] });
  if (proposal.kind !== 'clean') throw new Error('not clean');
  const read = (path: string): Promise<string | null> =>
    workspace.repositories.readFile({ ...at, commit: proposal.commit, path });
  const text = await read('package-lock.json');
  expect(packagesOf(text)).toEqual(['', 'node_modules/left', 'node_modules/plain', 'node_modules/right']);
  expect(text).not.toContain('<<<<<<<');
  expect(text).not.toContain(registry.url);
  expect(await read('package.json')).toContain('"left"');
});

test('where npm cannot make it, it is a conflict, which tells why and the command', async () => {
  const { workspace, base } = await bench(START);
  // Nothing is locked of one package yet, and the registry has none of that name.
  const added = RIGHT['package.json'].replace('"right": "1.0.0"', '"right": "1.0.0", "unlocked": "1.0.0"');
  const { proposal } = await meet(workspace, base, LEFT, { ...RIGHT, 'package.json': added });
  expect(proposal).toMatchObject({ kind: 'conflict', files: ['package-lock.json'] });
  expect(proposal).toHaveProperty('notes', [
    expect.stringMatching(/lock file.*not made anew.*npm install --package-lock-only --ignore-scripts/),
  ]);
});

test('with its manifest in conflict it is left to whoever resolves that', async () => {
  const { workspace, base } = await bench({ 'package.json': manifest(), 'package-lock.json': lock('plain') });
  const { proposal } = await meet(
    workspace,
    base,
    { 'package.json': manifest('left'), 'package-lock.json': lock('plain', 'left') },
    { 'package.json': manifest('right'), 'package-lock.json': lock('plain', 'right') },
  );
  expect(proposal).toMatchObject({ kind: 'conflict' });
  expect(proposal).toHaveProperty('notes', [expect.stringContaining('package.json is in conflict itself')]);
});

test('in a worktree opened for another conflict the lock file is made anew already', async () => {
  const { workspace, base } = await bench({ ...START, 'a.txt': 'one\n' });
  const { proposal, head } = await meet(
    workspace,
    base,
    { ...LEFT, 'a.txt': 'left\n' },
    { ...RIGHT, 'a.txt': 'right\n' },
  );
  expect(proposal).toMatchObject({ kind: 'conflict', files: ['a.txt'] });
  const start = { kind: 'conflict', with: head } as const;
  const worktree = await workspace.worktrees.open({ ...at, taskId: 'backend-T002', start });
  expect(worktree.conflicts).toEqual(['a.txt']);
  expect(packagesOf(git(worktree.path, 'show', ':package-lock.json'))).toContain('node_modules/left');
});

test('sums of Go modules are united, text that merges included; two sums for one version stay a conflict', async () => {
  const sum = (...names: string[]): string =>
    names.map((name) => `example.com/${name} v1.0.0 h1:${name}=\n`).join('');
  const files = { 'go.mod': 'module example.com/shop\n', 'go.sum': sum('m') };
  const { workspace, base } = await bench(files);
  const { proposal } = await meet(workspace, base, { 'go.sum': sum('m', 'y') }, { 'go.sum': sum('m', 'x') });
  if (proposal.kind !== 'clean') throw new Error('not clean');
  const text = await workspace.repositories.readFile({ ...at, commit: proposal.commit, path: 'go.sum' });
  expect(text).toBe(sum('m', 'x', 'y'));
  expect(
    unionOf(
      sum('m'),
      `${sum('m')}example.com/x v1.0.0 h1:one=\n`,
      `${sum('m')}example.com/x v1.0.0 h1:two=\n`,
    ),
  ).toBeNull();
  expect(unionOf(sum('m', 'n'), sum('m'), sum('m', 'n', 'o'))).toBe(sum('m', 'o'));
});

test('a conflict in a generated file, or in a lock file only its owner can make, says so', async () => {
  const { workspace, base } = await bench({
    '.gitattributes': 'src/client.js linguist-generated\n',
    'src/client.js': 'one\n',
    'src/code.js': 'one\n',
    'poetry.lock': 'one\n',
  });
  const side = (text: string): Record<string, string> => ({
    'src/client.js': text,
    'src/code.js': text,
    'poetry.lock': text,
  });
  const { proposal } = await meet(workspace, base, side('left\n'), side('right\n'));
  if (proposal.kind !== 'conflict') throw new Error('no conflict');
  expect([...proposal.files].sort()).toEqual(['poetry.lock', 'src/client.js', 'src/code.js']);
  expect(proposal.notes).toEqual([
    expect.stringMatching(/^poetry\.lock is a lock file.*`poetry lock`/),
    expect.stringMatching(/^src\/client\.js is marked as generated/),
  ]);
});
