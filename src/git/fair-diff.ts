/**
 * Cuts a unified diff to about `mostChars`, so that every file of it still stands there: small ones whole, large ones
 * with their beginning. What is left out is counted.
 */
export function cutFairly(diff: string, mostChars: number): string {
  if (diff.length <= mostChars) return diff;
  const files = diff.split(/^(?=diff --git )/m).filter((part) => part !== '');
  const shares = new Map<string, number>();
  let left = mostChars;
  for (const [index, file] of [...files].sort((a, b) => a.length - b.length).entries()) {
    const share = Math.min(file.length, Math.floor(left / (files.length - index)));
    shares.set(file, share);
    left -= share;
  }
  return files.map((file) => cut(file, shares.get(file) ?? 0)).join('');
}

function cut(file: string, chars: number): string {
  if (file.length <= chars) return file;
  const note = `(${String(file.length)} characters, cut)\n`;
  const kept = file.slice(0, Math.max(0, chars - note.length));
  return `${kept.slice(0, kept.lastIndexOf('\n') + 1)}${note}`;
}
