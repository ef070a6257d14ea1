// Needs temporary folders; no server, no git.
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve, sep } from 'node:path';
import { FILE_TOOLS } from '../../src/model/tools/files';
import { globExpression } from '../../src/model/tools/glob-files';
import { isGitName } from '../../src/model/tools/git-names';
import { pathInside, presentable, underPolicy } from '../../src/model/tools/policy';
import type { ToolContext, ToolOutcome } from '../../src/model/tools/tool';
import { replaceFile, withFile } from '../../src/model/worktree-files';
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
        const inside = await pathInside(context, path).catch(() => null);
        if (inside === null) return;
        expect(`${resolve(worktree.path, inside)}${sep}`.startsWith(`${worktree.path}${sep}`)).toBe(true);
        expect(['src/link.txt', 'src/dangling']).not.toContain(inside);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  '.git',
  '.GIT',
  '.Git.',
  '.git ',
  '.git. .',
  'git~1',
  'GIT~2',
  '.git::$INDEX_ALLOCATION',
  '.g\u200cit',
  '\u200e.git',
  '.git\ufeff',
])('%j is git for some file system', (name) => {
  expect(isGitName(name)).toBe(true);
});

test.each(['.gitignore', '.gitattributes', '.github', 'git', 'agit', '.git-keep', 'git~', 'digit~1'])(
  '%j is not',
  (name) => {
    expect(isGitName(name)).toBe(false);
  },
);

test('no spelling of .git between other parts is read or written', async () => {
  const git = fc.constantFrom('.git', '.GIT', '.git.', '.git ', 'git~1', '.g\u200cit', '.git::$DATA');
  const part = fc.constantFrom('src', '.', 'a b', '..');
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 3 }),
      git,
      fc.array(part, { maxLength: 2 }),
      async (before, name, after) => {
        const file_path = [...before, name, ...after, 'config'].join('/');
        for (const outcome of [
          await call('read', { file_path }),
          await call('write', { file_path, content: 'x' }),
        ]) {
          expect(outcome).toMatchObject({ isError: true, text: matching(/Nothing inside .git/) });
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('pipes, sockets and links with other names are refused at once, whatever is asked of them', async () => {
  execFileSync('mkfifo', [join(worktree.path, 'src/pipe')]);
  const server = createServer().listen(join(worktree.path, 'src/socket'));
  await link(join(worktree.parent, 'secret.txt'), join(worktree.path, 'src/hard.txt'));
  for (const file_path of ['src/pipe', 'src/socket', 'src/hard.txt']) {
    const edit = { file_path, old_string: 'o', new_string: 'x' };
    const outcomes = [
      await call('read', { file_path }),
      await call('write', { file_path, content: 'x' }),
      await call('edit', edit),
    ];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ isError: true, text: matching(/no regular file|another name/) });
    }
    expect(await call('grep', { pattern: 'outside' })).toMatchObject({ text: 'no matches' });
  }
  expect(await readFile(join(worktree.parent, 'secret.txt'), 'utf8')).toBe('outside\n');
  expect(context.access.account().flags).toEqual([{ flag: 'special', times: 9 }]);
  server.close();
});

test('links in a circle and names that are no text end in a sentence', async () => {
  await symlink('circle-b', join(worktree.path, 'src/circle-a'));
  await symlink('circle-a', join(worktree.path, 'src/circle-b'));
  await writeFile(
    Buffer.concat([Buffer.from(join(worktree.path, 'src/bad-')), Buffer.from([0xff, 0xfe])]),
    'needle\n',
  );
  await writeFile(join(worktree.path, 'src/App.js'), 'other case\n');
  expect(await call('read', { file_path: 'src/circle-a' })).toMatchObject({
    isError: true,
    text: matching(/outside|links/),
  });
  expect(await call('grep', { pattern: 'needle' })).toMatchObject({ isError: false });
  expect(await call('read', { file_path: 'src/App.js' })).toMatchObject({ text: 'other case\n' });
  expect(await call('read', { file_path: 'src/app.js' })).toMatchObject({ text: matching('const a') });
});

test('a hundred megabytes without a line end are read head and tail and searched in bounded memory', async () => {
  const file = await open(join(worktree.path, 'src/huge.txt'), 'w');
  const megabyte = Buffer.alloc(1024 * 1024, 'y');
  await file.write('first ');
  for (let n = 0; n < 100; n++) await file.write(megabyte);
  await file.write(' last');
  await file.close();
  const before = process.memoryUsage().rss;
  const { text } = await call('read', { file_path: 'src/huge.txt' });
  expect(text).toMatch(/^first y+/);
  expect(text).toMatch(/\n\.\.\. 1048\d{5} bytes left out \.\.\.\n/);
  expect(text).toMatch(/y last$/);
  expect(await call('read', { file_path: 'src/huge.txt', view_range: [1, 1] })).toMatchObject({
    text: matching(/bytes left out/),
  });
  expect(await call('grep', { pattern: 'y+' })).toMatchObject({ text: 'no matches' });
  expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1024 * 1024);
  expect(
    await call('edit', { file_path: 'src/huge.txt', old_string: 'first', new_string: 'x' }),
  ).toMatchObject({
    isError: true,
    text: matching(/too many to edit/),
  });
});

test('binary files are neither read nor searched', async () => {
  await writeFile(
    join(worktree.path, 'src/data.bin'),
    Buffer.concat([Buffer.from('needle\n'), Buffer.alloc(10)]),
  );
  expect(await call('read', { file_path: 'src/data.bin' })).toMatchObject({
    isError: true,
    text: matching(/binary file of 17 bytes/),
  });
  expect(await call('grep', { pattern: 'needle' })).toMatchObject({ text: 'no matches' });
});

test('a pattern that backtracks for ever ends with the attempt, and one that is none is told', async () => {
  await writeFile(join(worktree.path, 'src/words.txt'), `${'a'.repeat(60)}!\n`);
  const stop = new AbortController();
  context = { ...context, signal: stop.signal };
  const reason = new Error('cancelled');
  const search = call('grep', { pattern: '(a+)+$' });
  setTimeout(() => stop.abort(reason), 100);
  await expect(search).rejects.toBe(reason);
  context = { ...context, signal: new AbortController().signal };
  expect(await call('grep', { pattern: '(' })).toMatchObject({
    isError: true,
    text: matching(/no regular expression/),
  });
});

test('a folder swapped for a link after the check is not followed', async () => {
  const target = join(worktree.parent, 'elsewhere');
  await mkdir(target);
  await writeFile(join(target, 'app.js'), 'theirs\n');
  const root = worktree.path;
  await mkdir(join(root, 'src/deep'));
  await writeFile(join(root, 'src/deep/app.js'), 'ours\n');
  execFileSync('rm', ['-r', join(root, 'src/deep')]);
  await symlink(target, join(root, 'src/deep'));
  await expect(withFile(root, 'src/deep/app.js', () => 'opened')).rejects.toThrow(/no folder|a link/);
  expect(() => replaceFile(root, 'src/deep/app.js', 'x')).toThrow(/no folder|a link/);
  expect(await readdir(target)).toEqual(['app.js']);
  expect(await readFile(join(target, 'app.js'), 'utf8')).toBe('theirs\n');
});

test('what a role does not see is refused with the rule and the way to ask, and neither listed nor searched', async () => {
  await mkdir(join(worktree.path, 'public'));
  await writeFile(join(worktree.path, 'public/page.html'), '<p>needle</p>\n');
  await symlink('../public/page.html', join(worktree.path, 'src/page'));
  const sentence =
    /withheld: it is about "Frontend HTML and CSS", which is not part of @nodejs-expert's context.*request_context/;
  expect(await call('read', { file_path: 'public/page.html' })).toMatchObject({
    isError: true,
    text: matching(sentence),
  });
  expect(await call('read', { file_path: 'src/page' })).toMatchObject({
    isError: true,
    text: matching(sentence),
  });
  expect(await call('grep', { pattern: 'p', path: 'public/page.html' })).toMatchObject({ isError: true });
  expect(await call('grep', { pattern: 'needle' })).toMatchObject({ text: 'no matches' });
  expect(await call('glob', { pattern: '**/*.html' })).toMatchObject({ text: 'no files' });
  const { filtered, flags } = context.access.account();
  expect(filtered).toBeGreaterThan(0);
  expect(flags).toEqual([{ flag: 'denied', times: 3 }]);
  context = { ...context, access: accessFixture(worktree.path, { granted: ['public/page.html'] }) };
  expect(await call('read', { file_path: 'public/page.html' })).toMatchObject({
    isError: false,
    text: '<p>needle</p>\n',
  });
  expect(context.access.account().exceptions).toEqual([{ path: 'public/page.html', reason: 'granted' }]);
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
