import { hostsOf, isBlockedOutside } from '../target/external-service';
import { concernOf, describeFailure, failureReport, redOf } from './failure-text';
import type { ConsultationQuestion } from '../work/handoff';
import { LEVELS, peerFor } from '../department/levels';
import { questionAfterLadder } from './questions';
import { questionOfBlockedService } from './trigger-questions';
import type { Failure, Question, TaskProgress } from '../work/task-progress';
import type { AttemptPrompt } from '../work/work';

/*
 * The ladder for work failures (charter: "Error Escalation Protocol"), as pure transitions:
 * what happened plus what was spent gives the next step. Contract:
 *  1. a level is entered when the one before is spent; LEVELS says how many attempts each grants;
 *  2. a level-2 attempt follows a consultation, a level-3 attempt a review by the coordinator;
 *  3. conflicts and red-together start at level 3 with one attempt, changes outside the task's claims at level 3;
 *  4. work blocked on a service outside the department: one review, then a human is asked;
 *  5. after a human granted an attempt, failing again asks the human again;
 *  6. nothing here knows about provider errors or lost workers.
 */

const granted = (level: 1 | 2 | 3): number => LEVELS[level].attempts;

function spend(progress: TaskProgress, level: 1 | 2 | 3): TaskProgress {
  return { ...progress, level, spent: { ...progress.spent, [level]: progress.spent[level] + 1 } };
}

/** A task that waits for a human. */
export const ask = (progress: TaskProgress, question: Question): TaskProgress => ({
  ...progress,
  level: 4,
  step: { kind: 'ask', question },
});

function failurePrompt(failure: Failure): AttemptPrompt {
  return { kind: 'failure', text: describeFailure(failure), red: [...redOf(failure)] };
}

/** Work that waits for a service outside: the coordinator looks at it once, then it is a human's. */
function climbOutside(progress: TaskProgress, failure: Failure): TaskProgress {
  if (progress.level === 4 || progress.reviewedOutside || progress.spent[3] >= granted(3))
    return ask(progress, questionOfBlockedService(progress, failure));
  return { ...spend(progress, 3), reviewedOutside: true, step: { kind: 'review', failure } };
}

/** The next step after work failed. */
export function climb(before: TaskProgress, failure: Failure): TaskProgress {
  const progress = {
    ...before,
    unreachable: [...new Set([...before.unreachable, ...hostsOf(failure)])].slice(-20),
  };
  if (isBlockedOutside(failure, before.unreachable)) return climbOutside(progress, failure);
  if (progress.level === 4) return ask(progress, questionAfterLadder(progress, failure));
  if (failure.kind === 'conflict' || failure.kind === 'red-together') {
    if (progress.integrationTries >= 1) return ask(progress, questionAfterLadder(progress, failure));
    return {
      ...progress,
      level: 3,
      integrationTries: progress.integrationTries + 1,
      step: { kind: 'review', failure },
    };
  }
  if (failure.kind !== 'strayed' && progress.spent[1] < granted(1)) {
    const next = spend(progress, 1);
    return {
      ...next,
      step: {
        kind: 'attempt',
        level: 1,
        start: { kind: 'continue' },
        prompt: failurePrompt(failure),
        because: `after ${describeFailure(failure)}`.slice(0, 200),
      },
    };
  }
  const peer = peerFor(concernOf(failure), progress.specialist);
  if (peer !== null && progress.spent[2] < granted(2)) {
    return {
      ...spend(progress, 2),
      step: {
        kind: 'consult',
        peer,
        question: { concern: concernOf(failure), question: failureReport(failure).slice(0, 4000) },
        failure: describeFailure(failure),
      },
    };
  }
  const slow = redOf(failure).some((item) => item.subject === 'response-time');
  if (!slow && progress.spent[3] < granted(3)) {
    return { ...spend(progress, 3), step: { kind: 'review', failure } };
  }
  return ask(progress, questionAfterLadder(progress, failure));
}

/** The next step after a specialist asked for a peer: the consultation, or the level that follows. */
export function consult(progress: TaskProgress, question: ConsultationQuestion): TaskProgress {
  const peer = peerFor(question.concern, progress.specialist);
  if (peer !== null && progress.spent[2] < granted(2)) {
    const next = spend(progress, 2);
    return {
      ...next,
      level: progress.level === 4 ? 4 : 2,
      step: { kind: 'consult', peer, question, failure: null },
    };
  }
  const failure: Failure = {
    kind: 'unfinished',
    reason: question.question.slice(0, 1500),
    concern: question.concern,
  };
  if (question.concern === 'external') return climbOutside(progress, failure);
  if (progress.level !== 4 && progress.spent[3] < granted(3)) {
    return { ...spend(progress, 3), step: { kind: 'review', failure } };
  }
  return ask(progress, questionAfterLadder(progress, failure));
}
