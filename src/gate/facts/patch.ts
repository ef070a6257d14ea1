/** One file of a patch without context lines. */
export interface PatchedFile {
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
  readonly binary: boolean;
  /** Lines of the new side with their numbers from 1; one line is at most 20,000 characters here. */
  readonly added: readonly { readonly line: number; readonly text: string }[];
}

const LONGEST_LINE = 20_000;

/**
 * Reads what `git diff -p -U0 --no-renames` prints with the prefixes `a/` and `b/`. Hunks are read by their counts, so that no
 * line of a file can pass for a header.
 */
export function parsePatch(patch: string): PatchedFile[] {
  const lines = patch.split('\n');
  const files: PatchedFile[] = [];
  let current:
    | { path: string; kind: PatchedFile['kind']; binary: boolean; added: PatchedFile['added'][number][] }
    | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('diff --git ')) {
      current = { path: pathOfHeader(line), kind: 'modified', binary: false, added: [] };
      files.push(current);
      continue;
    }
    if (current === undefined) continue;
    if (line.startsWith('new file mode ')) current.kind = 'added';
    else if (line.startsWith('deleted file mode ')) current.kind = 'deleted';
    else if (line.startsWith('Binary files ')) current.binary = true;
    else if (line.startsWith('+++ ') && line !== '+++ /dev/null') current.path = pathOf(line.slice(4));
    else if (line.startsWith('@@ ')) at += readHunk(lines, at, current.added);
  }
  return files;
}

/** Adds the hunk's new lines, and answers how many lines of the patch it took beyond its header. */
function readHunk(lines: readonly string[], at: number, added: { line: number; text: string }[]): number {
  const counts = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(lines[at] ?? '');
  if (counts === null) return 0;
  let removedLeft = Number(counts[1] ?? 1);
  let addedLeft = Number(counts[3] ?? 1);
  let line = Number(counts[2]);
  let taken = 0;
  while (removedLeft > 0 || addedLeft > 0) {
    const text = lines[at + taken + 1];
    if (text === undefined) break;
    if (text.startsWith('-')) removedLeft -= 1;
    else if (text.startsWith('+')) {
      addedLeft -= 1;
      added.push({ line, text: text.slice(1, LONGEST_LINE).replace(/\r$/, '') });
      line += 1;
    } else if (!text.startsWith('\\')) break;
    taken += 1;
  }
  return taken;
}

/** Both sides of `diff --git a/x b/x` are the same name here, since renames are off. */
function pathOfHeader(line: string): string {
  const rest = line.slice('diff --git '.length);
  if (rest.startsWith('"')) return pathOf(rest.slice(rest.length / 2 + 0.5));
  return rest.slice(2, (rest.length - 1) / 2);
}

/** A name as git prints it: with its prefix, in C quotes where it has control characters, quotes or backslashes. */
function pathOf(printed: string): string {
  // Git puts a tab behind a name with spaces in it.
  const name = printed.replace(/\t$/, '');
  if (!name.startsWith('"')) return name.slice(2);
  const bytes: number[] = [];
  const inner = name.slice(1, -1);
  for (const [token, octal, escaped] of inner.matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...Buffer.from(escaped === undefined ? token : (ESCAPES[escaped] ?? escaped)));
  }
  return Buffer.from(bytes).toString('utf8').slice(2);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};
