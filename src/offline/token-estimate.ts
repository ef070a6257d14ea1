import { createHash } from 'node:crypto';
import { cacheableBlocks, type MessagesRequest } from './messages-request';

/** Input tokens as the Messages API splits them. */
export interface InputTokens {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Tokens of a text, roughly: a quarter of its bytes. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

const KEPT_PREFIXES = 5000;

/**
 * Counts input as the API's prompt cache would: up to the longest prefix seen before it is read from the cache,
 * from there to the last breakpoint it is written, the rest is plain input.
 */
export function createCacheAccount(): (request: MessagesRequest) => InputTokens {
  const seen = new Set<string>();
  return (request) => {
    const hash = createHash('sha256').update(request.model);
    let total = 0;
    let read = 0;
    let marked = 0;
    for (const block of cacheableBlocks(request)) {
      hash.update(block.text);
      total += estimateTokens(block.text);
      // Every block boundary is looked up, as the API looks back from a breakpoint; only breakpoints are kept.
      const prefix = hash.copy().digest('hex');
      if (seen.has(prefix)) read = total;
      if (block.marked) {
        marked = total;
        seen.add(prefix);
      }
    }
    for (const oldest of seen) {
      if (seen.size <= KEPT_PREFIXES) break;
      seen.delete(oldest);
    }
    return { input: total - Math.max(read, marked), cacheRead: read, cacheWrite: Math.max(0, marked - read) };
  };
}
