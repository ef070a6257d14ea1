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
  const hunks = lines.findIndex((line) => HUNK.test(line));
  // Behind the first hunk a line that was added may look like a header.
  const header = hunks < 0 ? lines : lines.slice(0, hunks);
  const named = (mark: string, side = ''): string | null => {
    const line = header.find((one) => one.startsWith(`${mark}${side}`) || one.startsWith(`${mark}"${side}`));
    return line === undefined ? null : nameIn(line.slice(mark.length)).slice(side.length);
  };
  return named('+++ ', 'b/') ?? named('--- ', 'a/') ?? named('rename to ') ?? nameOfBoth(lines[0] ?? '');
}

/** The second name of the line that begins a file: all there is of one that is no text. */
function nameOfBoth(line: string): string {
  const quoted = /^diff --git .* ("b\/(?:[^"\\]|\\.)*")$/.exec(line)?.[1];
  return quoted === undefined ? line.replace(/^diff --git .* b\//, '') : nameIn(quoted).slice('b/'.length);
}

const ESCAPES = /\\(?:([0-7]{3})|(.))/g;
const ESCAPED: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' }),
);

/** A name as git writes it: as it is, or in quotes like a string of C whose octal numbers are bytes. */
function nameIn(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  // A name with spaces has a tab behind it.
  if (quoted === undefined) return text.replace(/\t$/, '');
  const parts: Buffer[] = [];
  let read = 0;
  for (const { index, 0: all, 1: octal, 2: letter = '' } of quoted.matchAll(ESCAPES)) {
    parts.push(Buffer.from(quoted.slice(read, index)));
    parts.push(
      octal === undefined ? Buffer.from(ESCAPED.get(letter) ?? letter) : Buffer.of(parseInt(octal, 8)),
    );
    read = index + all.length;
  }
  return Buffer.concat([...parts, Buffer.from(quoted.slice(read))]).toString('utf8');
}
