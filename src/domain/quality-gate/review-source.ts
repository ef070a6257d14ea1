import type { FileDiff } from '../common/unified-diff';

/** A file as a reviewer is shown it. */
export interface ShownFile {
  readonly path: string;
  /** Its lines at the commit, without line ends. */
  readonly lines: readonly string[];
  /** Added or changed lines. */
  readonly added: FileDiff['added'];
}

/** The lines of a text; a carriage return belongs to the line end. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Whether one of the lines was added or changed. */
export function isChanged({ added }: Pick<ShownFile, 'added'>, from: number, to: number): boolean {
  return added.some((range) => range.from <= to && from <= range.to);
}

const NEAR = 12;
const WHOLE = 250;

/**
 * A file with its line numbers, `+` before what was changed and `-` before what is gone; of a long one that was changed
 * only what lies near a change.
 */
export function numberedSource(file: ShownFile, removed: FileDiff['removed']): string {
  const { lines, added } = file;
  const touched = [...added, ...[...removed.keys()].map((line) => ({ from: line, to: line }))];
  const isNear = (line: number): boolean =>
    lines.length <= WHOLE ||
    touched.length === 0 ||
    touched.some(({ from, to }) => from - NEAR <= line && line <= to + NEAR);
  const shown: string[] = [];
  let left = 0;
  const skip = (): void => {
    if (left > 0) shown.push(`      (${String(left)} lines left out)`);
    left = 0;
  };
  for (let line = 1; line <= lines.length + 1; line += 1) {
    for (const gone of removed.get(line) ?? []) shown.push(`      -| ${gone}`);
    const text = lines[line - 1];
    if (text === undefined) break;
    if (!isNear(line)) {
      left += 1;
      continue;
    }
    skip();
    shown.push(`${String(line).padStart(5)} ${isChanged(file, line, line) ? '+' : ' '}| ${text}`);
  }
  skip();
  return shown.join('\n');
}

/** A line of `numberedSource`: its number and its text; null for any other line. */
export function readNumberedLine(line: string): { readonly number: number; readonly text: string } | null {
  const match = /^ *(\d+) [ +]\| (.*)$/.exec(line);
  return match?.[1] === undefined ? null : { number: Number(match[1]), text: match[2] ?? '' };
}
