import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import type { BlobRef } from '../domain/common/blob';
import type { BlobStore } from '../ports/blob-store';
import { redactSecrets } from '../process/redact';

type Block = Anthropic.ContentBlockParam;

const Message = z.custom<Anthropic.MessageParam>(
  (value) =>
    z
      .looseObject({
        role: z.enum(['user', 'assistant']),
        content: z.array(z.looseObject({ type: z.string() })).min(1),
      })
      .safeParse(value).success,
  'not a message',
);
const ToolResult = z.custom<Anthropic.ToolResultBlockParam>(
  (value) =>
    z.looseObject({ type: z.literal('tool_result'), tool_use_id: z.string() }).safeParse(value).success,
  'not a tool result',
);

/** A conversation at rest. `pending`: the call that waits for its answer, and the finished results of its turn. */
export const Transcript = z.strictObject({
  version: z.literal(1),
  messages: z.array(Message),
  pending: z.strictObject({ toolUseId: z.string(), results: z.array(ToolResult) }).nullable(),
});
export type Transcript = z.infer<typeof Transcript>;

/** Stores a conversation without secrets. What the model was told is clean already; what it said is cleaned here. */
export async function saveTranscript(blobs: BlobStore, transcript: Transcript): Promise<BlobRef> {
  const messages = transcript.messages.map((message) => ({
    ...message,
    content: cleanContent(message.content),
  }));
  return blobs.put(JSON.stringify({ ...transcript, messages }));
}

/** Reads a stored conversation; throws where the blob is none. */
export async function readTranscript(blobs: BlobStore, ref: BlobRef): Promise<Transcript> {
  const json: unknown = JSON.parse((await blobs.get(ref)).toString('utf8'));
  return Transcript.parse(json);
}

/** Adds blocks to the conversation as the user's, into the last message where that is the user's already. */
export function tell(messages: Anthropic.MessageParam[], blocks: readonly Block[]): void {
  append(messages, 'user', blocks);
}

/** Adds a turn of the model, into the last message where the model goes on after a pause. */
export function say(messages: Anthropic.MessageParam[], content: readonly Block[]): void {
  append(messages, 'assistant', content);
}

/** A turn of the model as it may be kept: plain data, without secrets and without what would be refused on the way back. */
export function keepable(content: readonly Anthropic.ContentBlock[]): Block[] {
  // A streamed tool input is a getter over its JSON; the copy is plain data. Empty texts are refused.
  const plain = structuredClone(content).filter((block) => block.type !== 'text' || block.text !== '');
  const cleaned = cleanContent(plain);
  return typeof cleaned === 'string' ? [] : cleaned;
}

function append(
  messages: Anthropic.MessageParam[],
  role: 'user' | 'assistant',
  blocks: readonly Block[],
): void {
  if (blocks.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === role && Array.isArray(last.content)) {
    messages[messages.length - 1] = { role, content: [...last.content, ...blocks] };
  } else {
    messages.push({ role, content: [...blocks] });
  }
}

function cleanContent(content: Anthropic.MessageParam['content']): Anthropic.MessageParam['content'] {
  if (typeof content === 'string') return redactSecrets(content);
  const cleaned = content.map(cleanBlock);
  const changed = cleaned.some((block, index) => JSON.stringify(block) !== JSON.stringify(content[index]));
  // Thinking is signed together with what follows it; beside changed words it would be refused.
  return changed
    ? cleaned.filter((block) => block.type !== 'thinking' && block.type !== 'redacted_thinking')
    : content;
}

function cleanBlock(block: Block): Block {
  if (block.type === 'text') return { ...block, text: redactSecrets(block.text) };
  if (block.type === 'tool_use') return { ...block, input: cleanValue(block.input) };
  if (block.type === 'thinking') return { ...block, thinking: redactSecrets(block.thinking) };
  return block;
}

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  const record = z.record(z.string(), z.unknown()).safeParse(value);
  if (!record.success) return value;
  return Object.fromEntries(Object.entries(record.data).map(([key, inner]) => [key, cleanValue(inner)]));
}
