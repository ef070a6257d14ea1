// Needs git.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readObjects, treeOf } from '../../src/gate/facts/git';

const signal = new AbortController().signal;
let repository: string;
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
    encoding: 'utf8',
  }).trim();
const gitDir = (): string => join(repository, '.git');

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'read-objects-'));
  git('init', '-q');
  commit('one');
});
afterEach(() => {
  rmSync(repository, { recursive: true, force: true });
});

function commit(text: string): string {
  writeFileSync(join(repository, 'file'), text);
  git('add', '-A');
  git('commit', '-q', '-m', text);
  return git('rev-parse', 'HEAD');
}

test('what is under a hash is read once, so that it is told when the repository is gone', async () => {
  const blob = git('rev-parse', 'HEAD:file');
  expect(await readObjects(gitDir(), ['cat-file', 'blob', blob], signal)).toBe('one');
  rmSync(gitDir(), { recursive: true });
  expect(await readObjects(gitDir(), ['cat-file', 'blob', blob], signal)).toBe('one');
});

test('a name may mean something else the next time and is asked for again', async () => {
  expect(await readObjects(gitDir(), ['cat-file', 'blob', 'HEAD:file'], signal)).toBe('one');
  const before = await treeOf(gitDir(), 'HEAD', signal);
  const head = commit('two');
  expect(await readObjects(gitDir(), ['cat-file', 'blob', 'HEAD:file'], signal)).toBe('two');
  expect(await treeOf(gitDir(), 'HEAD', signal)).not.toBe(before);
  expect(await treeOf(gitDir(), head, signal)).toBe(await treeOf(gitDir(), 'HEAD', signal));
});

test('a command that failed is tried again, and one that was cancelled is not answered', async () => {
  const missing = 'a'.repeat(40);
  await expect(readObjects(gitDir(), ['cat-file', 'blob', missing], signal)).rejects.toThrow(
    'cat-file failed',
  );
  await expect(readObjects(gitDir(), ['cat-file', 'blob', missing], signal)).rejects.toThrow(
    'cat-file failed',
  );
  expect(await readObjects(gitDir(), ['cat-file', 'blob', git('rev-parse', 'HEAD:file')], signal)).toBe(
    'one',
  );
  await expect(
    Promise.resolve().then(() =>
      readObjects(gitDir(), ['cat-file', 'blob', git('rev-parse', 'HEAD:file')], AbortSignal.abort()),
    ),
  ).rejects.toThrow();
});
