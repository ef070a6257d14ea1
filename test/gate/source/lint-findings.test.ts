// Needs nothing.
import { lintFindings } from '../../../src/gate/lint-findings';

const read = (output: string): unknown =>
  lintFindings(output, '/tmp/check out').map(({ file, line, text }) => [file, line, text]);

test.each([
  [
    'ESLint',
    `
/tmp/check out/src/a.js
  3:7   error    'x' is assigned a value but never used  no-unused-vars
  9:1   warning  Unexpected console statement            no-console
  12:3  error    Expected '===' and instead saw '=='     @scope/eqeqeq

✖ 3 problems (2 errors, 1 warning)
`,
    [
      ['src/a.js', 3, "'x' is assigned a value but never used (no-unused-vars)"],
      ['src/a.js', 12, "Expected '===' and instead saw '==' (@scope/eqeqeq)"],
    ],
  ],
  [
    'ruff, concise',
    'app/a.py:3:80: E501 Line too long (99 > 88)\nFound 1 error.\n',
    [['app/a.py', 3, 'Line too long (99 > 88) (E501)']],
  ],
  [
    'ruff, full',
    'F401 [*] `os` imported but unused\n --> app/a.py:1:8\n  |\n1 | import os\n',
    [['app/a.py', 1, '`os` imported but unused (F401)']],
  ],
  [
    'flake8',
    "./app/a.py:1:1: F401 'os' imported but unused\n",
    [['app/a.py', 1, "'os' imported but unused (F401)"]],
  ],
  [
    'pylint',
    'app/a.py:1:0: C0114: Missing module docstring (missing-module-docstring)\n',
    [['app/a.py', 1, 'Missing module docstring (missing-module-docstring) (C0114)']],
  ],
  [
    'checkstyle',
    '[ERROR] /tmp/check out/src/main/java/A.java:12:5: Missing a Javadoc comment. [MissingJavadoc]\n[ERROR] src/main/java/B.java:[3,1] (imports) UnusedImports: Unused import.\n',
    [['src/main/java/B.java', 3, 'UnusedImports: Unused import. (UnusedImports)']],
  ],
  ['biome', 'src/a.ts:1:7 lint/style/useConst ━━━━━━\n', [['src/a.ts', 1, 'lint/style/useConst']]],
  [
    'tsc',
    "src/a.ts(3,1): error TS2304: Cannot find name 'x'.\n",
    [['src/a.ts', 3, "Cannot find name 'x'. (TS2304)"]],
  ],
  [
    'prettier',
    'Checking formatting...\n[warn] src/a.ts\n[warn] Code style issues found in the above file.\n',
    [['src/a.ts', undefined, 'is not formatted as configured (format)']],
  ],
  [
    'black',
    'would reformat app/a.py\nOh no!\n',
    [['app/a.py', undefined, 'is not formatted as configured (format)']],
  ],
])('%s', (_linter, output, expected) => {
  expect(read(output)).toEqual(expect.arrayContaining(expected as unknown[]));
});

test('the same problem on another line has the same key, and twice is more than once', () => {
  const at = (line: number): string => `app/a.py:${String(line)}:1: F401 'os' imported but unused\n`;
  const [once] = lintFindings(at(1), '/x');
  const [twice] = lintFindings(at(7) + at(9), '/x');
  expect(twice).toMatchObject({ key: once?.key, amount: 2 });
});

test('warnings count where they are all there is, colours and prose are no findings', () => {
  expect(
    lintFindings('\nsrc/a.js\n  1:1  warning  Unexpected console statement  no-console\n', '/x'),
  ).toHaveLength(1);
  expect(
    lintFindings('\u001b[31mOops! Something went wrong\u001b[0m\nsee https://eslint.org/docs\n', '/x'),
  ).toEqual([]);
});
