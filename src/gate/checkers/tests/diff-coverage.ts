import type { ChangedFile, LineRange } from '../../facts/changes';
import type { FileCoverage } from '../../facts/test-run';
import { isCodeLine } from '../../recording/test-sources';

/** Changed lines of one source that can be executed, and those of them that tests reached. */
export interface FileDiffCoverage {
  readonly path: string;
  readonly lines: readonly number[];
  readonly missed: readonly number[];
}

/** Coverage of the lines a branch added or changed, by source; files the report says nothing about are left out. */
export async function diffCoverage(
  changed: readonly ChangedFile[],
  coverage: ReadonlyMap<string, FileCoverage>,
  read: (path: string) => Promise<string | null>,
): Promise<FileDiffCoverage[]> {
  const rows: FileDiffCoverage[] = [];
  for (const { path, lines: ranges } of changed) {
    const file = coverage.get(path);
    const text = file === undefined ? null : await read(path);
    if (file === undefined || text === null) continue;
    const source = text.split('\n');
    const lines = numbersOf(ranges).filter(
      (line) => file.executable.has(line) && isCodeLine(source[line - 1] ?? ''),
    );
    if (lines.length > 0) rows.push({ path, lines, missed: lines.filter((line) => !file.covered.has(line)) });
  }
  return rows;
}

/** Share of reached lines, 0 to 1; null without a changed line. */
export function shareOf(rows: readonly FileDiffCoverage[]): number | null {
  const lines = rows.reduce((sum, row) => sum + row.lines.length, 0);
  const missed = rows.reduce((sum, row) => sum + row.missed.length, 0);
  return lines === 0 ? null : (lines - missed) / lines;
}

/** Line numbers as ranges, for people: `12-14, 20`. */
export function rangesOf(lines: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else parts.push([line, line]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${String(from)}-${String(to)}`)).join(', ');
}

function numbersOf(ranges: readonly LineRange[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}
