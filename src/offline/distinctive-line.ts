/** What tells one text from others, as a playbook says it. */
export interface Discriminator {
  readonly contains: readonly string[];
  readonly lacks: readonly string[];
}

/** Longest part of a line that becomes a pattern, in characters. */
const MAX_PATTERN = 120;
/** Shortest line worth a pattern. */
const MIN_LINE = 4;

/**
 * Patterns that hold for `text` and for none of the `others`: lines that only it has, or lines that only the other
 * one has. Others that read the same but for numbers and hashes cannot be told apart and are left.
 */
export function discriminate(text: string, others: readonly string[]): Discriminator {
  const contains: string[] = [];
  const lacks: string[] = [];
  for (const other of others) {
    if (
      contains.some((pattern) => !holds(pattern, other)) ||
      lacks.some((pattern) => holds(pattern, other))
    ) {
      continue;
    }
    const own = patternOfOnly(text, other);
    if (own !== null) contains.push(own);
    else {
      const theirs = patternOfOnly(other, text);
      if (theirs !== null) lacks.push(theirs);
    }
  }
  return { contains, lacks };
}

/** A line of `text` as a pattern that does not hold for `other`; the shortest on offer says it most plainly. */
function patternOfOnly(text: string, other: string): string | null {
  const theirs = new Set(other.split('\n').map((line) => line.trim()));
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= MIN_LINE && !theirs.has(line) && !line.includes('[redacted:'))
    .map(linePattern)
    .filter((pattern) => !holds(pattern, other));
  return patterns.reduce<string | null>(
    (best, next) => (best === null || next.length < best.length ? next : best),
    null,
  );
}

/** A line as a pattern that bears with what differs between two runs of the same: numbers, hashes, ids. */
function linePattern(line: string): string {
  const cut = line.length > MAX_PATTERN ? line.slice(0, MAX_PATTERN) : line;
  return cut
    .split(/\b([0-9a-f]{7,64}|\d+(?:\.\d+)?)\b/)
    .map((part, index) =>
      index % 2 === 0 ? escapePattern(part) : part.length >= 7 ? '[0-9a-f.]+' : '[\\d.]+',
    )
    .join('');
}

/** A text as a pattern that matches just it. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function holds(pattern: string, text: string): boolean {
  return new RegExp(pattern, 'm').test(text);
}
