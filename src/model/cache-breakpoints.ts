import type Anthropic from '@anthropic-ai/sdk';

/** The parts of a request in the order the provider's cache sees them. */
interface Prompt {
  readonly tools: readonly Anthropic.Tool[];
  /** What stays the same, the most shared first. The last two parts end with a breakpoint. */
  readonly system: readonly string[];
  readonly messages: readonly Anthropic.MessageParam[];
}

type CachedPrompt = Required<Pick<Anthropic.MessageStreamParams, 'tools' | 'messages'>> & {
  readonly system: Anthropic.TextBlockParam[];
};

const BREAKPOINT = { cache_control: { type: 'ephemeral' } } as const;
/** Of the four breakpoints a request may have, two stand in the system prompt and two move with the conversation. */
const SYSTEM_BREAKPOINTS = 2;
const MESSAGE_BREAKPOINTS = 2;

/**
 * Places the cache breakpoints of a request. The rules of the Messages API they follow:
 * 1. An entry is written at a breakpoint only, and holds everything before it: tools, system, messages, in this order.
 * 2. From a breakpoint the API looks back over at most 20 blocks for an entry. One turn may have more: ten calls and
 *    their results are 21. So the end of the user's message before the newest, where the last request wrote its
 *    entry, is marked as well, and is found whatever the turn held.
 * 3. At most 4 breakpoints.
 * 4. A prefix shorter than the model's minimum is not cached; tools and charter alone are longer.
 * 5. Thinking cannot be marked, nor an empty text; the user's messages hold neither.
 * Messages are not changed but copied where a mark goes; where the marks stand does not change what is cached.
 */
export function withBreakpoints({ tools, system, messages }: Prompt): CachedPrompt {
  const users = messages.flatMap((message, index) => (message.role === 'user' ? [index] : []));
  const marked = new Set(users.slice(-MESSAGE_BREAKPOINTS));
  return {
    tools: [...tools],
    system: system.map((text, index) => ({
      type: 'text',
      text,
      ...(index >= system.length - SYSTEM_BREAKPOINTS ? BREAKPOINT : {}),
    })),
    messages: messages.map((message, index) => (marked.has(index) ? markEnd(message) : message)),
  };
}

function markEnd(message: Anthropic.MessageParam): Anthropic.MessageParam {
  if (message.role !== 'user') return message;
  const blocks: readonly Anthropic.ContentBlockParam[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  const last = blocks.at(-1);
  return last?.type === 'text' || last?.type === 'tool_result'
    ? { role: 'user', content: [...blocks.slice(0, -1), { ...last, ...BREAKPOINT }] }
    : message;
}
