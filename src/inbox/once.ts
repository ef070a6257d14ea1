import { createHash } from 'node:crypto';
import type { Reply } from './exchange';

/** Forms of one browser whose answers are kept. */
const MOST_KEPT = 16;

/**
 * One answer for a form, however often its button is pressed: whoever presses twice has sent one thing. Each page's forms
 * have a mark of their own, so that the same words from a newer page are sent anew.
 */
export interface Once {
  /** Answers with what came of the first of these, also while that is not known yet. */
  answer(path: string, form: ReadonlyMap<string, string>, act: () => Promise<Reply>): Promise<Reply>;
}

export function createOnce(): Once {
  const answers = new Map<string, Promise<Reply>>();
  return {
    answer: (path, form, act) => {
      const key = createHash('sha256')
        .update(JSON.stringify([path, ...form]))
        .digest('hex');
      const before = answers.get(key);
      if (before !== undefined) return before;
      const made = act();
      answers.set(key, made);
      const [oldest] = answers.keys();
      if (answers.size > MOST_KEPT && oldest !== undefined) answers.delete(oldest);
      // What could not be sent may be sent again.
      made.catch(() => answers.delete(key));
      return made;
    },
  };
}
