import { performance } from 'node:perf_hooks';
import type { ObjectiveStatus } from '../../domain/status';
import { emitEvent } from '../emit-event';
import type { Terminal } from '../terminal';
import { eventLine, eventsSince } from './event-lines';
import { renderTree, type TreeView } from './render-tree';

/** Shows snapshots as they come. */
export interface Display {
  show(status: ObjectiveStatus): void;
  /** A line that stays. */
  note(line: string): void;
  /** Leaves the terminal to a prompt; the next `show` takes it back. */
  pause(): void;
  close(): void;
}

/** The tree on a terminal that can be watched, lines or JSON elsewhere. */
export async function createDisplay(
  terminal: Terminal,
  view: Pick<TreeView, 'uiUrl' | 'call'>,
): Promise<Display> {
  return terminal.interactive ? createTreeDisplay(terminal, view) : createLineDisplay(terminal);
}

async function createTreeDisplay(
  terminal: Terminal,
  view: Pick<TreeView, 'uiUrl' | 'call'>,
): Promise<Display> {
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(terminal.streams.stdout);
  let last: ObjectiveStatus | null = null;
  let shownAt = 0;
  const draw = (status: ObjectiveStatus): void => {
    const { paint } = terminal;
    update(renderTree(status, { ...view, paint, columns: terminal.columns(), rows: terminal.rows() }));
  };
  // Elapsed times move on between snapshots too.
  const ticker = setInterval(() => {
    if (last?.outcome !== null) return;
    const now = Date.parse(last.now) + (performance.now() - shownAt);
    draw({ ...last, now: new Date(now).toISOString() });
  }, 1000);
  ticker.unref();
  return {
    show: (status) => {
      last = status;
      shownAt = performance.now();
      draw(status);
    },
    note: (line) => {
      update.persist(line);
    },
    pause: () => {
      last = null;
      update.done();
    },
    close: () => {
      clearInterval(ticker);
      update.done();
    },
  };
}

/** One line per event; under `--json` one object per event. */
export function createLineDisplay(terminal: Terminal): Display {
  let seq = 0;
  return {
    show: (status) => {
      const { missed, events } = eventsSince(status, seq);
      if (missed > 0) terminal.say(`… ${String(missed)} earlier events are only in the history`);
      for (const event of events) {
        terminal.say(eventLine(event));
        emitEvent(terminal, { type: 'event', ...event });
      }
      seq = events.at(-1)?.seq ?? seq;
    },
    note: terminal.say,
    pause: () => undefined,
    close: () => undefined,
  };
}
