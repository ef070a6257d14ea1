// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { countTests } from '../../src/gate/count-tests';
import { excerptOf } from '../../src/gate/excerpt';

test.each<[string, string, number]>([
  ['node:test', '# tests 3\n# suites 0\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 0', 3],
  ['node:test', 'ℹ tests 4\nℹ suites 1\nℹ pass 4\nℹ fail 0\n', 4],
  ['node:test', '1..0\n# tests 0\n# suites 0\n# pass 0\n# fail 0\n', 0],
  ['node:test', 'ok 1 - /w/test/a.test.js\n  ---\n# tests 1\n# suites 0\n# pass 1\n# fail 0\n', 0],
  ['node:test', '✔ /w/test/a.test.js (97.1ms)\n✔ adds (1.3ms)\nℹ tests 2\nℹ pass 2\nℹ fail 0\n', 1],
  [
    'node:test',
    '\u001b[34mℹ tests 2\u001b[39m\n\u001b[34mℹ pass 2\u001b[39m\n\u001b[34mℹ fail 0\u001b[39m',
    2,
  ],
  ['jest', 'Tests:       1 failed, 2 skipped, 3 passed, 6 total\n', 4],
  ['jest', 'Tests:       2 skipped, 2 total\n', 0],
  ['jest', 'No tests found, exiting with code 0\n', 0],
  ['vitest', ' Test Files  1 passed (1)\n      Tests  3 passed | 1 skipped (4)\n', 3],
  ['vitest', 'No test files found, exiting with code 0\n', 0],
  ['mocha', '\n  2 passing (5ms)\n  1 failing\n', 3],
  ['mocha', '\n  0 passing (1ms)\n', 0],
  ['pytest', '======= 1 failed, 4 passed, 2 skipped in 0.12s =======\n', 5],
  ['pytest', '======= no tests ran in 0.01s =======\n', 0],
  ['unittest', 'Ran 7 tests in 0.003s\n\nOK', 7],
  [
    'surefire',
    'Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s - in A\n[INFO] Tests run: 5, Failures: 1, Errors: 0, Skipped: 2\n',
    3,
  ],
])('%s: the summary %j says how many ran: %i', (runner, output, ran) => {
  expect(countTests(output)).toEqual({ runner, ran });
});

test('output of an unknown runner counts nothing', () => {
  expect(countTests('all good\n')).toBeNull();
});

test('several runners add up, so one without tests does not hide the other', () => {
  expect(countTests('# pass 0\n# fail 0\nTests:       3 passed, 3 total\n')?.ran).toBe(3);
});

test('an excerpt of long output keeps where the failures begin and the end, without npm noise', () => {
  const filler = Array.from({ length: 500 }, (_, n) => `line ${String(n)}`).join('\n');
  const text = `${filler}\n✖ failing tests:\nexpected 1, got 2\n${filler}\nlast words\nnpm error code 1\n`;
  const excerpt = excerptOf(text, 1000);
  expect(excerpt.length).toBeLessThanOrEqual(1000);
  expect(excerpt).toContain('expected 1, got 2');
  expect(excerpt).toMatch(/last words$/);
});

test('of a failed Maven run the failing tests are the end, not what Maven says of itself', () => {
  const failures = [
    '[ERROR] Failures: ',
    '[ERROR]   CreditTest.neverExceeds:82->assertRefused:45 ',
    'Expecting code to raise a throwable.',
  ];
  const own = [
    '[INFO] ',
    '[ERROR] Tests run: 47, Failures: 2, Errors: 0, Skipped: 0',
    '[INFO] ------------------------------------------------------------------------',
    '[INFO] BUILD FAILURE',
    '[INFO] Total time:  4.626 s',
    '[INFO] Finished at: 2026-01-01T00:00:00Z',
    '[ERROR] ',
    '[ERROR] See /work/target/surefire-reports for the individual test results.',
    '[ERROR] -> [Help 1]',
    '[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.',
    '[ERROR] Re-run Maven using the -X switch to enable full debug logging.',
    '[ERROR] For more information about the errors and possible solutions, please read the following articles:',
    '[ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN/MojoFailureException',
  ];
  expect(excerptOf([...failures, ...own].join('\n'), 3500).split('\n')).toEqual([
    ...failures,
    '[ERROR] Tests run: 47, Failures: 2, Errors: 0, Skipped: 0',
    '[INFO] BUILD FAILURE',
  ]);
});
