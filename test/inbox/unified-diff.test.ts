// Needs no server.
import { readDiff } from '../../src/inbox/unified-diff';
import { visible } from '../../src/inbox/visible';

const DIFF = `diff --git a/src/a.js b/src/a.js
index 1..2 100644
--- a/src/a.js
+++ b/src/a.js
@@ -1,4 +1,4 @@ function a() {
 same
-old one
-old two
+new one
 tail
@@ -10 +10,2 @@
+added
 end
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-bye
\\ No newline at end of file
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
`;

test('lines taken away stand beside what took their place, each with its number', () => {
  const [file] = readDiff(DIFF, 1000).files;
  expect(file).toMatchObject({ path: 'src/a.js', added: 2, removed: 2 });
  expect(
    file?.rows.filter(({ kind }) => kind !== 'hunk').map(({ before, after }) => [before, after]),
  ).toEqual([
    [
      { line: 1, text: 'same' },
      { line: 1, text: 'same' },
    ],
    [
      { line: 2, text: 'old one' },
      { line: 2, text: 'new one' },
    ],
    [{ line: 3, text: 'old two' }, null],
    [
      { line: 4, text: 'tail' },
      { line: 3, text: 'tail' },
    ],
    [null, { line: 10, text: 'added' }],
    [
      { line: 10, text: 'end' },
      { line: 11, text: 'end' },
    ],
  ]);
});

test('files that are gone, or no text, are named', () => {
  const { files } = readDiff(DIFF, 1000);
  expect(files.map(({ path }) => path)).toEqual(['src/a.js', 'gone.txt', 'logo.png']);
  expect(files[2]?.rows.map(({ before }) => before?.text)).toEqual([
    'Binary files a/logo.png and b/logo.png differ',
  ]);
});

test('a line that looks like a header is a line', () => {
  const tricky = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- a/y\n+++ b/y\n';
  const [file] = readDiff(tricky, 100).files;
  expect(file?.path).toBe('x');
  expect(file?.rows.at(-1)).toEqual({
    kind: 'changed',
    before: { line: 1, text: '-- a/y' },
    after: { line: 1, text: '++ b/y' },
  });
});

test('an added line that looks like a name is not the name of a file that has none', () => {
  const gone = 'diff --git a/x b/x\n--- a/x\n+++ /dev/null\n@@ -1,2 +1,2 @@\n-one\n+++ b/README.md\n-two\n';
  expect(readDiff(gone, 100).files[0]).toMatchObject({ path: 'x', added: 1, removed: 2 });
  const cut = gone.replace('+++ /dev/null\n', '').replace('--- a/x\n', '');
  expect(readDiff(cut, 100).files[0]?.path).toBe('x');
});

test.each([
  ['as bytes', String.raw`"b/caf\303\251 \342\202\254.txt"`, 'café €.txt'],
  ['with its letters', String.raw`"b/café \303\251.txt"`, 'café é.txt'],
  ['with quotes, tabs and backslashes', String.raw`"b/a\"b\tc\\303.txt"`, 'a"b\tc\\303.txt'],
  ['with spaces', 'b/two words.txt\t', 'two words.txt'],
])('a name that git wrote %s is read', (_, written, path) => {
  const old = written.replace('b/', 'a/');
  for (const text of [
    `diff --git ${old} ${written}\n--- ${old}\n+++ ${written}\n@@ -1 +1 @@\n-a\n+b\n`,
    `diff --git ${old} ${written}\n--- ${old}\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n`,
    `diff --git a/x ${written}\nsimilarity index 100%\nrename from x\nrename to ${written.replace('b/', '')}\n`,
    `diff --git ${old.trim()} ${written.trim()}\nBinary files ${old} and ${written} differ\n`,
  ])
    expect(readDiff(text, 100).files.map((file) => file.path)).toEqual([path]);
});

test('beyond the limit it says how much is left out; nothing is nothing', () => {
  expect(readDiff(DIFF, 6).leftOut).toBe(DIFF.split('\n').length - 1 - 6);
  expect(readDiff('', 10)).toEqual({ files: [], leftOut: 0 });
});

test('characters that hide or reorder text stand as their names', () => {
  expect(visible('a\u202eb\u2066c\u200bd\u0000e\tf\ng')).toBe('a[U+202E]b[U+2066]c[U+200B]d[U+0000]e\tf\ng');
});
