import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';
import { printable, printableJson } from './live/text';

export type Colours = ReturnType<typeof pc.createColors>;

/** The three streams of a process, or their stand-ins. */
export interface Streams {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    /** Keys one by one, without echo and signals; a terminal has it. */
    readonly setRawMode?: (raw: boolean) => unknown;
  };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
}

/** Where commands speak; nothing else in the product prints. */
export interface Terminal {
  readonly json: boolean;
  /** Whether a person can watch and be asked: a TTY both ways that knows more than lines, no `--json`, not under CI. */
  readonly interactive: boolean;
  readonly paint: Colours;
  readonly streams: Streams;
  /** Characters a line may have, at this moment. */
  readonly columns: () => number;
  /** Lines the screen has, at this moment. */
  rows(): number;
  /** A line for people: stdout, or stderr under `--json`. */
  readonly say: (line: string) => void;
  /** A line that is no result: stderr. */
  readonly warn: (line: string) => void;
  /** One JSON value on a line of stdout; nothing without `--json`. */
  readonly emit: (value: unknown) => void;
}

const DEFAULT_COLUMNS = 100;
const DEFAULT_ROWS = 24;

export function createTerminal(
  streams: Streams,
  options: {
    readonly json: boolean;
    readonly noColor: boolean;
    readonly ci: boolean;
    /** It knows lines only, neither colours nor a cursor that moves: `TERM=dumb`. */
    readonly dumb?: boolean;
  },
): Terminal {
  const { stdin, stdout, stderr } = streams;
  const screen = options.json ? stderr : stdout;
  const { dumb = false } = options;
  const coloured = screen.isTTY === true && !options.noColor && !dumb;
  return {
    json: options.json,
    interactive: stdin.isTTY === true && stdout.isTTY === true && !options.json && !options.ci && !dumb,
    paint: pc.createColors(coloured),
    streams,
    // A terminal that nobody gave a size says 0.
    columns: () => positive(screen.columns) ?? DEFAULT_COLUMNS,
    rows: () => positive(screen.rows) ?? DEFAULT_ROWS,
    say: (line) => {
      screen.write(`${printable(line, coloured)}\n`);
    },
    warn: (line) => {
      stderr.write(`${printable(line, false)}\n`);
    },
    emit: (value) => {
      if (options.json) stdout.write(`${printableJson(value)}\n`);
    },
  };
}

function positive(count: number | undefined): number | undefined {
  return count === undefined || count <= 0 ? undefined : count;
}
