/** Lines of the new side, both ends included, counted from 1. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** What a unified diff says of one file that is there afterwards. */
export interface FileDiff {
  readonly path: string;
  /** Added or changed lines. */
  readonly added: readonly Range[];
  /** Lines that are gone, by the number of the new line they stood before. */
  readonly removed: ReadonlyMap<number, readonly string[]>;
}

const HUNK = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads a unified diff of text files as git writes it with `a/` and `b/`; what is cut off at the end is missing. */
export function parseUnifiedDiff(diff: string): FileDiff[] {
  const files: { path: string; added: Range[]; removed: Map<number, string[]> }[] = [];
  let current: (typeof files)[number] | undefined;
  let line: number | null = null;
  for (const text of diff.split('\n')) {
    if (text.startsWith('diff --git ')) {
      current = undefined;
      line = null;
      continue;
    }
    const header = line === null ? /^\+\+\+ (?:"b\/(.*)"|b\/(.*?))\t?$/.exec(text) : null;
    const path = header?.[1] === undefined ? header?.[2] : unquote(header[1]);
    if (path !== undefined) {
      current = { path, added: [], removed: new Map() };
      files.push(current);
      continue;
    }
    const start = HUNK.exec(text)?.[1];
    if (start !== undefined) {
      line = Number(start);
      continue;
    }
    if (current === undefined || line === null) continue;
    if (text.startsWith('+')) {
      const last = current.added.at(-1);
      if (last?.to === line - 1) current.added[current.added.length - 1] = { ...last, to: line };
      else current.added.push({ from: line, to: line });
      line += 1;
    } else if (text.startsWith('-')) {
      current.removed.set(line, [...(current.removed.get(line) ?? []), text.slice(1)]);
    } else if (text.startsWith(' ')) line += 1;
  }
  return files;
}

/** A name as git quotes it: bytes that are not plain as octal numbers. */
function unquote(name: string): string {
  const plain = name.replace(/\\(["\\])/g, '$1').replaceAll('%', '%25');
  const bytes = plain.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => `%${parseInt(octal, 8).toString(16).padStart(2, '0')}`,
  );
  try {
    return decodeURIComponent(bytes);
  } catch {
    // Not UTF-8: a name nothing else here can spell either.
    return name;
  }
}
