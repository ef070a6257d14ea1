import type { SentMessage } from '../../client/department-client';
import { UserError } from '../../domain/common/user-error';
import type { Prompts } from './ask';
import type { Display } from './display';
import { plain } from './text';

/**
 * Asks until the answer is taken or left for later. One that is refused is asked for again at once: the refusal is shown, and
 * what was chosen and typed are the defaults. Where the question is settled meanwhile, the refusal is what came of it.
 */
export async function untilTaken(
  on: {
    readonly prompts: Prompts;
    readonly display: Pick<Display, 'note'>;
    readonly isOpen: () => Promise<boolean>;
  },
  ask: (prompts: Prompts) => Promise<SentMessage | null>,
): Promise<SentMessage | null> {
  const prompts = remembering(on.prompts);
  for (;;) {
    try {
      return await ask(prompts);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Where nobody can tell, the next try does.
      if (!(await on.isOpen().catch(() => true))) return { applied: false, message: error.message };
      on.display.note(`${plain(error.message)} Answer again, or decide later.`);
    }
  }
}

/** Prompts whose defaults are what was answered to the same words before. */
function remembering(prompts: Prompts): Prompts {
  const answers = new Map<string, string>();
  const keep = async (message: string, answer: Promise<string>): Promise<string> => {
    const text = await answer;
    answers.set(message, text);
    return text;
  };
  return {
    select: (asked) =>
      keep(asked.message, prompts.select({ ...asked, initial: answers.get(asked.message) ?? asked.initial })),
    input: (asked) => {
      const initial = answers.get(asked.message) ?? asked.initial;
      return keep(asked.message, prompts.input({ ...asked, ...(initial === undefined ? {} : { initial }) }));
    },
  };
}
