import { plain } from './count-tests';

const LONGEST_LINE = 400;
// Where a runner begins to list what failed.
const FAILURES =
  /^(?:✖ failing tests:|=+ FAILURES =+|Summary of all failing tests| {2}\d+ failing|not ok |.*● .* › |\[ERROR\] )/;
const NOISE = /^npm (?:error|ERR!|warn|notice)(?: |$)|^\s*$/;
// Maven ends with a dozen lines on itself, which would push the failing tests out of a short excerpt.
const MAVEN_NOISE =
  /^\[(?:INFO|ERROR)\](?: *| -{20,}| (?:-> )?\[Help \d+\].*| (?:Total time|Finished at): .*| (?:See |To see the full stack trace|Re-run Maven|For more information about the errors).*)$/;

/** The lines of an output that tell most about its end, within `maxCharacters`: where failures begin, and the tail. */
export function excerptOf(output: string, maxCharacters: number): string {
  const lines = plain(output)
    .split('\n')
    .filter((line) => !NOISE.test(line) && !MAVEN_NOISE.test(line))
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
  const whole = lines.join('\n');
  if (whole.length <= maxCharacters) return whole;
  const failuresFrom = lines.findIndex((line) => FAILURES.test(line));
  if (failuresFrom === -1) return tailOf(lines, maxCharacters);
  const failures = lines.slice(failuresFrom);
  if (failures.join('\n').length <= maxCharacters) return tailOf(lines, maxCharacters);
  const headCharacters = Math.floor((maxCharacters * 2) / 3);
  return `${headOf(failures, headCharacters)}\n…\n${tailOf(failures, maxCharacters - headCharacters - 3)}`;
}

function headOf(lines: readonly string[], maxCharacters: number): string {
  let text = '';
  for (const line of lines) {
    if (text.length + line.length + 1 > maxCharacters) break;
    text += text === '' ? line : `\n${line}`;
  }
  return text;
}

function tailOf(lines: readonly string[], maxCharacters: number): string {
  let text = '';
  for (const line of [...lines].reverse()) {
    if (text.length + line.length + 1 > maxCharacters) break;
    text = text === '' ? line : `${line}\n${text}`;
  }
  return text;
}
