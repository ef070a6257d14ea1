import type { Prompts } from './ask';
import { openKeyboard } from './keyboard';
import { stopJob } from './stop-job';
import type { Streams } from '../terminal';

/** What the prompts of the library take beside the question. */
interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly signal: AbortSignal;
  /** Read when the prompt ends. */
  readonly clearPromptOnDone: boolean;
}

/** Lines of choices at once, and those of a terminal that are left to the question. */
const LEAST_LINES = 7;
const LINES_AROUND = 8;

/**
 * The prompts of a terminal. Ctrl-C rejects with an error named `ExitPromptError`, a signal with `AbortPromptError`.
 * @param signal withdraws what `confirm` asks; the other prompts are each given their own
 */
export async function createPrompts(
  signal?: AbortSignal,
  stdin: Streams['stdin'] = process.stdin,
): Promise<Prompts & { readonly confirm: (message: string) => Promise<boolean> }> {
  const { confirm, input, select } = await import('@inquirer/prompts');
  return {
    select: ({ message, choices, initial, signal }) =>
      askThroughStops(stdin, signal, (context) => {
        const pageSize = Math.max(
          LEAST_LINES,
          (process.stdout.isTTY ? process.stdout.rows : 0) - LINES_AROUND,
        );
        return select({ message, choices, default: initial, loop: false, pageSize }, context);
      }),
    input: async ({ message, initial = '', signal }) => {
      let typed = initial;
      return askThroughStops(stdin, signal, (context) =>
        input(
          {
            message,
            // What was typed before the job was stopped is there again.
            ...(typed === '' ? {} : { default: typed, prefill: 'editable' as const }),
            transformer: (value) => (typed = value),
          },
          context,
        ),
      );
    },
    confirm: (message) =>
      askThroughStops(stdin, signal, (context) => confirm({ message, default: false }, context)),
  };
}

/** Asks, and asks again after the job was stopped and goes on. */
async function askThroughStops<T>(
  stdin: Streams['stdin'],
  signal: AbortSignal | undefined,
  ask: (context: PromptContext) => Promise<T>,
): Promise<T> {
  for (;;) {
    const { stopped, ...keyboard } = openKeyboard(stdin);
    try {
      return await ask({
        input: keyboard.input,
        signal: signal === undefined ? stopped : AbortSignal.any([signal, stopped]),
        // Where the job was stopped by somebody else, what stands above the cursor is the shell's.
        get clearPromptOnDone() {
          return stopped.aborted && stopped.reason === 'asked';
        },
      });
    } catch (error) {
      if (!stopped.aborted || signal?.aborted === true) throw error;
    } finally {
      keyboard.close();
    }
    if (stopped.reason === 'asked') await stopJob();
  }
}
