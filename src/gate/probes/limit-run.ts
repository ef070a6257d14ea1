import type { Inspection } from '../inspection';
import type { ProbeRequest, ProbeResponse, RunningService } from '../facts/service';
import { createConversation, type Conversation } from './conversation';

const rooms = new WeakMap<Inspection, { opened: Promise<Conversation> | null; queue: Promise<unknown> }>();

/**
 * A turn with the one instance of the inspection that is asked too often on purpose: its limits are those it is configured
 * with, and nobody else asks it anything.
 */
export function inLimitRoom<T>(
  inspection: Inspection,
  work: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  const room = rooms.get(inspection) ?? { opened: null, queue: Promise.resolve() };
  rooms.set(inspection, room);
  const turn = room.queue.then(async () => {
    room.opened ??= openWith(inspection, {});
    return work(await room.opened);
  });
  room.queue = turn.catch(() => undefined);
  return turn;
}

/** A conversation with an instance of its own. */
export async function openWith(
  inspection: Inspection,
  env: Readonly<Record<string, string | null>>,
): Promise<Conversation> {
  const api = await inspection.api();
  const service = await inspection.startService({ seed: true, env });
  const { settings } = inspection;
  return createConversation(
    api.kind === 'openapi'
      ? { service, settings, operations: api.operations, document: api.document, schema: null }
      : { service, settings, operations: [], document: {}, schema: api.text },
  );
}

/** What a burst of requests came to. */
export interface Burst {
  readonly sent: number;
  readonly ms: number;
  /** The first answer that said the client asks too often; null: none did. */
  readonly refused: ProbeResponse | null;
  readonly last: ProbeResponse | null;
  /** Limit the answers' headers tell; null: they tell none. */
  readonly declared: number | null;
}

const CONNECTIONS = 16;

/** Sends the same request again and again until it is refused with 429, so many times, or so long. */
export async function burst(
  service: RunningService,
  request: ProbeRequest,
  bounds: { readonly requests: number; readonly ms: number },
): Promise<Burst> {
  const startedAt = performance.now();
  let sent = 0;
  const seen: { refused: ProbeResponse | null; last: ProbeResponse | null } = { refused: null, last: null };
  const worker = async (): Promise<void> => {
    while (seen.refused === null && sent < bounds.requests && performance.now() - startedAt < bounds.ms) {
      sent += 1;
      const response = await service.request(request).catch(() => null);
      if (response === null) continue;
      seen.last = response;
      if (response.status === 429) seen.refused ??= response;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const shown = seen.refused ?? seen.last;
  return {
    sent,
    ms: performance.now() - startedAt,
    ...seen,
    declared: shown === null ? null : declaredLimit(shown.headers),
  };
}

/** `RateLimit-Limit`, `X-RateLimit-Limit`, or the quota of `RateLimit-Policy`. */
export function declaredLimit(headers: ProbeResponse['headers']): number | null {
  for (const name of ['ratelimit-limit', 'x-ratelimit-limit', 'x-rate-limit-limit']) {
    const number = /\d+/.exec(headers[name] ?? '')?.[0];
    if (number !== undefined) return Number(number);
  }
  const policy = /\bq=(\d+)|\blimit=(\d+)|^\s*(\d+);w=/.exec(
    `${headers['ratelimit-policy'] ?? ''} ${headers['ratelimit'] ?? ''}`,
  );
  const quota = policy?.[1] ?? policy?.[2] ?? policy?.[3];
  return quota === undefined ? null : Number(quota);
}

/** Whether a refusal tells the client when to come again. */
export function tellsWhen({ headers }: ProbeResponse): boolean {
  return [
    'retry-after',
    'ratelimit-reset',
    'x-ratelimit-reset',
    'x-rate-limit-reset',
    'ratelimit',
    'x-rate-limit-retry-after-seconds',
  ].some((name) => (headers[name] ?? '') !== '');
}
