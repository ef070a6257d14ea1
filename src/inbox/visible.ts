// Characters that reorder or hide what stands around them, and controls other than tab and line breaks.
const HIDDEN = /(?![\t\n\r])[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A page in which nothing that was written elsewhere changes how the rest reads: such characters stand as their names,
 * `[U+202E]` (Boucher and Anderson, "Trojan Source", 2021).
 */
export function visible(html: string): string {
  return html.replace(HIDDEN, (character) => `[U+${nameOf(character)}]`);
}

function nameOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
