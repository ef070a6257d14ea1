import type { Gap } from '../plan/comparison';
import type { RefreshBaseResult } from '../quality-gate/gate-work';
import type { RedItem } from '../quality-gate/receipt';
import type { Question } from '../work/task-progress';

const short = (text: string): string => (text.length <= 2000 ? text : `${text.slice(0, 1999)}…`);

const STOP = {
  id: 'abort',
  label: 'Stop the objective',
  consequence: 'What is merged so far stays on the branch; the report says how it ended.',
  decision: 'abort',
} as const;

const OF_OBJECTIVE = {
  recommendation: 'retry',
  findings: [],
  restart: { kind: 'continue' },
  resume: null,
  acceptable: true,
} as const;

/** The question when the integrated tree is red although every merge was green. */
export function questionOfRedObjective(red: readonly RedItem[]): Question {
  return {
    ...OF_OBJECTIVE,
    reason: 'gate-red',
    question: short(
      `The integrated objective is red: ${red.map((item) => item.subject).join(', ')}. How shall it go on?`,
    ),
    evidence: red.map((item) => short(`${item.subject}: ${item.excerpt}`)).slice(0, 10),
    red,
  };
}

/** The question when items that matter too much to be passed over could not be decided. */
export function questionOfUndecided(items: readonly RedItem[]): Question {
  const names = items.map((item) => item.subject).join(', ');
  return {
    ...OF_OBJECTIVE,
    reason: 'review-needed',
    question: short(
      `Nobody could decide ${names} on the integrated tree: no failure was found, and no proof that there is none. ` +
        'Have you looked, and may it be delivered so?',
    ),
    evidence: items.map((item) => short(`${item.subject}: ${item.excerpt}`)).slice(0, 10),
    red: items,
    options: [
      {
        id: 'retry',
        label: 'Check again',
        consequence:
          'The gate runs again, for instance after a missing tool was installed; undecided again, you are asked again.',
        decision: 'retry',
      },
      {
        id: 'accept',
        label: 'Accept them as they are',
        consequence:
          `Waives exactly ${names} with your reason; the delivery is marked as having waivers.`.slice(0, 500),
        decision: 'accept',
      },
      STOP,
    ],
  };
}

/** How an accepted lack of a comparison is named among what was waived. */
export const NOT_COMPARED = 'comparison with the objective';

/** The question when nobody could say whether everything is built. */
export function questionOfNoComparison(problem: string): Question {
  return {
    ...questionOfGaps([]),
    question: short(
      `The integrated tree could not be compared with the objective: ${problem} Shall it be tried again?`,
    ),
    evidence: [],
  };
}

/** The question when something promised is still unbuilt after its repair round. */
export function questionOfGaps(gaps: readonly Gap[]): Question {
  return {
    ...OF_OBJECTIVE,
    reason: 'unbuilt',
    question: short(
      `${gaps.length === 1 ? 'One thing' : `${String(gaps.length)} things`} the objective asks for ` +
        `${gaps.length === 1 ? 'is' : 'are'} not in the integrated tree: ` +
        `${gaps.map((gap) => gap.what).join('; ')}. How shall it go on?`,
    ),
    evidence: gaps.map((gap) => short(`${gap.source}: ${gap.what} - ${gap.why}`)).slice(0, 10),
    red: [],
    options: [
      {
        id: 'retry',
        label: 'Compare again',
        consequence:
          'The tree is checked and compared once more; if something is still missing, you are asked again.',
        decision: 'retry',
      },
      {
        id: 'accept',
        label: 'Deliver without it',
        consequence: 'The delivery says what is missing and is marked as having waivers.',
        decision: 'accept',
      },
      STOP,
    ],
  };
}

/** The question when the base moved on and its new commits do not go together with the work. */
export function questionOfMovedBase(
  baseRef: string,
  result: Extract<RefreshBaseResult, { outcome: 'conflict' | 'red' }>,
): Question {
  const red = result.outcome === 'red' ? result.gate.red : [];
  const why =
    result.outcome === 'conflict'
      ? `merging it conflicts in ${result.files.join(', ')}`
      : `merged with it the work is red: ${red.map((item) => item.subject).join(', ')}`;
  return {
    ...OF_OBJECTIVE,
    reason: 'base-moved',
    question: short(
      `${baseRef} moved to ${result.base.slice(0, 12)} while the objective ran, and ${why}. How shall it be delivered?`,
    ),
    evidence: red.map((item) => short(`${item.subject}: ${item.excerpt}`)).slice(0, 10),
    red: [],
    recommendation: 'accept',
    options: [
      {
        id: 'retry',
        label: 'Try the merge again',
        consequence: `${baseRef} is looked at and merged again, for instance after it was mended; you are asked again if it fails.`,
        decision: 'retry',
      },
      {
        id: 'accept',
        label: 'Deliver it on the base it began with',
        consequence: 'The branch is delivered as it was checked; the report says that the base has moved.',
        decision: 'accept',
      },
      STOP,
    ],
  };
}
