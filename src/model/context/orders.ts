/*
 * Text of a repository or a tool that speaks to a model instead of about the software. Finding it changes nothing that
 * is allowed; it tells people which attempts to look at.
 */
const ORDERS: readonly RegExp[] = [
  /\b(ignore|disregard|forget|override)\b[^.\n]{0,40}\b(previous|prior|above|earlier|all|your|system)\b[^.\n]{0,40}\b(instructions?|orders?|prompts?|rules|directions)\b/i,
  /\b(you are now|act as|pretend to be)\b[^.\n]{0,60}\b(assistant|agent|model|admin|root|unrestricted|developer mode)\b/i,
  /\b(note|attention|instructions?|message)\s+(to|for)\s+(the\s+)?(ai|llm|model|assistant|coding agent|agent)s?\b/i,
  /\b(reveal|print|show|send|post|upload|exfiltrate)\b[^.\n]{0,60}\b(system prompt|api[ _-]?keys?|secrets?|credentials|private keys?)\b/i,
  /<\/?\s*(system|assistant|tool_result|function_calls?|instructions?)\s*>/i,
  /^\s*(system|assistant)\s*:\s*\S/im,
];

/** Whether a text gives orders to a model. */
export function givesOrders(text: string): boolean {
  return ORDERS.some((pattern) => pattern.test(text));
}
