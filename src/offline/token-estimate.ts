/** Of the tokenizer since Claude 4.7, as its vendor describes it: a million tokens are about 2.5 million characters. */
const CHARACTERS_PER_TOKEN = 2.5;

/** Tokens of a text, roughly. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
