/** The lines below a heading of a prompt, up to the next empty one. */
export function linesUnder(heading: string, told: string): string[] {
  const lines = told.split('\n');
  const start = lines.indexOf(`${heading}:`);
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.indexOf('');
  return end < 0 ? rest : rest.slice(0, end);
}

/** The same where the lines are quoted, without the marks. */
export function quotedUnder(heading: string, told: string): string[] {
  return linesUnder(heading, told).flatMap((line) => (line.startsWith('| ') ? [line.slice(2)] : []));
}
