import type { ObjectiveStatus } from '../../domain/objective/status';
import { emitEvent } from '../emit-event';
import type { Terminal } from '../terminal';
import { asOfNow } from './as-of-now';
import { eventLine, eventsSince } from './event-lines';
import { createKeys, keyLines, type KeyAction } from './keys';
import { heightOf, renderTree, type TreeView } from './render-tree';
import { printable } from './text';

/** Shows snapshots as they come. */
export interface Display {
  show(status: ObjectiveStatus): void;
  /** A line that stays. */
  note(line: string): void;
  /** Leaves the terminal to a prompt; the next `show` takes it back. */
  pause(): void;
  close(): void;
}

type LiveView = Pick<TreeView, 'uiUrl' | 'call'> & {
  /** Told which key was pressed while the tree is shown; left out: the keyboard is not read. */
  readonly onKey?: (action: Exclude<KeyAction, 'help'>) => void;
};

/** The tree on a terminal that can be watched, lines or JSON elsewhere. */
export async function createDisplay(terminal: Terminal, view: LiveView): Promise<Display> {
  return terminal.interactive ? createTreeDisplay(terminal, view) : createLineDisplay(terminal);
}

const TICK_MS = 1000;
/** A window that is dragged tells many sizes. */
const RESIZED_MS = 60;
const CLEAR_SCREEN = '\u001b[H\u001b[2J';

async function createTreeDisplay(terminal: Terminal, { onKey, ...view }: LiveView): Promise<Display> {
  const { createLogUpdate } = await import('log-update');
  const { stdin, stdout } = terminal.streams;
  const update = createLogUpdate(stdout);
  let last: ObjectiveStatus | null = null;
  let help = false;
  let height = 0;
  const draw = (withKeys = onKey !== undefined): void => {
    if (last === null) return;
    const { paint } = terminal;
    const columns = terminal.columns();
    const footer = withKeys ? keyLines(help, columns) : [];
    const tree = renderTree(asOfNow(last), { ...view, paint, columns, rows: terminal.rows(), keys: footer });
    // Its patches leave what stands below a block where it was, though the block may have become higher.
    const nextHeight = heightOf(tree.split('\n'), columns);
    if (nextHeight !== height) update.clear();
    height = nextHeight;
    update(tree);
  };
  const keys = createKeys(stdin, (action) => {
    if (action !== 'help') {
      onKey?.(action);
      return;
    }
    help = !help;
    draw();
  });
  // Elapsed times move on between snapshots too.
  const ticker = setInterval(() => {
    if (last?.outcome === null) draw();
  }, TICK_MS);
  ticker.unref();
  let resized: NodeJS.Timeout | undefined;
  const onResize = (): void => {
    clearTimeout(resized);
    resized = setTimeout(() => {
      if (last === null) return;
      // The terminal has broken the drawn lines anew, so that nobody knows how many there are.
      update.done();
      stdout.write(CLEAR_SCREEN);
      draw();
    }, RESIZED_MS);
    resized.unref();
  };
  stdout.on('resize', onResize);
  const onContinued = (): void => {
    if (last === null) return;
    // The shell had the terminal meanwhile: its modes may be others, and the cursor is somewhere below.
    keys.release();
    update.done();
    draw();
    if (onKey !== undefined) keys.listen();
  };
  process.on('SIGCONT', onContinued);
  const leave = (): void => {
    draw(false);
    last = null;
    clearTimeout(resized);
    keys.release();
    update.done();
  };
  return {
    show: (status) => {
      last = status;
      draw();
      if (onKey !== undefined) keys.listen();
    },
    note: (line) => {
      update.persist(printable(line, terminal.paint.isColorSupported));
      draw();
    },
    pause: leave,
    close: () => {
      clearInterval(ticker);
      stdout.off('resize', onResize);
      process.off('SIGCONT', onContinued);
      leave();
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
