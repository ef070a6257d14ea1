// Needs temporary folders; no server, no git.
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { FILE_TOOLS } from '../../src/model/tools/files';
import { globExpression } from '../../src/model/tools/glob-files';
import { presentable, readablePath, underPolicy } from '../../src/model/tools/policy';
import type { ToolContext, ToolOutcome } from '../../src/model/tools/tool';
import {
  accessFixture,
  dossierFixture,
  matching,
  taskFixture,
  temporaryWorktree,
  type TemporaryWorktree,
} from './fixtures';

let worktree: TemporaryWorktree;
let context: ToolContext;

beforeEach(async () => {
  worktree = await temporaryWorktree();
  await mkdir(join(worktree.path, 'lib'));
  await writeFile(join(worktree.path, 'lib/owned.js'), 'theirs\n');
  await writeFile(join(worktree.path, 'src/app.js'), 'const a = 1;\nconst b = 2;\n');
  await writeFile(join(worktree.parent, 'secret.txt'), 'outside\n');
  await symlink('../../secret.txt', join(worktree.path, 'src/link.txt'));
  await symlink('../lib', join(worktree.path, 'src/lib'));
  await symlink('../../new.txt', join(worktree.path, 'src/dangling'));
  context = {
    worktree,
    task: taskFixture(),
    survey: dossierFixture().survey,
    access: accessFixture(worktree.path),
    signal: new AbortController().signal,
  };
});
afterEach(() => worktree.remove());

async function call(name: string, input: unknown): Promise<ToolOutcome> {
  const tool = FILE_TOOLS.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return underPolicy(context, () => tool.call(input, context));
}

test.each([
  ['../outside.js', /outside the worktree/],
  ['/etc/passwd', /outside the worktree/],
  ['src/../../outside.js', /outside the worktree/],
  ['src/link.txt', /outside the worktree/],
  ['src/dangling', /outside the worktree/],
  ['.git/hooks/pre-commit', /Nothing inside .git/],
  ['.git/config', /Nothing inside .git/],
  ['.GIT/config', /Nothing inside .git/],
  ['src/.git/config', /Nothing inside .git/],
  ['lib/owned.js', /not this task's to write: it owns src\/\*\* and shares routes.js.*call consult/],
  ['src/lib/owned.js', /lib\/owned.js is not this task's/],
  ['package.json', /not this task's/],
  ['src/a\0b', /zero byte/],
])('writing %j is refused', async (path, expected) => {
  const outcome = await call('write', { file_path: path, content: 'x' });
  expect(outcome).toMatchObject({ kind: 'result', isError: true, text: matching(expected) });
  expect(await readFile(join(worktree.parent, 'secret.txt'), 'utf8')).toBe('outside\n');
  expect(await readFile(join(worktree.path, 'lib/owned.js'), 'utf8')).toBe('theirs\n');
  expect(existsSync(join(worktree.parent, 'new.txt'))).toBe(false);
});

test('what the task owns or shares is written, by relative and absolute path', async () => {
  for (const path of ['src/deep/new.js', 'routes.js', join(worktree.path, 'src/abs.js')]) {
    expect(await call('write', { file_path: path, content: 'x' })).toMatchObject({
      isError: false,
      changes: true,
    });
  }
});

test('a file whose conflict the task resolves may be written although nobody gave it away', async () => {
  context = { ...context, worktree: { ...worktree, conflicts: ['lib/owned.js'] } };
  expect(await call('write', { file_path: 'lib/owned.js', content: 'both' })).toMatchObject({
    isError: false,
  });
});

test('files are read whole or by lines, edited, searched and listed', async () => {
  expect(await call('read', { file_path: 'src/app.js', view_range: [2, 2] })).toMatchObject({
    text: 'const b = 2;',
  });
  await call('edit', { file_path: 'src/app.js', old_string: 'a = 1', new_string: 'a = 3' });
  expect(await readFile(join(worktree.path, 'src/app.js'), 'utf8')).toContain('a = 3');
  expect(await call('grep', { pattern: 'const b' })).toMatchObject({ text: 'src/app.js:2:const b = 2;' });
  expect(await call('glob', { pattern: '**/*.js' })).toMatchObject({ text: 'lib/owned.js\nsrc/app.js' });
  expect(await call('glob', { pattern: '*.{js,ts}', path: 'src' })).toMatchObject({ text: 'src/app.js' });
});

test('an input that does not fit is a bad call and touches nothing', async () => {
  expect(await call('write', { path: 'src/x.js', content: 'x' })).toMatchObject({ kind: 'bad-call' });
  expect(await call('write', {})).toMatchObject({ kind: 'bad-call' });
});

test('no string is a way out of the worktree', async () => {
  const part = fc.constantFrom(
    '..',
    '.',
    'src',
    'lib',
    'link.txt',
    'dangling',
    '',
    '~',
    '%2e%2e',
    '\\..',
    'a b',
    '…',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      async (parts, absolute) => {
        const path = (absolute ? '/' : '') + parts.join('/');
        const inside = await readablePath(context, path).catch(() => null);
        if (inside === null) return;
        expect(`${resolve(worktree.path, inside)}${sep}`.startsWith(`${worktree.path}${sep}`)).toBe(true);
        expect(['src/link.txt', 'src/dangling']).not.toContain(inside);
      },
    ),
    { numRuns: 300 },
  );
});

test('an output of megabytes comes as head and tail with the missing bytes counted, without secrets', () => {
  const secret = ['AK', 'IA', 'IOSFODNN7EXAMPLE'].join('');
  const text = presentable(`first ${secret} ${'x'.repeat(3_000_000)} last`);
  expect(text.length).toBeLessThan(31_000);
  expect(text).toMatch(/^first \[redacted:aws-access-key\]/);
  expect(text).toMatch(/\d+ bytes left out/);
  expect(text).toMatch(/last$/);
});

test.each<[string, string, boolean]>([
  ['**/*.js', 'a.js', true],
  ['**/*.js', 'a/b/c.js', true],
  ['src/**', 'src/a/b', true],
  ['src/*', 'src/a/b', false],
  ['a?.txt', 'ab.txt', true],
  ['*.{js,ts}', 'a.ts', true],
  ['a.b', 'axb', false],
  ['{a', 'a', true],
])('the pattern %s and the path %s', (pattern, path, expected) => {
  expect(globExpression(pattern).test(path)).toBe(expected);
});
