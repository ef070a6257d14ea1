import { createHash, type Hash } from 'node:crypto';
import type { MessagesRequest } from './messages-request';
import { factsOf } from './model-facts';
import { promptBlocks, type PromptBlock, type PromptLevel, type Ttl } from './prompt-blocks';
import { estimateTokens } from './token-estimate';

/** Input tokens as the Messages API splits them. */
export interface InputTokens {
  /** After the last breakpoint, or everything where nothing could be cached. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** Positions a breakpoint looks at, itself included. */
const LOOK_BACK = 20;
const LIFE_MS: Readonly<Record<Ttl, number>> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };
const KEPT_ENTRIES = 5000;

/*
 * The prompt cache as its vendor documents it:
 * 1. A breakpoint writes one entry, the hash of everything up to it; nothing is written for earlier places.
 * 2. A breakpoint reads the newest entry at itself or before, at most 20 positions back; a run of tool calls is one
 *    position, and so is a run of tool results. The longest prefix any breakpoint finds is read.
 * 3. A prefix shorter than the model's minimum is neither written nor read, without an error.
 * 4. An entry lives for five minutes or an hour, counted from the start of the request that wrote or last read it.
 * 5. Entries belong to a model; a change of tools, of the system prompt or of what is rendered into it makes others of
 *    everything behind it.
 */

interface Entry {
  readonly ttl: Ttl;
  /** Milliseconds. */
  readonly until: number;
}

/** A place where a prefix may end. */
interface Place {
  readonly hash: string;
  readonly tokens: number;
  readonly position: number;
  readonly ttl: Ttl | null;
}

/** Counts the input of requests one after the other, as if each had been answered before the next came. */
export function createPromptCache(now: () => number = Date.now): (request: MessagesRequest) => InputTokens {
  const entries = new Map<string, Entry>();

  function keep(hash: string, ttl: Ttl, time: number): void {
    const longer = entries.get(hash)?.ttl === '1h' ? '1h' : ttl;
    // To the end, so that the first ones are those unused for longest.
    entries.delete(hash);
    entries.set(hash, { ttl: longer, until: time + LIFE_MS[longer] });
  }

  return (request) => {
    const time = now();
    for (const [hash, { until }] of entries) if (until <= time) entries.delete(hash);
    const places = placesOf(request);
    const total = places.at(-1)?.tokens ?? 0;
    const { minimumPrefix } = factsOf(request.model);
    const breakpoints = places.filter((place) => place.ttl !== null && place.tokens >= minimumPrefix);
    const hits = breakpoints.flatMap((from) => lookBack(places, from, entries) ?? []);
    const read = Math.max(0, ...hits.map((hit) => hit.tokens));
    const lastOf = (ttl: Ttl): number =>
      Math.max(read, ...breakpoints.filter((place) => place.ttl === ttl).map((place) => place.tokens));
    const hour = lastOf('1h');
    const marked = Math.max(hour, lastOf('5m'));
    for (const { hash } of hits) keep(hash, entries.get(hash)?.ttl ?? '5m', time);
    for (const { hash, ttl } of breakpoints) keep(hash, ttl ?? '5m', time);
    for (const [oldest] of entries) {
      if (entries.size <= KEPT_ENTRIES) break;
      entries.delete(oldest);
    }
    return {
      input: total - marked,
      cacheRead: read,
      cacheWrite5m: marked - hour,
      cacheWrite1h: hour - read,
    };
  };
}

function lookBack(
  places: readonly Place[],
  from: Place,
  entries: ReadonlyMap<string, Entry>,
): Place | undefined {
  return places.findLast(
    (place) =>
      place.tokens <= from.tokens && from.position - place.position < LOOK_BACK && entries.has(place.hash),
  );
}

function placesOf(request: MessagesRequest): Place[] {
  const blocks = promptBlocks(request);
  const hash = createHash('sha256').update(request.model);
  let tokens = 0;
  let position = 0;
  let level: PromptLevel = 'tools';
  let before: PromptBlock | undefined;
  return blocks.map((block) => {
    if (block.level !== level) {
      enterLevel(hash, level, block.level, request);
      level = block.level;
    }
    hash.update('\n').update(block.text);
    tokens += estimateTokens(block.text);
    if (!continuesRun(before, block)) position++;
    before = block;
    return { hash: hash.copy().digest('hex'), tokens, position, ttl: block.ttl };
  });
}

/** What a request says beside its blocks is rendered in front of one of its levels. */
function enterLevel(hash: Hash, from: PromptLevel, to: PromptLevel, request: MessagesRequest): void {
  if (from === 'tools') hash.update(JSON.stringify(['system', request.output_config?.format ?? null]));
  if (to !== 'messages') return;
  const effort = request.output_config?.effort ?? factsOf(request.model).defaultEffort;
  hash.update(JSON.stringify(['messages', request.tool_choice ?? null, request.thinking ?? null, effort]));
}

function continuesRun(before: PromptBlock | undefined, block: PromptBlock): boolean {
  return before?.type === block.type && ['tool_use', 'tool_result'].includes(block.type);
}
