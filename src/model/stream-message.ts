import type Anthropic from '@anthropic-ai/sdk';
import { ModelFailure } from '../domain/usage/model-failure';
import { witnessOf } from './client';
import { toModelFailure } from './failures';

/** Longest silence of a stream, in milliseconds, before it counts as hung. */
export const DEFAULT_IDLE_MS = 120_000;

interface StreamRequest {
  readonly client: Anthropic;
  readonly params: Anthropic.MessageStreamParams;
  readonly signal: AbortSignal;
  readonly idleMs: number;
}

/**
 * Asks for one message as a stream and returns it whole; nothing of a stream that breaks is used. Any byte counts
 * as life (pings too: a model may think for long without an event), silence beyond `idleMs` aborts.
 * @throws ModelFailure; the signal's own reason when the caller aborted.
 */
export async function streamMessage(request: StreamRequest): Promise<Anthropic.Message> {
  request.signal.throwIfAborted();
  const witness = witnessOf(request.client);
  witness.asked?.(request.params);
  const watchdog = createWatchdog(request.idleMs);
  const signal = AbortSignal.any([request.signal, watchdog.signal]);
  const client = request.client.withOptions({ fetch: watchBytes(watchdog.alive) });
  try {
    const message = await client.messages.stream(request.params, { signal }).finalMessage();
    if (message.stop_reason === null) {
      throw new ModelFailure('Model.Unavailable', 'The answer of the model broke off');
    }
    witness.answered?.(request.params, message);
    return message;
  } catch (error) {
    request.signal.throwIfAborted();
    if (watchdog.signal.aborted) {
      const seconds = String(request.idleMs / 1000);
      throw new ModelFailure('Model.Timeout', `The model was silent for ${seconds} s`, { cause: error });
    }
    throw toModelFailure(error);
  } finally {
    watchdog.stop();
  }
}

interface Watchdog {
  readonly signal: AbortSignal;
  readonly alive: () => void;
  readonly stop: () => void;
}

function createWatchdog(idleMs: number): Watchdog {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, idleMs);
  return {
    signal: controller.signal,
    alive: () => timer.refresh(),
    stop: () => {
      clearTimeout(timer);
    },
  };
}

function watchBytes(alive: () => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    const watched = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          alive();
          controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(watched, { status, statusText, headers });
  };
}
