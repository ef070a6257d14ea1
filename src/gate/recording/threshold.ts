import type { CommandRun } from '../../process/run-command';
import { countTests, plain } from '../count-tests';
import type { Outcome } from '../outcome';

const THRESHOLD =
  /ERROR: Coverage for \w+ \([\d.]+%\) does not meet|coverage threshold for \w+ \([\d.]+%\) not met|Required test coverage of [\d.]+% not reached|Coverage failure: total of|Coverage checks have not been met/i;
const FAILED =
  /^(?:#|ℹ) fail +[1-9]|^Tests: +.*[1-9]\d* failed|^ *Tests +.*[1-9]\d* failed|^ {2}[1-9]\d* failing|\b[1-9]\d* (?:failed|errors?)\b[^\n]* in [\d.]+s|FAILED \((?:failures|errors)|(?:Failures|Errors): [1-9]/m;

/** A run that is red for a coverage threshold alone, whose tests all passed; null for any other run. */
export function redOnlyByThreshold(run: CommandRun, output: string): Outcome | null {
  const text = plain(output);
  const count = countTests(text);
  if (run.end.kind !== 'exited' || run.end.code === 0 || count === null || count.ran === 0) return null;
  if (!THRESHOLD.test(text) || FAILED.test(text)) return null;
  return {
    kind: 'ran-clean',
    note: `${String(count.ran)} tests ran (${count.runner}); the command failed for its coverage threshold alone`,
  };
}
