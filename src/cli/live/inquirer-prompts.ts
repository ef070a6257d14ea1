import type { Prompts } from './ask';

/** The prompts of a terminal. Ctrl-C rejects with an error named `ExitPromptError`. */
export async function createPrompts(): Promise<
  Prompts & { readonly confirm: (message: string) => Promise<boolean> }
> {
  const { confirm, input, select } = await import('@inquirer/prompts');
  return {
    select: ({ message, choices, initial, signal }) =>
      select({ message, choices, default: initial, loop: false }, { signal }),
    input: ({ message, signal }) => input({ message }, { signal }),
    confirm: (message) => confirm({ message, default: false }),
  };
}
