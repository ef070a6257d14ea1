import { createHash } from 'node:crypto';
import { toolUseId } from './conversation';
import type { MessagesRequest } from './messages-request';
import type { LoadedReply } from './playbook';
import type { InputTokens } from './prompt-cache';
import { estimateTokens } from './token-estimate';

type Block =
  | { readonly type: 'text'; readonly text: string; readonly citations: null }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
      readonly caller: { readonly type: 'direct' };
    };

/** A Messages API answer, field for field. */
export interface Message {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly stop_sequence: null;
  readonly stop_details: null;
  readonly container: null;
  readonly usage: {
    readonly input_tokens: number;
    readonly cache_creation_input_tokens: number;
    readonly cache_read_input_tokens: number;
    readonly cache_creation: {
      readonly ephemeral_5m_input_tokens: number;
      readonly ephemeral_1h_input_tokens: number;
    };
    readonly output_tokens: number;
    readonly output_tokens_details: { readonly thinking_tokens: 0 };
    readonly server_tool_use: null;
    readonly service_tier: 'standard';
    readonly inference_geo: 'global';
    readonly speed: 'standard';
  };
}

/** Puts a reply into the shape of an answer; the same request and reply always give the same bytes. */
export function buildMessage(
  request: MessagesRequest,
  answerId: string,
  round: number,
  reply: Exclude<LoadedReply, { kind: 'error' }>,
  tokens: InputTokens,
): Message {
  const content = contentOf(answerId, round, reply);
  const digest = createHash('sha256').update(JSON.stringify(request.messages)).update(answerId).digest('hex');
  return {
    id: `msg_offline_${digest.slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content,
    stop_reason: stopReason(reply),
    stop_sequence: null,
    stop_details: null,
    container: null,
    usage: {
      input_tokens: tokens.input,
      cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
      cache_read_input_tokens: tokens.cacheRead,
      cache_creation: {
        ephemeral_5m_input_tokens: tokens.cacheWrite5m,
        ephemeral_1h_input_tokens: tokens.cacheWrite1h,
      },
      output_tokens: estimateTokens(JSON.stringify(content)),
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: 'global',
      speed: 'standard',
    },
  };
}

function contentOf(answerId: string, round: number, reply: Exclude<LoadedReply, { kind: 'error' }>): Block[] {
  if (reply.kind === 'json') return [{ type: 'text', text: JSON.stringify(reply.value), citations: null }];
  const text: Block[] = reply.text === null ? [] : [{ type: 'text', text: reply.text, citations: null }];
  const calls = reply.tools.map((call, index): Block => ({
    type: 'tool_use',
    id: toolUseId(answerId, index, round),
    name: call.name,
    input: call.input,
    caller: { type: 'direct' },
  }));
  return [...text, ...calls];
}

function stopReason(reply: Exclude<LoadedReply, { kind: 'error' }>): string {
  if (reply.kind === 'json') return 'end_turn';
  return reply.stop ?? (reply.tools.length > 0 ? 'tool_use' : 'end_turn');
}
