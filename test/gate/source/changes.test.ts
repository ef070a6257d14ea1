// Needs git. No server, no Temporal, no PostgreSQL.
import { createRepository, type Repository } from './support';

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

test('added, changed and deleted files, with the lines of the new side', async () => {
  const base = repository.commit({ 'a.js': '1\n2\n3\n4\n', 'gone.js': 'x\n', 'same.js': 'y\n' });
  repository.commit({ 'a.js': '1\ntwo\n3\n4\n5\n6\n', 'gone.js': null, 'new file.js': 'a\nb\n' });
  const changes = await repository.inspect({ base }).changes();
  expect(changes.base).toBe(base);
  expect(changes.files).toEqual([
    {
      path: 'a.js',
      kind: 'modified',
      lines: [
        { from: 2, to: 2 },
        { from: 5, to: 6 },
      ],
    },
    { path: 'gone.js', kind: 'deleted', lines: [] },
    { path: 'new file.js', kind: 'added', lines: [{ from: 1, to: 2 }] },
  ]);
});

test('a rename is a deleted and an added file', async () => {
  const base = repository.commit({ 'old.js': 'one\ntwo\nthree\n' });
  repository.commit({ 'old.js': null, 'new.js': 'one\ntwo\nthree\n' });
  const { files } = await repository.inspect({ base }).changes();
  expect(files.map(({ path, kind }) => [path, kind])).toEqual([
    ['new.js', 'added'],
    ['old.js', 'deleted'],
  ]);
});

test('lines that look like headers of a patch are lines', async () => {
  const base = repository.commit({ 'a.txt': '-- x\n' });
  const text = '++ b/other.txt\ndiff --git a/x b/x\n@@ -1 +1 @@\nnew file mode 100644\n';
  repository.commit({ 'a.txt': text });
  const changes = await repository.inspect({ base }).changes();
  expect(changes.files).toEqual([{ path: 'a.txt', kind: 'modified', lines: [{ from: 1, to: 4 }] }]);
  const [commit] = await changes.commits();
  expect(commit?.added.map((line) => line.text)).toEqual(text.trim().split('\n'));
});

test('names with quotes, tabs and letters beyond ASCII are read as they are', async () => {
  const base = repository.commit({ 'a.txt': 'a\n' });
  const names = ['a"b.txt', 'tab\there.txt', 'über ß.txt'];
  repository.commit(Object.fromEntries(names.map((name) => [name, 'x\n'])));
  const { files } = await repository.inspect({ base }).changes();
  expect(files.map(({ path }) => path).sort()).toEqual(names.sort());
});

test('an empty file and a name with quotes in an empty file are rows without lines', async () => {
  const base = repository.commit({ 'a.txt': 'a\n' });
  repository.commit({ 'empty.js': '', 'q"q.js': '' });
  const { files } = await repository.inspect({ base }).changes();
  expect(files).toEqual([
    { path: 'empty.js', kind: 'added', lines: [] },
    { path: 'q"q.js', kind: 'added', lines: [] },
  ]);
});

test('binary and very large files are rows without lines', async () => {
  const base = repository.commit({ 'a.txt': 'a\n' });
  repository.commit({ 'b.bin': Buffer.from([0, 1, 2]), 'big.txt': 'line\n'.repeat(600_000) });
  const { files } = await repository.inspect({ base }).changes();
  expect(files).toEqual([
    { path: 'b.bin', kind: 'added', lines: [] },
    { path: 'big.txt', kind: 'added', lines: [] },
  ]);
});

test('sources cannot be hidden by attributes of the tree', async () => {
  const base = repository.commit({ 'a.js': '1\n' });
  repository.commit({ '.gitattributes': '*.js binary\n', 'a.js': '1\n2\n' });
  const { files } = await repository.inspect({ base }).changes();
  expect(files.find(({ path }) => path === 'a.js')?.lines).toEqual([{ from: 2, to: 2 }]);
});

test('the base is read as it was, also where the file is gone', async () => {
  const base = repository.commit({ 'a.js': 'before\n' });
  repository.commit({ 'a.js': null, 'b.js': 'new\n' });
  const changes = await repository.inspect({ base }).changes();
  expect(await changes.readBase('a.js')).toBe('before\n');
  expect(await changes.readBase('b.js')).toBeNull();
});

test('each commit between base and target says what it adds, also what is removed again; newest last', async () => {
  const base = repository.commit({ 'a.js': '1\n' });
  const first = repository.commit({ 'a.js': '1\nsecret\n' });
  const second = repository.commit({ 'a.js': '1\n', 'b.js': 'b\r\n' });
  expect(await (await repository.inspect({ base }).changes()).commits()).toEqual([
    { commit: first, added: [{ file: 'a.js', line: 2, text: 'secret' }] },
    { commit: second, added: [{ file: 'b.js', line: 1, text: 'b' }] },
  ]);
});

test('a merge says what it adds to its first parent', async () => {
  const base = repository.commit({ 'a.js': '1\n' });
  repository.git('checkout', '-q', '-b', 'side');
  repository.commit({ 'side.js': 's\n' });
  repository.git('checkout', '-q', 'main');
  repository.commit({ 'main.js': 'm\n' });
  repository.git('merge', '-q', '--no-commit', 'side');
  const merge = repository.commit({ 'evil.js': 'e\n' });
  const commits = await (await repository.inspect({ base }).changes()).commits();
  expect(commits).toHaveLength(3);
  expect(commits.find(({ commit }) => commit === merge)?.added.map(({ file }) => file)).toEqual([
    'evil.js',
    'side.js',
  ]);
});

test('a target that is its own base changes nothing', async () => {
  const base = repository.commit({ 'a.js': '1\n' });
  const changes = await repository.inspect({ base }).changes();
  expect(changes.files).toEqual([]);
  expect(await changes.commits()).toEqual([]);
  expect(await changes.readBase('a.js')).toBe('1\n');
});
