import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectiveStatus } from '../domain/status';
import type { Desk } from '../ports/desk';
import { readOverview, type Overview } from './overview';

const OBJECTIVE_MS = 1_000;
const LIST_MS = 3_000;
/** Looks after the end, for what is written last: the delivery. */
const LAST_LOOKS = 20;

interface Listener<T> {
  readonly show: (value: T) => void;
  /** There is nothing to wait for any more. */
  readonly end: () => void;
}

/** What browsers watch, asked once for all of them, and only while one looks. */
export interface Live {
  objective(id: string, listener: Listener<ObjectiveStatus>): () => void;
  list(listener: Listener<Overview>): () => void;
  stop(): void;
}

export function createLive(
  desk: Desk,
  everyMs: { readonly objective: number; readonly list: number } = {
    objective: OBJECTIVE_MS,
    list: LIST_MS,
  },
): Live {
  const stopped = new AbortController();
  const objectives = new Map<string, Watch<ObjectiveStatus>>();
  let lists: Watch<Overview> | null = null;

  return {
    objective: (id, listener) => {
      let looks = 0;
      const watch =
        objectives.get(id) ??
        createWatch<ObjectiveStatus>({
          ask: async () => {
            const standing = await desk.status(id);
            return standing.kind === 'live' ? standing.status : null;
          },
          isLast: ({ outcome, delivery }) =>
            outcome !== null && (delivery !== null || (looks += 1) > LAST_LOOKS),
          everyMs: everyMs.objective,
          signal: stopped.signal,
          idle: () => objectives.delete(id),
        });
      objectives.set(id, watch);
      return watch.add(listener);
    },
    list: (listener) => {
      lists ??= createWatch<Overview>({
        ask: () => readOverview(desk),
        isLast: () => false,
        everyMs: everyMs.list,
        signal: stopped.signal,
        idle: () => (lists = null),
      });
      return lists.add(listener);
    },
    stop: () => {
      stopped.abort();
    },
  };
}

interface Watch<T> {
  add(listener: Listener<T>): () => void;
}

function createWatch<T>(options: {
  /** null: nobody answers now. */
  readonly ask: () => Promise<T | null>;
  readonly isLast: (value: T) => boolean;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Called when the last listener is gone, and at the end. */
  readonly idle: () => void;
}): Watch<T> {
  const { ask, isLast, everyMs, signal, idle } = options;
  const listeners = new Set<Listener<T>>();
  let last: T | null = null;
  let running = false;

  const run = async (): Promise<void> => {
    while (listeners.size > 0 && !signal.aborted) {
      // A lost server is met by the next question; the page says meanwhile what it knew last.
      const value = await ask().catch(() => null);
      if (value !== null) {
        last = value;
        for (const { show } of listeners) show(value);
        if (isLast(value)) break;
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
    running = false;
    idle();
    for (const { end } of listeners) end();
    listeners.clear();
  };

  return {
    add: (listener) => {
      listeners.add(listener);
      if (last !== null) listener.show(last);
      if (!running) {
        running = true;
        void run();
      }
      return () => listeners.delete(listener);
    },
  };
}
