/** How a test runner says how many tests it ran; `count` gets the groups of each match of `summary`. */
interface RunnerRow {
  readonly runner: string;
  readonly summary: RegExp;
  readonly count: (match: RegExpMatchArray, output: string) => number;
}

const number = (text: string | undefined): number => Number(text ?? 0);
const wordCount = (text: string, words: string): number =>
  [...text.matchAll(new RegExp(`(\\d+) (?:${words})`, 'g'))].reduce(
    (sum, match) => sum + number(match[1]),
    0,
  );

const NODE_FILE_RESULT = /^(?:ok \d+ - |[✔✖] )\/.*\.[cm]?[jt]sx?(?: \([\d.]+ms\))?$/gm;

const RUNNERS: readonly RunnerRow[] = [
  {
    // TAP (also of tape) and the spec reporter. Node counts a file without any test as one passed test by its path.
    runner: 'node:test',
    summary: /^(?:#|ℹ) pass +(\d+)\n(?:#|ℹ) fail +(\d+)/gm,
    count: (match, output) =>
      Math.max(0, number(match[1]) + number(match[2]) - (output.match(NODE_FILE_RESULT)?.length ?? 0)),
  },
  {
    runner: 'jest',
    summary: /^Tests: +(.*\d+ total)$/gm,
    count: (match) => wordCount(match[1] ?? '', 'passed|failed'),
  },
  { runner: 'jest', summary: /^No tests found, exiting with code \d/gm, count: () => 0 },
  {
    runner: 'vitest',
    summary: /^ *Tests +(.*\(\d+\))$/gm,
    count: (match) => wordCount(match[1] ?? '', 'passed|failed'),
  },
  { runner: 'vitest', summary: /^No test files found, exiting with code \d/gm, count: () => 0 },
  { runner: 'mocha', summary: /^ {2}(\d+) passing \(/gm, count: (match) => number(match[1]) },
  { runner: 'mocha', summary: /^ {2}(\d+) failing$/gm, count: (match) => number(match[1]) },
  {
    runner: 'pytest',
    summary: /^(?:=+ )?((?:no tests ran|\d+ [a-z]+)[^\n]*?) in [\d.]+s/gm,
    count: (match) => wordCount(match[1] ?? '', 'passed|failed|xfailed|xpassed|errors?'),
  },
  {
    runner: 'unittest',
    summary: /^Ran (\d+) tests? in [\d.]+s/gm,
    count: (match) => number(match[1]),
  },
  {
    // The line of each class ends in its time, the total does not.
    runner: 'surefire',
    summary: /Tests run: (\d+), Failures: \d+, Errors: \d+, Skipped: (\d+)\s*$/gm,
    count: (match) => number(match[1]) - number(match[2]),
  },
];

/**
 * How many tests a run's output says were really run (passed or failed, not skipped), over all runners it
 * recognises; null when it recognises none.
 */
export function countTests(output: string): { readonly ran: number; readonly runner: string } | null {
  const text = plain(output);
  const found = RUNNERS.flatMap(({ runner, summary, count }) =>
    [...text.matchAll(summary)].map((match) => ({ runner, ran: count(match, text) })),
  );
  const [first] = found;
  if (first === undefined) return null;
  return { runner: first.runner, ran: found.reduce((sum, { ran }) => sum + ran, 0) };
}

/** Without colours and carriage returns. */
export function plain(output: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences start with a control character
  return output.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').replace(/\r+\n/g, '\n');
}
