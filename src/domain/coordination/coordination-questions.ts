import type { BreakingChange } from '../contract/breaking-change';
import type { Question, TaskProgress } from '../work/task-progress';
import { questionOfBreaking } from '../escalation/trigger-questions';

const short = (text: string): string => (text.length <= 2000 ? text : `${text.slice(0, 1999)}…`);

/** The question when a rehearsal shows that data is destroyed, or the old version stops working. */
export function questionOfDestruction(progress: TaskProgress, destroys: readonly BreakingChange[]): Question {
  return {
    ...questionOfBreaking(progress, destroys),
    question: short(
      `${progress.task.id} "${progress.task.title}": the rehearsal on a replica shows that ` +
        `${destroys.map(({ what }) => what).join('; ')}. Shall it find a way that only adds?`,
    ),
  };
}

/** The question when designer and frontend do not come to terms. */
export function questionOfNoAgreement(
  progress: TaskProgress,
  contract: string,
  comments: readonly string[],
  by: string,
): Question {
  return {
    reason: 'levels-spent',
    question: short(
      `${by} has asked for changes of the contract ${contract} ${progress.contractRounds ?? 0} times. How shall it go on?`,
    ),
    evidence: comments.map(short).slice(0, 10),
    recommendation: 'retry',
    findings: [],
    restart: { kind: 'continue' },
    resume: null,
    red: [],
    acceptable: false,
  };
}
