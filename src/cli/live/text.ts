import { fitting, widthOf } from './width';

// CSI and OSC sequences; what is left of any other is a control character.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

// Formats nobody sees: they turn the order of what is read around (bidirectional controls), or hide between letters.
const UNSEEN = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * A text of a model or a repository as it may reach a terminal: escape sequences, control characters and what nobody sees
 * gone, line breaks as spaces.
 */
export function plain(text: string): string {
  return text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(UNSEEN, '')
    .trim();
}

/** The same with its lines kept; what nobody sees is written out, since code that reads otherwise than it runs is told by it. */
export function plainLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(ESCAPE_SEQUENCE, '')
        .replace(/(?!\t)\p{Cc}/gu, '')
        .replace(UNSEEN, codePoint),
    )
    .join('\n');
}

// Control characters but tab and line feed.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const COLOUR = /(\u001b\[[0-9;]{0,16}m)/;

/**
 * Lines as they may be written to a terminal, whoever worded them: nothing there is obeyed but colours, and those only
 * where there are to be any. The last door, behind {@link plain} and {@link plainLines}.
 */
export function printable(text: string, coloured: boolean): string {
  if (text.search(CONTROLS) < 0) return text;
  const parts = coloured ? text.split(COLOUR) : [text];
  return parts.map((part, index) => (index % 2 === 1 ? part : part.replace(CONTROLS, ''))).join('');
}

/** JSON as it may be written to a terminal; the value is the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The text without the colours of our own. */
export function withoutColours(text: string): string {
  return text
    .split(COLOUR)
    .filter((_, index) => index % 2 === 0)
    .join('');
}

function codePoint(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Cut to a number of columns, with an ellipsis. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  return widthOf(text) <= columns ? text : `${fitting(text, columns - 1)}…`;
}

export function pad(text: string, columns: number): string {
  const width = widthOf(text);
  return width > columns ? cut(text, columns) : text + ' '.repeat(columns - width);
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
