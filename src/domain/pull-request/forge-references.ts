/**
 * Plain text (a title, a message of a commit) in which forges find nobody to mention and no issue to close: a zero-width space
 * parts the sign from the name. GitHub looks into messages of commits, too.
 */
export function withoutReferences(text: string): string {
  return text.replace(/[@#](?=[\p{L}\p{N}_])|\bGH-(?=\d)/giu, '$&\u200b');
}
