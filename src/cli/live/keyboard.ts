import { PassThrough } from 'node:stream';
import type { Streams } from '../terminal';

const CTRL_D = 0x04;
const CTRL_Z = 0x1a;

/** Why a prompt has to be asked again. */
type Stopped = 'asked' | 'continued';

/** The keyboard as a prompt reads it, but for the two keys prompts do wrong. */
export interface Keyboard {
  /** To be given to the prompt instead of stdin. */
  readonly input: PassThrough;
  /** Aborted by Ctrl-Z, with the reason `asked`, and where the job went on after it was stopped otherwise. */
  readonly stopped: AbortSignal;
  close(): void;
}

/**
 * Reads the keys for one prompt:
 *  - Ctrl-Z would stop this process alone, and leave a prompt behind that reads nothing any more;
 *  - Ctrl-D would end the prompt without an answer, so that whoever asks waits for ever. It means nothing.
 */
export function openKeyboard(stdin: Streams['stdin']): Keyboard {
  const stopped = new AbortController();
  const stop = (reason: Stopped): void => {
    stopped.abort(reason);
  };
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => stdin.setRawMode?.(raw),
  });
  const onData = (chunk: Buffer | string): void => {
    const keys = Buffer.from(chunk);
    const end = keys.indexOf(CTRL_Z);
    input.write((end < 0 ? keys : keys.subarray(0, end)).filter((key) => key !== CTRL_D));
    if (end >= 0) stop('asked');
  };
  const onContinued = (): void => {
    stop('continued');
  };
  stdin.on('data', onData);
  stdin.resume();
  process.on('SIGCONT', onContinued);
  return {
    input,
    stopped: stopped.signal,
    close: () => {
      stdin.off('data', onData);
      process.off('SIGCONT', onContinued);
      stdin.pause();
    },
  };
}
