import type Anthropic from '@anthropic-ai/sdk';
import { ModelFailure } from '../../domain/usage/model-failure';
import { withBreakpoints } from '../cache-breakpoints';
import { charterPrompt } from '../prompts/charter';
import { estimateUsd, modelId, usageOf } from '../models';
import { QUICK_TRIES, quickPauseMs, wallMs } from '../provider-walls';
import { streamMessage } from '../stream-message';
import { refuseUnusable } from '../structured';
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
    output_config: { effort: role.effort },
    ...withBreakpoints({
      tools: setting.tools.map((tool) => tool.definition),
      system: [charterPrompt(request.dossier.roles), role.prompt],
      messages: state.messages,
    }),
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
