/** What a text becomes, line by line: `  ` stays, `- ` goes, `+ ` comes. For texts of some hundred lines. */
export function lineDiff(before: string, after: string): readonly string[] {
  const a = linesOf(before);
  const b = linesOf(after);
  // common[i][j]: lines that a from i on and b from j on have in common, in order.
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = common[i] ?? [];
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const told: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      told.push(`  ${a[i] ?? ''}`);
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      told.push(`- ${a[i] ?? ''}`);
      i += 1;
    } else {
      told.push(`+ ${b[j] ?? ''}`);
      j += 1;
    }
  }
  return told.map((line) => line.trimEnd());
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
