/** A line as two columns show it; null: nothing on that side. */
export interface DiffRow {
  readonly kind: 'same' | 'changed' | 'hunk';
  readonly before: DiffSide | null;
  readonly after: DiffSide | null;
}

export interface DiffSide {
  readonly line: number | null;
  readonly text: string;
}

export interface DiffFile {
  readonly path: string;
  readonly rows: readonly DiffRow[];
  readonly added: number;
  readonly removed: number;
}

export interface Diff {
  readonly files: readonly DiffFile[];
  /** Lines that are not shown. */
  readonly leftOut: number;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads what `git diff` printed; lines it does not know stand as they are. At most `mostLines` become rows. */
export function readDiff(text: string, mostLines: number): Diff {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const files = splitFiles(lines.slice(0, mostLines));
  return { files: files.map(readFile), leftOut: Math.max(0, lines.length - mostLines) };
}

function splitFiles(lines: readonly string[]): string[][] {
  const files: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('diff --git ') || files.length === 0) files.push([]);
    files.at(-1)?.push(line);
  }
  return files;
}

function readFile(lines: readonly string[]): DiffFile {
  const rows: DiffRow[] = [];
  let removed: DiffSide[] = [];
  let added: DiffSide[] = [];
  const counts = { added: 0, removed: 0 };
  let at: { before: number; after: number } | null = null;
  // Lines taken away stand beside the ones that took their place.
  const flush = (): void => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      rows.push({ kind: 'changed', before: removed[index] ?? null, after: added[index] ?? null });
    }
    [removed, added] = [[], []];
  };
  for (const line of lines.slice(1)) {
    const hunk = HUNK.exec(line);
    if (hunk !== null) {
      flush();
      at = { before: Number(hunk[1]), after: Number(hunk[2]) };
      rows.push(wholeRow(line));
    } else if (at === null) {
      if (!/^(?:index|---|\+\+\+) /.test(line)) rows.push(wholeRow(line));
    } else if (line.startsWith('-')) {
      if (added.length > 0) flush();
      removed.push({ line: at.before, text: line.slice(1) });
      at.before += 1;
      counts.removed += 1;
    } else if (line.startsWith('+')) {
      added.push({ line: at.after, text: line.slice(1) });
      at.after += 1;
      counts.added += 1;
    } else if (line.startsWith('\\')) {
      flush();
      rows.push(wholeRow(line));
    } else {
      flush();
      const same = line.slice(1);
      rows.push({
        kind: 'same',
        before: { line: at.before, text: same },
        after: { line: at.after, text: same },
      });
      at.before += 1;
      at.after += 1;
    }
  }
  flush();
  return { path: pathOf(lines), rows, ...counts };
}

function wholeRow(text: string): DiffRow {
  const side = { line: null, text };
  return { kind: 'hunk', before: side, after: side };
}

/** The name it has now, or had where it is gone. */
function pathOf(lines: readonly string[]): string {
  const named = (mark: string): string | null =>
    lines
      .find((line) => line.startsWith(mark))
      ?.slice(mark.length)
      .replace(/\t$/, '') ?? null;
  return (
    named('+++ b/') ??
    named('--- a/') ??
    named('rename to ') ??
    lines[0]?.replace(/^diff --git a\/.* b\//, '') ??
    ''
  );
}
