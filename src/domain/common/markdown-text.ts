/** Text from a model or a repository as it may stand in Markdown: it stays text, on one line; no cell ends early, nothing
 * in it becomes a link, HTML or code. Empty text is a dash. */
export function markdownText(text: string): string {
  return (text.trim() === '' ? '–' : text.trim())
    .replace(/\s+/g, ' ')
    .replace(/[\\|`[\]*~]/g, '\\$&')
    .replace(/</g, '&lt;');
}

/** An ISO instant as people read it, in UTC: `2026-11-26 23:05:59 UTC`. */
export function markdownInstant(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}
