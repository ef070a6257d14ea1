import { z } from 'zod';

const CacheControl = z.looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() });
export type CacheControl = z.infer<typeof CacheControl>;

const Block = z.looseObject({ type: z.string(), cache_control: CacheControl.nullish() });
const TextBlock = Block.extend({ type: z.literal('text'), text: z.string() });
const ToolUseBlock = Block.extend({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
});
const ToolResultBlock = Block.extend({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(Block)]).optional(),
  is_error: z.boolean().nullish(),
});
// A known type must have its shape; only types this model never makes pass unread.
const OtherBlock = Block.refine((block) => !['text', 'tool_use', 'tool_result'].includes(block.type), {
  message: 'the block lacks a field its type requires',
});
const ContentBlock = z.union([TextBlock, ToolUseBlock, ToolResultBlock, OtherBlock]);
export type ContentBlock = z.infer<typeof ContentBlock>;

const Content = z.union([
  z
    .string()
    .min(1, 'text content must not be empty')
    .transform((text): ContentBlock[] => [{ type: 'text', text }]),
  z.array(ContentBlock).min(1, 'content must not be empty'),
]);

/** The part of a Messages API request the offline model reads; string contents become one text block. */
export const MessagesRequest = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content: Content })).min(1),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  tools: z.array(z.looseObject({ name: z.string(), cache_control: CacheControl.nullish() })).optional(),
  /** A breakpoint at the last block that can have one. */
  cache_control: CacheControl.nullish(),
  stream: z.boolean().optional(),
  tool_choice: z.looseObject({}).optional(),
  thinking: z.looseObject({}).optional(),
  output_config: z
    .looseObject({
      effort: z.string().nullish(),
      format: z.looseObject({ schema: z.looseObject({ title: z.string().optional() }) }).nullish(),
    })
    .nullish(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

/** Like the above without `max_tokens`, for `count_tokens`. */
export const CountRequest = MessagesRequest.omit({ max_tokens: true, stream: true });

/**
 * What the API would refuse in a conversation beyond its shape: roles that do not alternate, a tool call
 * without its result right after it, a result without its call, an empty text. Null: nothing.
 */
export function findConversationFault({ messages }: Pick<MessagesRequest, 'messages'>): string | null {
  if (messages[0]?.role !== 'user') return 'messages.0: the first message must be the user’s';
  let open: string[] = [];
  const seen = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (index > 0 && message.role === messages[index - 1]?.role) {
      return `messages.${String(index)}: roles must alternate between "user" and "assistant"`;
    }
    const results = message.content.flatMap((block) => (isToolResult(block) ? [block.tool_use_id] : []));
    const missing = open.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      return `messages.${String(index)}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}`;
    }
    const stray = results.find((id) => !open.includes(id));
    if (stray !== undefined) {
      return `messages.${String(index)}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}`;
    }
    open = message.content.flatMap((block) => (isToolUse(block) ? [block.id] : []));
    if (open.length > 0 && message.role === 'user')
      return `messages.${String(index)}: a user cannot call tools`;
    for (const id of open) {
      if (seen.has(id)) return `messages.${String(index)}: \`tool_use\` ids must be unique: ${id}`;
      seen.add(id);
    }
    if (message.content.some((block) => isText(block) && block.text === '')) {
      return `messages.${String(index)}: text content blocks must be non-empty`;
    }
  }
  if (open.length > 0) {
    return `messages.${String(messages.length - 1)}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}`;
  }
  return null;
}

export function isText(block: ContentBlock): block is z.infer<typeof TextBlock> {
  return block.type === 'text';
}
export function isToolUse(block: ContentBlock): block is z.infer<typeof ToolUseBlock> {
  return block.type === 'tool_use';
}
export function isToolResult(block: ContentBlock): block is z.infer<typeof ToolResultBlock> {
  return block.type === 'tool_result';
}
