import type { Receipt } from '../domain/quality-gate/receipt';
import type { Survey } from '../domain/target/survey';
import type { CommandRun } from '../process/run-command';
import { countTests } from './count-tests';
import type { Outcome } from './outcome';

type CheckName = 'build' | 'test' | 'lint';

/** One check: which subject it speaks of, the target's command for it, and how to read what came of it. */
export interface Check {
  readonly name: CheckName;
  readonly subject: Receipt['subject'];
  /** Null where the repository has no command for it; then `absent` is the answer. */
  readonly command: (survey: Survey) => readonly string[] | null;
  readonly absent: Outcome;
  /** Whether it gets a database of its own in DATABASE_URL. */
  readonly usesDatabase: boolean;
  /** Reads a run that ended by itself; see `readEnd` for the others. */
  readonly parse: (exitCode: number, output: string) => Outcome;
}

export const CHECKS: readonly Check[] = [
  {
    name: 'build',
    subject: 'build',
    command: (survey) => survey.build,
    absent: { kind: 'not-applicable', reason: 'the repository has no build command' },
    usesDatabase: false,
    parse: (exitCode) => byExitCode(exitCode, 'the build'),
  },
  {
    name: 'test',
    subject: 'tests',
    command: (survey) => survey.test,
    absent: { kind: 'could-not-run', reason: 'no test command is known for this repository' },
    usesDatabase: true,
    parse: parseTests,
  },
  {
    name: 'lint',
    subject: 'style-guide',
    command: (survey) => survey.lint,
    absent: { kind: 'could-not-run', reason: 'no lint command is known for this repository' },
    usesDatabase: false,
    parse: parseLint,
  },
];

export function checkNamed(name: CheckName): Check {
  const found = CHECKS.find((check) => check.name === name);
  if (found === undefined) throw new Error(`No check ${name}`);
  return found;
}

/** What a run came to: how it ended first, then what the check reads from its output. */
export function readRun(check: Check, run: CommandRun, timeoutMs: number): Outcome {
  const output = `${run.stdout}\n${run.stderr}`;
  switch (run.end.kind) {
    case 'not-started':
      return { kind: 'could-not-run', reason: run.end.reason };
    case 'timed-out':
      return {
        kind: 'ran-found',
        note: `did not end within ${String(Math.round(timeoutMs / 1000))} s and was stopped`,
      };
    case 'signalled':
      return { kind: 'ran-found', note: `was ended by ${run.end.signal}` };
    case 'aborted':
      return { kind: 'could-not-run', reason: 'was cancelled' };
    case 'exited':
      return cannotStart(run.end.code, output) ?? check.parse(run.end.code, output);
  }
}

function parseTests(exitCode: number, output: string): Outcome {
  const count = countTests(output);
  if (exitCode === 0) {
    if (count === null) {
      return { kind: 'ran-clean', note: 'passed by its exit code; the number of tests could not be read' };
    }
    if (count.ran === 0)
      return { kind: 'could-not-run', reason: 'ended with 0 without running a single test' };
    return { kind: 'ran-clean', note: `${String(count.ran)} tests ran (${count.runner})` };
  }
  // pytest's own code for "nothing collected".
  if (exitCode === 5 && count?.runner === 'pytest' && count.ran === 0) {
    return { kind: 'could-not-run', reason: 'ended without running a single test' };
  }
  if (count === null && NEEDS_NETWORK.test(output)) {
    return { kind: 'could-not-run', reason: 'needs dependencies that are not installed here' };
  }
  return { kind: 'ran-found', note: `the tests ended with exit code ${String(exitCode)}` };
}

const NEEDS_NETWORK =
  /Could not (?:transfer artifact|resolve dependencies|resolve all)|in offline mode and the artifact|UnknownHostException|No module named pytest/;

function parseLint(exitCode: number, output: string): Outcome {
  // ESLint exits with 1 for findings and with 2 when it could not work.
  if (exitCode === 2 && /Oops! Something went wrong|ESLint: \d/.test(output)) {
    return { kind: 'could-not-run', reason: 'the linter itself failed, its configuration or its plugins' };
  }
  if (exitCode === 1 && /No module named (?:ruff|flake8)\b/.test(output)) {
    return { kind: 'could-not-run', reason: 'the linter is not among the dependencies' };
  }
  if (exitCode !== 0 && NEEDS_NETWORK.test(output)) {
    return { kind: 'could-not-run', reason: 'needs dependencies that are not installed here' };
  }
  return byExitCode(exitCode, 'the linter');
}

function byExitCode(exitCode: number, what: string): Outcome {
  return exitCode === 0
    ? { kind: 'ran-clean', note: '' }
    : { kind: 'ran-found', note: `${what} ended with exit code ${String(exitCode)}` };
}

/** Whether there was nothing to start: no such script, no such program. */
function cannotStart(exitCode: number, output: string): Outcome | null {
  if (exitCode === 0) return null;
  const script = /Missing script: "?([^"\n]+)"?/.exec(output)?.[1];
  if (script !== undefined) {
    return { kind: 'could-not-run', reason: `the script ${script} is missing from package.json` };
  }
  if (/^npm (?:error|ERR!) enoent .*package\.json/m.test(output)) {
    return { kind: 'could-not-run', reason: 'package.json is missing' };
  }
  return exitCode === 127 ? { kind: 'could-not-run', reason: 'the program it starts was not found' } : null;
}
