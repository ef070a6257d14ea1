import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A bash with job control on a terminal of 80 columns, lent by `script` of util-linux. */
export interface Shell {
  type(text: string): void;
  /** Resolves when the text was shown since the last text that was waited for. */
  seen(text: string | RegExp): Promise<void>;
  screen(): string;
  /** The process group of the job in the foreground. */
  job(): Promise<number>;
  /** What the job's own shell runs. */
  program(): Promise<number>;
  /** Ends the shell and all that runs on its terminal. */
  close(): Promise<void>;
}

const PROMPT = 'shell>';

/**
 * @param folder where `script` keeps its log
 * @param variables of the shell; PATH, HOME and LANG are this process's own
 */
export async function openShell(folder: string, variables: Readonly<Record<string, string>>): Promise<Shell> {
  const { PATH, HOME, LANG } = process.env;
  const script = spawn(
    'script',
    ['-qfe', '-c', 'stty rows 30 cols 80; exec bash --norc --noprofile -i', join(folder, 'typescript')],
    {
      // The history of a person's shell is not ours to write.
      env: { PATH, HOME, LANG, TERM: 'xterm', PS1: PROMPT, HISTFILE: '', ...variables },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    },
  );
  let screen = '';
  let read = 0;
  const lookers = new Set<() => void>();
  script.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
    for (const look of lookers) look();
  });
  const ended = new Promise<void>((resolve) => {
    script.once('close', () => {
      resolve();
    });
  });
  const seen = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const rest = screen.slice(read);
        const found = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
        if (found < 0) return;
        read += found + (typeof text === 'string' ? text.length : 1);
        lookers.delete(look);
        resolve();
      };
      lookers.add(look);
      look();
      void ended.then(() => {
        reject(new Error(`The terminal ended before ${String(text)} was seen:\n${screen}`));
      });
    });
  await seen(PROMPT);
  const job = async (): Promise<number> => childOf(await childOf(script.pid));
  return {
    type: (text) => void script.stdin.write(text),
    seen,
    screen: () => screen,
    job,
    program: async () => childOf(await job()),
    close: async () => {
      // Its session leader gone, the terminal hangs up whatever runs on it.
      script.kill('SIGKILL');
      await ended;
    },
  };
}

async function childOf(pid: number | undefined): Promise<number> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}
