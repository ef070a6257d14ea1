// CSI and OSC sequences; what is left of any other is a control character.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/**
 * A text of a model or a repository as it may reach a terminal: escape sequences and control characters gone,
 * line breaks as spaces.
 */
export function plain(text: string): string {
  return text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}

/** The same with its lines kept. */
export function plainLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(ESCAPE_SEQUENCE, '').replace(/(?!\t)\p{Cc}/gu, ''))
    .join('\n');
}

/** Cut to a number of characters, with an ellipsis. */
export function cut(text: string, characters: number): string {
  if (characters <= 0) return '';
  const points = [...text];
  return points.length <= characters ? text : `${points.slice(0, Math.max(0, characters - 1)).join('')}…`;
}

export function pad(text: string, characters: number): string {
  const points = [...text];
  return points.length >= characters ? cut(text, characters) : text + ' '.repeat(characters - points.length);
}

/** `4s`, `2m05s`, `1h03m`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${String(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)}m${two(seconds % 60)}s`;
  return `${String(Math.floor(minutes / 60))}h${two(minutes % 60)}m`;
}

/** A count in at most five characters: `950`, `12.3k`, `123k`, `4.5M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  const [scaled, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1_000_000, 'M'];
  return `${scaled < 99.95 ? scaled.toFixed(1) : String(Math.round(scaled))}${unit}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
