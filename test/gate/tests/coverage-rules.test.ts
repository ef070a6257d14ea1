// Needs nothing.
import { diffCoverage, rangesOf, shareOf } from '../../../src/gate/checkers/tests/diff-coverage';
import { noticesTooLittle } from '../../../src/gate/checkers/tests/mutation-check';
import { mutantsOf } from '../../../src/gate/checkers/tests/mutants';
import { judgeCoverage } from '../../../src/gate/checkers/tests/test-coverage';
import { judgeModules } from '../../../src/gate/checkers/tests/unit-tests';
import {
  percentOf,
  readCobertura,
  readCoveragePyJson,
  readIstanbulFinal,
  readIstanbulSummary,
  readJacoco,
  readLcov,
} from '../../../src/gate/recording/coverage-reports';
import { redOnlyByThreshold } from '../../../src/gate/recording/threshold';
import { isCodeLine, sourcesOf } from '../../../src/gate/recording/test-sources';

const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const covered = (
  executable: readonly number[],
  hit: readonly number[],
): { executable: Set<number>; covered: Set<number> } => ({
  executable: new Set(executable),
  covered: new Set(hit),
});

test('every report format tells lines by file', () => {
  const final = {
    '/r/src/a.js': {
      statementMap: { 0: { start: { line: 1 } }, 1: { start: { line: 2 } } },
      s: { 0: 1, 1: 0 },
    },
  };
  const reports = [
    readIstanbulFinal(JSON.stringify(final), '/r'),
    readLcov('SF:src/a.js\nDA:1,4\nDA:2,0\nend_of_record\n', '/r'),
    readCoveragePyJson(
      JSON.stringify({ files: { 'src/a.js': { executed_lines: [1], missing_lines: [2] } } }),
      '/r',
    ),
    readCobertura(
      '<source>/r</source><class filename="src/a.js"><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class>',
      '/r',
    ),
    readJacoco(
      '<package name="src"><sourcefile name="a.js"><line nr="1" mi="0" ci="2" mb="0" cb="0"/><line nr="2" mi="1" ci="0"/></sourcefile></package>',
      ['src/a.js'],
    ),
  ];
  for (const { files } of reports) {
    expect(files.get('src/a.js')).toEqual(covered([1, 2], [1]));
    expect(percentOf(files.values())).toBe(50);
  }
  const summary = { total: { lines: { total: 8, covered: 6 } }, '/r/src/a.js': {} };
  expect(readIstanbulSummary(JSON.stringify(summary), '/r')).toMatchObject({
    percent: 75,
    paths: new Set(['src/a.js']),
  });
});

test('sources are what is neither test, nor script, nor migration, nor configuration', () => {
  const node = [
    'src/a.js',
    'src/a.test.js',
    'test/b.js',
    'scripts/c.js',
    'eslint.config.js',
    'src/types.d.ts',
    'migrations/1.js',
  ];
  expect(sourcesOf(node, 'node')).toEqual(['src/a.js']);
  expect(sourcesOf(['server.js', 'routes/a.js', 'knexfile.js'], 'node')).toEqual([
    'server.js',
    'routes/a.js',
  ]);
  expect(
    sourcesOf(['app/a.py', 'app/test_a.py', 'tests/b.py', 'app/migrations/0001_x.py', 'manage.py'], 'python'),
  ).toEqual(['app/a.py']);
  expect(
    sourcesOf(['src/main/java/com/example/A.java', 'src/test/java/com/example/ATest.java'], 'java'),
  ).toEqual(['src/main/java/com/example/A.java']);
});

test('lines that cannot be executed do not count', () => {
  const lines = [
    '',
    '// why',
    '  });',
    "import a from 'b';",
    '} else {',
    'from a import b',
    '"""Doc."""',
    '@Override',
  ];
  expect(lines.filter(isCodeLine)).toEqual([]);
  expect(['return a;', 'if (a) {', 'const b = 1;', '    raise Problem(409)'].every(isCodeLine)).toBe(true);
});

test('changed lines are compared with the lines tests reached', async () => {
  const text = ['const a = 1;', '// why', 'if (a) {', '  b();', '}'].join('\n');
  const rows = await diffCoverage(
    [
      { path: 'src/a.js', kind: 'modified', lines: [{ from: 1, to: 5 }] },
      { path: 'README.md', kind: 'added', lines: [{ from: 1, to: 9 }] },
    ],
    new Map([['src/a.js', covered(span(1, 5), [1, 2, 3])]]),
    () => Promise.resolve(text),
  );
  expect(rows).toEqual([{ path: 'src/a.js', lines: [1, 3, 4], missed: [4] }]);
  expect(shareOf(rows)).toBeCloseTo(2 / 3);
  expect(rangesOf([1, 2, 3, 7])).toBe('1-3, 7');
});

test('too little coverage is found, of everything and of what changed', () => {
  const changed = (missed: number): { path: string; lines: number[]; missed: number[] }[] => [
    { path: 'src/a.js', lines: span(1, 10), missed: span(1, missed) },
  ];
  const keys = (given: Partial<Parameters<typeof judgeCoverage>[0]>): string[] =>
    judgeCoverage({ percent: 90, min: 80, changed: [], neverLoaded: [], ...given }).map(({ key }) => key);
  expect(keys({})).toEqual([]);
  expect(keys({ percent: 79.9 })).toEqual(['coverage-below-minimum']);
  expect(keys({ changed: changed(2) })).toEqual([]);
  expect(keys({ changed: changed(3) })).toEqual(['changed-lines-not-covered']);
  expect(keys({ changed: [{ path: 'src/a.js', lines: [1, 2], missed: [1, 2] }] })).toEqual([]);
});

test('business logic that tests do not reach is found, routes and entry points are not business logic', () => {
  const none = covered(span(1, 20), []);
  const files = new Map(
    ['src/orders/discount.js', 'src/orders/routes.js', 'src/server.js'].map((path) => [path, none]),
  );
  expect(judgeModules(files, [], [...files.keys()]).map(({ key }) => key)).toEqual([
    'module-untested:src/orders/discount.js',
  ]);
  const half = new Map([['src/orders/discount.js', covered(span(1, 20), span(1, 10))]]);
  expect(judgeModules(half, [], [...half.keys()])).toEqual([]);
});

test('mutants change one line each, in JavaScript, Python and Java', () => {
  const javascript =
    'export function f(a) {\n  if (a > 3) {\n    throw new Error("x");\n  }\n  log.info("y");\n  return a;\n}\n';
  expect(mutantsOf('src/f.js', javascript, span(1, 7)).map(({ line, change }) => [line, change])).toEqual([
    [2, '`if (a > 3) {` became `if (!(a > 3)) {`'],
    [3, 'left out `throw new Error("x");`'],
    [6, '`return a;` became `return undefined;`'],
  ]);
  const python = 'def f(a):\n    if a > 3:\n        raise ValueError\n    return a\n';
  const mutants = mutantsOf('app/f.py', python, span(1, 4));
  expect(mutants.map(({ line }) => line)).toEqual([2, 3, 4]);
  expect(mutants[0]?.text).toContain('if not (a > 3):');
  const java =
    'class A {\n  boolean f(int a) {\n    if (a > 3)\n      throw new IllegalStateException();\n    kept.add(a);\n    log.info(a);\n    return true;\n  }\n}\n';
  expect(mutantsOf('A.java', java, span(1, 9)).map(({ line, change }) => [line, change])).toEqual([
    [3, '`if (a > 3)` became `if (!(a > 3))`'],
    [4, 'left out `throw new IllegalStateException();`'],
    [7, '`return true;` became `return false;`'],
    [5, 'left out `kept.add(a);`'],
  ]);
});

test('tests that let nearly every mutant live notice too little', () => {
  const mutant = { path: 'a', line: 1, change: '', text: '' };
  const judge = (tried: number, survived: number): boolean =>
    noticesTooLittle({
      tried: Array.from({ length: tried }, () => mutant),
      survived: Array.from({ length: survived }, () => mutant),
    });
  expect([judge(2, 2), judge(5, 4), judge(5, 5)]).toEqual([true, true, true]);
  expect([judge(1, 1), judge(2, 1), judge(3, 2), judge(5, 3), judge(0, 0)]).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('a run that is red for its coverage threshold alone has passing tests', () => {
  const run = {
    end: { kind: 'exited', code: 1 },
    stdout: '',
    stderr: '',
    stdoutBytes: 0,
    stderrBytes: 0,
    durationMs: 1,
  } as const;
  const pytest =
    'FAIL Required test coverage of 90% not reached. Total coverage: 80.00%\n3 passed in 0.10s\n';
  expect(redOnlyByThreshold(run, pytest)).toMatchObject({ kind: 'ran-clean' });
  expect(redOnlyByThreshold(run, pytest.replace('3 passed', '1 failed, 2 passed'))).toBeNull();
  expect(redOnlyByThreshold(run, '3 passed in 0.10s\n')).toBeNull();
});
