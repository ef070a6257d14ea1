import type { Message } from './message';

const CHUNK_CHARACTERS = 4000;

/** The events a streamed answer consists of, in the order and shape of the Messages API. */
export function* messageEvents(message: Message): Generator<string> {
  const { output_tokens: outputTokens, ...inputUsage } = message.usage;
  yield event('message_start', {
    message: { ...message, content: [], stop_reason: null, usage: { ...inputUsage, output_tokens: 1 } },
  });
  yield event('ping', {});
  for (const [index, block] of message.content.entries()) {
    if (block.type === 'text') {
      yield event('content_block_start', { index, content_block: { ...block, text: '' } });
      for (const text of chunks(block.text)) {
        yield event('content_block_delta', { index, delta: { type: 'text_delta', text } });
      }
    } else {
      yield event('content_block_start', { index, content_block: { ...block, input: {} } });
      for (const partial of ['', ...chunks(JSON.stringify(block.input))]) {
        yield event('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: partial },
        });
      }
    }
    yield event('content_block_stop', { index });
  }
  yield event('message_delta', {
    delta: { stop_reason: message.stop_reason, stop_sequence: null, stop_details: null, container: null },
    usage: {
      input_tokens: inputUsage.input_tokens,
      cache_creation_input_tokens: inputUsage.cache_creation_input_tokens,
      cache_read_input_tokens: inputUsage.cache_read_input_tokens,
      output_tokens: outputTokens,
      output_tokens_details: inputUsage.output_tokens_details,
      server_tool_use: null,
    },
  });
  yield event('message_stop', {});
}

function event(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function* chunks(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += CHUNK_CHARACTERS) yield text.slice(at, at + CHUNK_CHARACTERS);
}
