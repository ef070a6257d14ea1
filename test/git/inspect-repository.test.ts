// Needs git; no server.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RepositoryError } from '../../src/git/errors';
import { versionOfSample } from '../../src/git/sample';
import { isUsableAddress, normaliseAddress } from '../../src/git/repository-identity';
import { type Bench, FILES, git, makeBench, makeRepository, prepare, put, removeBench } from './fixture';

const EXAMPLES = join(__dirname, '..', '..', 'examples');

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => {
  removeBench(bench);
});

function problemOf(path: string, ref: string | null = null): Promise<unknown> {
  return bench.workspace.inspectRepository(path, ref).then(
    () => 'none',
    (error: unknown) => (error instanceof RepositoryError ? error.problem : error),
  );
}

describe('a path', () => {
  test('names the branch that is checked out, its commit and a clean state', async () => {
    const found = await bench.workspace.inspectRepository(bench.target, null);
    expect(found).toEqual({
      source: { kind: 'path', path: bench.target },
      identity: join(bench.target, '.git'),
      baseRef: 'main',
      baseCommit: git(bench.target, 'rev-parse', 'HEAD'),
      dirty: false,
    });
  });

  test('changed or new files make it dirty, and the base stays the commit', async () => {
    put(bench.target, { 'new.txt': 'x' });
    expect(await bench.workspace.inspectRepository(bench.target, null)).toMatchObject({
      dirty: true,
      baseCommit: git(bench.target, 'rev-parse', 'HEAD'),
    });
  });

  test('what cannot be used is told apart, each in one sentence without a stack', async () => {
    const { folder, target } = bench;
    mkdirSync(join(folder, 'plain'));
    mkdirSync(join(folder, 'empty'));
    git(join(folder, 'empty'), 'init', '--quiet');
    expect(await problemOf(join(folder, 'nowhere'))).toBe('missing');
    expect(await problemOf(join(target, 'a.txt'))).toBe('not-a-directory');
    expect(await problemOf(join(folder, 'plain'))).toBe('not-git');
    expect(await problemOf(join(folder, 'empty'))).toBe('no-commits');
    expect(await problemOf(target, 'no-such-branch')).toBe('unknown-ref');
    expect(await problemOf(target, '--upload-pack=x')).toBe('unknown-ref');
    expect(await problemOf('ext::sh -c touch% /tmp/x')).toBe('bad-address');
    expect(await problemOf('ftp://example.com/x')).toBe('bad-address');
    // Addresses are in the history of an objective, which anybody with the Web UI reads.
    for (const user of [
      'ada:hunter2',
      `ghp_${'a'.repeat(36)}`,
      '0123456789abcdef0123456789abcdef',
      'x:y@z',
    ]) {
      const address = `https://${user}@127.0.0.1:1/acme/orders.git`;
      const refused = await bench.workspace.inspectRepository(address, null).catch((e: unknown) => e);
      expect(refused).toMatchObject({ problem: 'bad-address', exitCode: 2 });
      expect(String(refused)).toContain('holds a password or a token');
      expect(String(refused)).not.toContain(user);
    }
    expect(await problemOf('ssh://git@127.0.0.1:1/acme/orders.git')).toBe('unreachable');
    const error = await bench.workspace.inspectRepository(target, 'nope').catch((e: unknown) => e);
    expect(error).toMatchObject({ exitCode: 2 });
    expect(String(error)).toContain('There is no commit named "nope"');
  });

  test.each([
    ['with spaces and letters of other alphabets', 'mit Leerzeichen/größe 数据'],
    ['that looks like an option or an address', '-x:y@z'],
  ])('%s works', async (_, name) => {
    const path = join(bench.folder, name);
    const commit = makeRepository(path, FILES);
    expect(await prepare(bench, path)).toMatchObject({ head: commit, source: { path } });
  });

  test('a bare repository, a linked worktree, a sub-folder and a shallow clone work', async () => {
    const { folder, target } = bench;
    put(target, { 'a.txt': 'second\n' });
    git(target, 'commit', '--quiet', '-am', 'Second');
    const commit = git(target, 'rev-parse', 'HEAD');
    git(folder, 'clone', '--quiet', '--bare', target, 'bare.git');
    git(folder, 'clone', '--quiet', '--depth=1', `file://${target}`, 'shallow');
    git(target, 'worktree', 'add', '--quiet', '-b', 'linked', join(folder, 'linked'));
    const paths = ['bare.git', 'linked', 'target/src', 'shallow'].map((name) => join(folder, name));
    for (const [index, path] of paths.entries()) {
      expect(await prepare(bench, path, `objective-x-0000000${String(index)}`)).toMatchObject({
        head: commit,
      });
    }
    const [, linked, sub] = await Promise.all(
      paths.map((path) => bench.workspace.inspectRepository(path, null)),
    );
    expect(linked).toMatchObject({ baseRef: 'linked', identity: join(target, '.git') });
    expect(sub).toMatchObject({ baseRef: 'main', identity: join(target, '.git') });
  });

  test('a branch known only from origin is found by its plain name', async () => {
    git(bench.target, 'update-ref', 'refs/remotes/origin/feature', 'HEAD');
    expect(await bench.workspace.inspectRepository(bench.target, 'feature')).toMatchObject({
      baseRef: 'feature',
    });
  });

  test('nothing the repository configures is executed', async () => {
    const { target, folder } = bench;
    const trap = join(folder, 'trapped');
    put(folder, { 'trap.sh': `#!/bin/sh\ntouch '${trap}'\ncat\n` });
    const run = `sh '${join(folder, 'trap.sh')}'`;
    put(target, { '.gitattributes': '* filter=evil diff=evil merge=evil\n' });
    git(target, 'add', '-A');
    git(target, 'commit', '--quiet', '-m', 'Attributes');
    for (const key of [
      'core.fsmonitor',
      'core.sshCommand',
      'filter.evil.clean',
      'filter.evil.smudge',
      'diff.external',
    ]) {
      git(target, 'config', key, run);
    }
    git(target, 'config', 'filter.evil.required', 'true');
    git(target, 'config', 'uploadpack.packObjectsHook', run);
    writeFileSync(join(target, 'a.txt'), 'ONE\ntwo\nthree\n');
    expect(await prepare(bench)).toMatchObject({ dirty: true });
    expect(existsSync(trap)).toBe(false);
  });

  test('a link in place of .git is read, and the repository behind it stays as it was', async () => {
    const other = join(bench.folder, 'other');
    mkdirSync(other);
    symlinkSync(join(bench.target, '.git'), join(other, '.git'));
    const before = git(bench.target, 'for-each-ref');
    await prepare(bench, other);
    expect(git(bench.target, 'for-each-ref')).toBe(before);
  });
});

describe('an address', () => {
  test('is asked for its branches, and prepared without a checkout', async () => {
    const url = `file://${bench.target}`;
    const found = await bench.workspace.inspectRepository(url, null);
    expect(found).toMatchObject({ source: { kind: 'url', url }, baseRef: 'main', dirty: false });
    const prepared = await bench.workspace.repositories.prepare({
      objectiveId: 'objective-u-00000000',
      ...found,
    });
    expect(prepared.head).toBe(git(bench.target, 'rev-parse', 'HEAD'));
  });

  test('that cannot be read names the address without its user', async () => {
    const error = await bench.workspace
      .inspectRepository(`file://some-name@${bench.folder}/nowhere`, null)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ problem: 'unreachable' });
    expect(String(error)).not.toContain('some-name');
  });

  test('gives one identity for all spellings', () => {
    const spellings = [
      'git@github.com:Acme/orders.git',
      'ssh://git@github.com:22/Acme/orders',
      'https://token:x@GitHub.com/Acme/orders.git/',
      'git://github.com/Acme/orders',
    ];
    expect(new Set(spellings.map(normaliseAddress))).toEqual(new Set(['github.com/Acme/orders']));
  });

  test('that names a program or an option is refused', () => {
    const bad = ['ext::sh -c x', '-oProxyCommand=x', 'ssh://-oProxyCommand=x/y', 'ftp://x/y', 'ssh://a@-b/c'];
    expect(bad.map(isUsableAddress)).toEqual(bad.map(() => false));
    expect(['https://h/x', 'git@h:x', 'ssh://h/x'].map(isUsableAddress)).toEqual([true, true, true]);
  });
});

describe('bundled samples', () => {
  test.each(readdirSync(EXAMPLES))('%s has the same commit each time and nothing installed', async (name) => {
    const first = await bench.workspace.inspectSample(name);
    const second = await bench.workspace.inspectSample(name);
    expect(second).toEqual(first);
    expect(first.identity).toMatch(new RegExp(`^sample:${name}@\\d+\\.\\d+\\.\\d+`));
    const objectiveId = 'objective-s-00000000';
    const { head } = await bench.workspace.repositories.prepare({ objectiveId, ...first });
    expect(head).toBe(first.baseCommit);
    const files = await bench.workspace.repositories.listFiles({ objectiveId, commit: head });
    expect(files).toContain('README.md');
    expect(files.some((file) => /^(?:node_modules|target|\.venv)\/|__pycache__/.test(file))).toBe(false);
    const repository = bench.workspace.samplePath(objectiveId);
    expect(git(repository, 'status', '--porcelain')).toBe('');
    expect(git(repository, 'log', '-1', '--format=%s')).toBe(`Start the ${name.replaceAll('-', ' ')}`);
  });

  test.each([
    ['package.json', '{\n  "name": "x",\n  "version": "1.2.3"\n}\n', '1.2.3'],
    ['pyproject.toml', '[project]\nname = "x"\nversion = "2.0.1"\n', '2.0.1'],
    [
      'pom.xml',
      '<project>\n  <parent>\n    <version>3.3.5</version>\n  </parent>\n  <version>1.4.0</version>\n</project>\n',
      '1.4.0',
    ],
    ['README.md', '# x\n', '0.0.0'],
  ])('the version of one with %s is its own', async (file, text, version) => {
    put(bench.folder, { [`sample/${file}`]: text });
    expect(await versionOfSample(join(bench.folder, 'sample'))).toBe(version);
  });
});
