import { createHash } from 'node:crypto';
import { MessagesRequest } from '../../src/offline/messages-request';
import { promptBlocks } from '../../src/offline/prompt-blocks';

/** Shortest prefix that is cached, in tokens, of the least generous of the department's models. */
const MINIMUM_TOKENS = 1024;
const LOOK_BACK_BLOCKS = 20;

interface Counted {
  readonly read: number;
  readonly written: number;
  readonly total: number;
}

/**
 * The provider's cache rules written down once more, apart from the offline server: entries are written at
 * breakpoints only, of prefixes long enough, and found at most 20 blocks before a breakpoint. Tokens are bytes / 4.
 */
export function createStrictCache(): (body: unknown) => Counted {
  const entries = new Set<string>();
  return (body) => {
    const request = MessagesRequest.parse(body);
    const hash = createHash('sha256').update(request.model);
    let total = 0;
    const prefixes = promptBlocks(request).map(({ text, ttl }) => {
      const marked = ttl !== null;
      total += Math.ceil(Buffer.byteLength(text) / 4);
      return { key: hash.update(text).copy().digest('hex'), tokens: total, marked };
    });
    const marks = prefixes.flatMap((prefix, index) => (prefix.marked ? [index] : []));
    const read = Math.max(
      0,
      ...marks.flatMap((mark) =>
        prefixes
          .slice(Math.max(0, mark - LOOK_BACK_BLOCKS), mark + 1)
          .filter(({ key }) => entries.has(key))
          .map(({ tokens }) => tokens),
      ),
    );
    const written = marks.map((mark) => prefixes[mark]).filter((row) => row !== undefined);
    for (const { key, tokens } of written) if (tokens >= MINIMUM_TOKENS) entries.add(key);
    const end = Math.max(0, ...written.map(({ tokens }) => tokens).filter((n) => n >= MINIMUM_TOKENS));
    return { read, written: Math.max(0, end - read), total };
  };
}
