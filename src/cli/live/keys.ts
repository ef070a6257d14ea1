import type { Streams } from '../terminal';

/** What a key means while the tree is shown. */
export type KeyAction = 'open' | 'pause' | 'detach' | 'help' | 'interrupt' | 'suspend';

/** Keys in the order the help lists them. */
const KEYS: readonly {
  readonly keys: readonly string[];
  readonly action: KeyAction;
  /** Empty: not listed, since every terminal does it. */
  readonly help: string;
}[] = [
  { keys: ['e', '\r', '\n'], action: 'open', help: 'e or Enter answers an open question' },
  { keys: ['p'], action: 'pause', help: 'p pauses, or resumes' },
  { keys: ['d'], action: 'detach', help: 'd leaves it to the background' },
  { keys: ['?'], action: 'help', help: '? shows or hides this' },
  // In raw mode the terminal no longer makes signals of these two.
  { keys: ['\u0003'], action: 'interrupt', help: '' },
  { keys: ['\u001a'], action: 'suspend', help: '' },
];

/** A terminal whose keys come one by one while somebody listens. */
export interface Keys {
  /** Takes the keyboard; nothing when it has it already. */
  listen(): void;
  /** Gives it back as it was, so that a prompt or the shell reads whole lines again. */
  release(): void;
}

/** Keys of stdin; on a stream that has no raw mode nothing is read. */
export function createKeys(stdin: Streams['stdin'], onKey: (action: KeyAction) => void): Keys {
  let listening = false;
  const onData = (chunk: Buffer | string): void => {
    const text = chunk.toString();
    // What was pasted, and escape sequences such as arrows, mean nothing here; Ctrl-C counts wherever it stands.
    const key = text.includes('\u0003') ? '\u0003' : text;
    const row = KEYS.find(({ keys }) => keys.includes(key));
    if (row !== undefined) onKey(row.action);
  };
  return {
    listen: () => {
      if (listening || stdin.setRawMode === undefined) return;
      listening = true;
      stdin.setRawMode(true);
      stdin.on('data', onData);
      stdin.resume();
    },
    release: () => {
      if (!listening) return;
      listening = false;
      stdin.off('data', onData);
      stdin.setRawMode?.(false);
      stdin.pause();
    },
  };
}

/** The keys in one line, or what each does in lines. */
export function keyLines(help: boolean, columns: number): readonly string[] {
  const rows = KEYS.filter((row) => row.help !== '').map((row) => row.help);
  if (!help) return ['e answer · p pause · d detach · ? help'.slice(0, columns)];
  return [...rows, 'Ctrl-C interrupts; `attach` goes on from there'].map((row) => row.slice(0, columns));
}
