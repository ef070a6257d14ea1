import type Anthropic from '@anthropic-ai/sdk';
import { ModelFailure } from '../../domain/model-failure';
import { estimateUsd, modelId, usageOf } from '../models';
import { QUICK_TRIES, quickPauseMs, wallMs } from '../provider-walls';
import { streamMessage } from '../stream-message';
import { refuseUnusable } from '../structured';
import type { Tool } from '../tools/tool';
import { keepable } from '../transcript';
import type { AttemptSetting } from './attempt';

/** What one request came to; anything that no waiting mends is thrown as ModelFailure. */
type Asked =
  | { readonly kind: 'answered' }
  | { readonly kind: 'unaffordable'; readonly needsUsd: number }
  | { readonly kind: 'wall'; readonly waitMs: number; readonly reason: string };

/**
 * Asks the model for the next turn and records it. A provider that names a time is left alone for it; one that just
 * fails is tried again by the caller's retry policy three times, then left alone, ever longer.
 */
export async function askModel(setting: AttemptSetting): Promise<Asked> {
  const { request, role, client, recalled } = setting;
  const { state, record } = recalled;
  const params: Anthropic.MessageStreamParams = {
    model: modelId(role.model),
    max_tokens: state.maxTokens,
    system: [{ type: 'text', text: role.prompt, cache_control: { type: 'ephemeral' } }],
    tools: definitions(setting.tools),
    messages: withBreakpoint(state.messages),
  };
  const estimate = estimateUsd(role.model, params, request.dossier.model);
  const spent = state.usage.usd ?? 0;
  if (request.allowanceUsd !== null && estimate !== null && spent + estimate > request.allowanceUsd) {
    return { kind: 'unaffordable', needsUsd: estimate };
  }
  await record({ kind: 'dispatched', estimateUsd: estimate });
  const startedAt = performance.now();
  try {
    const { signal } = request;
    const message = await streamMessage({ client, params, signal, idleMs: setting.idleMs });
    const content = keepable(message.content);
    await record({
      kind: 'answered',
      content,
      stopReason: message.stop_reason ?? 'end_turn',
      usage: usageOf(message, request.dossier.model),
      ms: performance.now() - startedAt,
      unrepeatable: setting.recalled.keepInputs(message.content, content),
    });
    refuseUnusable(message, request.task.id, state.usage);
    return { kind: 'answered' };
  } catch (error) {
    return failed(setting, error);
  }
}

async function failed(setting: AttemptSetting, error: unknown): Promise<Asked> {
  const { request, recalled } = setting;
  const { state, record } = recalled;
  if (state.dispatched === undefined) throw error;
  if (!(error instanceof ModelFailure)) {
    // Cut off by ourselves: it may well have been answered.
    if (request.signal.aborted) await record({ kind: 'failed', type: 'aborted', lost: true });
    throw error;
  }
  await record({ kind: 'failed', type: error.type, lost: error.type === 'Model.Timeout' });
  if (!error.retryable) throw error.with({ usage: state.usage });
  if (error.retryAfterMs !== null) return { kind: 'wall', waitMs: error.retryAfterMs, reason: error.message };
  if (error.type === 'Model.RateLimited' || state.failures >= QUICK_TRIES) {
    return { kind: 'wall', waitMs: wallMs(state.failures), reason: error.message };
  }
  throw error.with({ retryAfterMs: quickPauseMs(state.failures) });
}

/** Cache breakpoints stand at the end of what stays the same: the tools, the system prompt, the newest message. */
function definitions(tools: readonly Tool[]): Anthropic.Tool[] {
  return tools.map((tool, index) =>
    index === tools.length - 1
      ? { ...tool.definition, cache_control: { type: 'ephemeral' } }
      : tool.definition,
  );
}

function withBreakpoint(messages: readonly Anthropic.MessageParam[]): Anthropic.MessageParam[] {
  const newest = messages.findLastIndex((message) => message.role === 'user');
  return messages.map((message, index) => {
    if (index !== newest || typeof message.content === 'string') return message;
    const content = message.content.map((block, at) =>
      at === message.content.length - 1 && (block.type === 'text' || block.type === 'tool_result')
        ? { ...block, cache_control: { type: 'ephemeral' as const } }
        : block,
    );
    return { role: 'user', content };
  });
}
