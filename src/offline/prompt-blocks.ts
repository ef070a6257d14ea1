import type { CacheControl, MessagesRequest } from './messages-request';

/** Where in a request a block stands; caching sees the levels in this order. */
export type PromptLevel = 'tools' | 'system' | 'messages';

export type Ttl = '5m' | '1h';

/** One thing that counts as input: a tool's definition, a block of the system prompt or of a message. */
export interface PromptBlock {
  readonly level: PromptLevel;
  readonly type: string;
  /** The block as text, with its role and without its breakpoint. */
  readonly text: string;
  /** How long the prefix that ends here is to be kept; null: no breakpoint. */
  readonly ttl: Ttl | null;
  /** Whether a prefix may end here at all: not after what the model thought, nor after an empty text. */
  readonly cacheable: boolean;
}

type Prompt = Pick<MessagesRequest, 'messages' | 'system' | 'tools' | 'cache_control'>;

const MOST_BREAKPOINTS = 4;

/** Everything that counts as input, in the order caching sees it, with the automatic breakpoint where one is asked for. */
export function promptBlocks(prompt: Prompt): readonly PromptBlock[] {
  const blocks = explicitBlocks(prompt);
  const automatic = ttlOf(prompt.cache_control);
  const last = blocks.findLastIndex((block) => block.cacheable);
  return automatic === null
    ? blocks
    : blocks.map((block, index) => (index === last ? { ...block, ttl: automatic } : block));
}

/** What the API refuses about breakpoints; null: nothing. */
export function findBreakpointFault(prompt: Prompt): string | null {
  const blocks = explicitBlocks(prompt);
  const marked = blocks.filter((block) => block.ttl !== null);
  const uncacheable = marked.find((block) => !block.cacheable);
  if (uncacheable !== undefined) {
    return uncacheable.type === 'text'
      ? `${uncacheable.level}: cache_control cannot be set for empty text blocks`
      : `${uncacheable.level}: cache_control cannot be set for ${uncacheable.type} blocks`;
  }
  const automatic = ttlOf(prompt.cache_control);
  const last = blocks.findLast((block) => block.cacheable)?.ttl ?? null;
  if (automatic !== null && last !== null && last !== automatic) {
    return `cache_control: the last block has a breakpoint of its own with ttl='${last}'`;
  }
  const found = marked.length + (automatic !== null && last === null ? 1 : 0);
  if (found > MOST_BREAKPOINTS) {
    return `A maximum of ${String(MOST_BREAKPOINTS)} blocks with cache_control may be provided. Found ${String(found)}.`;
  }
  const ttls = promptBlocks(prompt).flatMap((block) => block.ttl ?? []);
  return ttls.lastIndexOf('1h') > ttls.indexOf('5m') && ttls.includes('5m')
    ? "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Blocks are processed in the order `tools`, `system`, `messages`."
    : null;
}

function explicitBlocks({ tools = [], system = [], messages }: Prompt): PromptBlock[] {
  const texts = typeof system === 'string' ? [{ type: 'text', text: system }] : system;
  return [
    ...tools.map((tool) => toBlock('tools', 'tool', tool)),
    ...texts.map((block) => toBlock('system', block.type, block)),
    ...messages.flatMap(({ role, content }) =>
      content.map((block) => toBlock('messages', block.type, { role, ...block })),
    ),
  ];
}

interface Markable {
  readonly cache_control?: CacheControl | null | undefined;
  readonly [field: string]: unknown;
}

function toBlock(level: PromptLevel, type: string, value: Markable): PromptBlock {
  const { cache_control: control, ...rest } = value;
  const thought = type === 'thinking' || type === 'redacted_thinking';
  const cacheable = !thought && !(type === 'text' && rest['text'] === '');
  return { level, type, text: JSON.stringify(rest), ttl: ttlOf(control), cacheable };
}

function ttlOf(control: CacheControl | null | undefined): Ttl | null {
  return control === null || control === undefined ? null : (control.ttl ?? '5m');
}
