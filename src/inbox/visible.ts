import { raw } from 'hono/html';
import { html, type Html } from '../html/html';

// Characters that reorder or hide what stands around them or are not seen themselves, and controls other than tab and line breaks.
const HIDDEN =
  /(?![\t\n\r])[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/gu;

/**
 * A page in which nothing that was written elsewhere changes how the rest reads: such characters stand as their names,
 * `[U+202E]` (Boucher and Anderson, "Trojan Source", 2021).
 */
export function visible(html: string): string {
  return html.replace(HIDDEN, (character) => `[U+${nameOf(character)}]`);
}

/** What somebody wrote here themselves, for a field of a form: it is sent again as it was, joiners of their script too. */
export function kept(text: string): Html {
  const escaped = html`${text}`.toString();
  return html`${raw(escaped.replace(HIDDEN, (character) => `&#x${nameOf(character)};`))}`;
}

function nameOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
