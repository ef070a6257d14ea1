/**
 * Text of a model or a repository as it may stand in Markdown: it stays text. Nothing in it becomes a heading,
 * table cell, link, image, HTML, mention or issue reference; line breaks become spaces.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
    .replace(/&/g, '&amp;')
    .replace(/#/g, '&#35;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;')
    .replace(/:(?=\/\/)/g, '&#58;')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, -1)}&#46;`)
    .replace(/[\\`*_~|[\]!]/g, '\\$&')
    .replace(/^([-+=]|\d+[.)])/, (match) => `${match.slice(0, -1)}\\${match.slice(-1)}`);
}

/** The same, cut to a number of characters before it is escaped. */
export function escapeExcerpt(text: string, characters: number): string {
  const points = [...text.trim()];
  return escapeMarkdown(points.length <= characters ? text : `${points.slice(0, characters - 1).join('')}…`);
}

/** A name of ours (id, role, branch, hash) as code; code mentions nobody. */
export function code(name: string): string {
  return `\`${name.replace(/[`|\s]+/g, ' ')}\``;
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell || '–').join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
