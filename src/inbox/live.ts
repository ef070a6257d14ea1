import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectiveStatus } from '../domain/objective/status';
import type { WatchStatus } from '../domain/deployment/watch-status';
import type { Desk } from '../ports/desk';
import { readOverview, type Overview } from './overview';

const OBJECTIVE_MS = 1_000;
const LIST_MS = 3_000;
/** Looks after the end, for what is written last: the delivery. */
const LAST_LOOKS = 20;
const NOBODY = 'No worker answers; `worker` brings one.';

interface Listener<T> {
  readonly show: (value: T) => void;
  /** Why there is nothing newer than what was shown last; told once, until something is shown again. */
  readonly lost: (why: string) => void;
  /** There is nothing to wait for any more. */
  readonly end: () => void;
}

/** What browsers watch, asked once for all of them, and only while one looks. */
export interface Live {
  objective(id: string, listener: Listener<ObjectiveStatus>): () => void;
  watch(id: string, listener: Listener<WatchStatus>): () => void;
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
  const around = { explain: (error: unknown) => desk.explain(error), signal: stopped.signal };
  const objectives = new Map<string, Subject<ObjectiveStatus>>();
  const watches = new Map<string, Subject<WatchStatus>>();
  let lists: Subject<Overview> | null = null;

  return {
    objective: (id, listener) => {
      let looks = 0;
      const subject =
        objectives.get(id) ??
        createSubject<ObjectiveStatus>({
          ...around,
          ask: async () => {
            const standing = await desk.status(id);
            return standing.kind === 'live' ? standing.status : null;
          },
          isLast: ({ outcome, delivery }) =>
            outcome !== null && (delivery !== null || (looks += 1) > LAST_LOOKS),
          everyMs: everyMs.objective,
          idle: () => objectives.delete(id),
        });
      objectives.set(id, subject);
      return subject.add(listener);
    },
    watch: (id, listener) => {
      const subject =
        watches.get(id) ??
        createSubject<WatchStatus>({
          ...around,
          ask: async () => (await desk.watch(id)).status,
          isLast: ({ outcome }) => outcome !== null,
          everyMs: everyMs.objective,
          idle: () => watches.delete(id),
        });
      watches.set(id, subject);
      return subject.add(listener);
    },
    list: (listener) => {
      lists ??= createSubject<Overview>({
        ...around,
        ask: () => readOverview(desk),
        isLast: () => false,
        everyMs: everyMs.list,
        idle: () => (lists = null),
      });
      return lists.add(listener);
    },
    stop: () => {
      stopped.abort();
    },
  };
}

interface Subject<T> {
  add(listener: Listener<T>): () => void;
}

function createSubject<T>(options: {
  /** null: nobody answers now. */
  readonly ask: () => Promise<T | null>;
  readonly explain: (error: unknown) => Promise<string>;
  readonly isLast: (value: T) => boolean;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Called when the last listener is gone, and at the end. */
  readonly idle: () => void;
}): Subject<T> {
  const { ask, explain, isLast, everyMs, signal, idle } = options;
  const listeners = new Set<Listener<T>>();
  let last: T | null = null;
  let lost: string | null = null;
  let running = false;

  /** Asks and tells; whether that was the last time. */
  const look = async (): Promise<boolean> => {
    try {
      const value = await ask();
      if (value === null) lose(NOBODY);
      else {
        last = value;
        for (const { show } of listeners) show(value);
        lost = null;
        return isLast(value);
      }
    } catch (error) {
      // Explained once: what is no fault of the user's is logged with it.
      if (lost === null) lose(await explain(error));
    }
    return false;
  };
  const lose = (why: string): void => {
    if (lost !== null) return;
    lost = why;
    for (const listener of listeners) listener.lost(why);
  };

  const run = async (): Promise<void> => {
    let over = false;
    while (!over && listeners.size > 0 && !signal.aborted) {
      over = await look();
      if (!over) await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
    running = false;
    idle();
    // A server that stops is not the end of what it showed: browsers try again by themselves.
    if (over) for (const { end } of listeners) end();
    listeners.clear();
  };

  return {
    add: (listener) => {
      listeners.add(listener);
      if (last !== null) listener.show(last);
      if (lost !== null) listener.lost(lost);
      if (!running) {
        running = true;
        void run();
      }
      return () => listeners.delete(listener);
    },
  };
}
