/** A headed part of a prompt; nothing where there is nothing to say. */
export function section(heading: string, body: string): string {
  const text = body.trim();
  return text === '' ? '' : `${heading}:\n${text}\n`;
}

/** Lines as a list; line breaks inside an item stay inside it. */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item.trim().replace(/\s*\n\s*/g, '\n  ')}`).join('\n');
}

/** Text that comes from the repository or a tool: quoted line by line, so that it cannot pass for our own words. */
export function quoted(text: string): string {
  return text.trim() === ''
    ? ''
    : text
        .trimEnd()
        .split('\n')
        .map((line) => `| ${line}`)
        .join('\n');
}

/** Parts of a prompt, empty ones left out, with one blank line between them. */
export function joinParts(parts: readonly string[]): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n');
}
