import { z } from 'zod';
import { cut, plainLines } from './live/text';

const Block = z.looseObject({ type: z.string() });
const Content = z.union([z.string(), z.array(Block)]);
export const StoredMessage = z.looseObject({ role: z.string(), content: Content });
export type StoredMessage = z.infer<typeof StoredMessage>;

/** What a conversation blob must have to be printed. */
export const StoredTranscript = z.looseObject({ messages: z.array(StoredMessage) });

const LONGEST_BLOCK = 4000;

/** Messages of `next` that `previous` does not begin with: an attempt goes on where the last one stopped. */
export function newMessages(
  previous: readonly StoredMessage[],
  next: readonly StoredMessage[],
): readonly StoredMessage[] {
  let same = 0;
  while (same < previous.length && JSON.stringify(previous[same]) === JSON.stringify(next[same])) same += 1;
  // Blocks added to the last common message make it a new one; then it is shown again.
  return next.slice(same);
}

/** One message as text: who speaks, words, tool calls with their input, results. */
export function describeMessage(message: StoredMessage): string {
  const blocks = typeof message.content === 'string' ? [message.content] : message.content.map(describeBlock);
  return `${message.role}:\n${blocks.map((block) => indent(shorten(plainLines(block)))).join('\n')}`;
}

const TextBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const ThinkingBlock = z.looseObject({ type: z.literal('thinking'), thinking: z.string() });
const CallBlock = z.looseObject({ type: z.literal('tool_use'), name: z.string(), input: z.unknown() });
const ResultBlock = z.looseObject({
  type: z.literal('tool_result'),
  content: Content.optional(),
  is_error: z.boolean().optional(),
});

function describeBlock(block: z.infer<typeof Block>): string {
  const text = TextBlock.safeParse(block);
  if (text.success) return text.data.text;
  const thinking = ThinkingBlock.safeParse(block);
  if (thinking.success) return `(thinks) ${thinking.data.thinking}`;
  const call = CallBlock.safeParse(block);
  if (call.success) return `> ${call.data.name} ${describeInput(call.data.input)}`;
  const result = ResultBlock.safeParse(block);
  if (result.success)
    return `${result.data.is_error === true ? '< error: ' : '< '}${describeContent(result.data.content)}`;
  return `(${block.type})`;
}

function describeInput(input: unknown): string {
  const record = z.record(z.string(), z.unknown()).safeParse(input);
  if (!record.success) return input === undefined ? '' : JSON.stringify(input);
  return Object.entries(record.data)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return text.includes('\n') ? `${name}:\n${indent(text)}` : `${name}=${text}`;
    })
    .join(' ');
}

function describeContent(content: z.infer<typeof Content> | undefined): string {
  if (content === undefined) return '';
  return typeof content === 'string' ? content : content.map(describeBlock).join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

function shorten(text: string): string {
  const missing = [...text].length - LONGEST_BLOCK;
  return missing <= 0 ? text : `${cut(text, LONGEST_BLOCK)} (${String(missing)} characters more)`;
}
