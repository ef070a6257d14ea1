import { assertNever } from '../common/assert-never';
import type { Escalation, EscalationOption } from './escalation';
import { describeFailure, redOf, restartAfter, sidesOf } from './failure-text';
import type { Finding, RaisedEscalation } from '../work/handoff';
import { mention } from '../department/specialists';
import type { Failure, Question, TaskProgress } from '../work/task-progress';

const short = (text: string): string => (text.length <= 2000 ? text : `${text.slice(0, 1999)}…`);

/** The question when levels 1 to 3 did not mend a task. */
export function questionAfterLadder(progress: TaskProgress, failure: Failure): Question {
  const red = redOf(failure);
  const slow = red.some((item) => item.subject === 'response-time');
  const conflict = failure.kind === 'conflict';
  return {
    reason: slow ? 'performance-unachievable' : conflict ? 'merge-conflict' : 'levels-spent',
    question: short(
      `${progress.task.id} "${progress.task.title}" did not pass after ${progress.attemptCount} attempts. ` +
        `${describeFailure(failure)} How shall it go on?`,
    ),
    evidence: red.map((item) => short(`${item.subject}: ${item.excerpt}`)).slice(0, 10),
    recommendation: 'retry',
    findings: [],
    restart: restartAfter(failure),
    resume: null,
    red,
    acceptable: progress.commit !== null && !conflict,
    sides: sidesOf(failure),
  };
}

/** The question when a review found something grave: about security, or about the system's design only. */
export function questionOfFindings(progress: TaskProgress, findings: readonly Finding[]): Question {
  const first = findings[0];
  const ofDesign = findings.every((finding) => finding.about === 'architecture');
  const noun = ofDesign ? "mismatch with the system's design" : 'problem';
  const many = ofDesign ? "mismatches with the system's design" : 'problems';
  return {
    reason: ofDesign ? 'architectural-question' : 'security-concern',
    question: short(
      `${mention(progress.specialist)} found ${findings.length === 1 ? `a ${noun}` : `${findings.length} ${many}`} of high severity` +
        `${first === undefined ? '' : `: ${first.title} (${first.file})`}. Shall it be mended before delivery?`,
    ),
    evidence: findings
      .map((f) =>
        short(
          `[${f.severity}${f.about === 'architecture' ? ', architecture' : ''}] ${f.title} - ${f.file}${f.line === null ? '' : `:${f.line}`}\n${f.detail}\nRemedy: ${f.remedy}`,
        ),
      )
      .slice(0, 10),
    recommendation: 'mend',
    findings,
    restart: { kind: 'fresh-on-head' },
    resume: null,
    red: [],
    acceptable: true,
  };
}

/** The question a specialist asked for itself through `raise_escalation`. */
export function questionRaised(progress: TaskProgress, raised: RaisedEscalation): Question {
  return {
    reason: raised.trigger,
    question: short(raised.question),
    evidence: [
      ...raised.evidence.map(short),
      short(`Recommended by ${mention(progress.specialist)}: ${raised.recommendation}`),
    ].slice(0, 10),
    recommendation: 'retry',
    findings: [],
    restart: { kind: 'continue' },
    resume: null,
    red: [],
    acceptable: progress.commit !== null,
  };
}

/** The question when an activity could not do its job at all, for a task or for the objective. */
export function questionOfTrouble(
  reason: Question['reason'],
  text: string,
  resume: Question['resume'] = null,
): Question {
  return {
    reason,
    question: short(text),
    evidence: [],
    recommendation: 'retry',
    findings: [],
    restart: { kind: 'continue' },
    resume,
    red: [],
    acceptable: false,
  };
}

/** The question when the budget is spent: raise it, think cheaper, drop what is not begun, or stop. */
export function questionOfSpentBudget(budgetUsd: number, spentUsd: number): Question {
  return {
    ...questionOfTrouble(
      'budget-exhausted',
      `Of the budget of ${budgetUsd} USD ${spentUsd.toFixed(2)} USD are spent, and the next call needs more than is left. How shall it go on?`,
    ),
    recommendation: 'raise',
    options: [
      {
        id: 'raise',
        label: 'Raise the budget',
        consequence:
          'Set it with setBudget (command: budget); that alone answers this. Work goes on where it stopped.',
        decision: 'retry',
      },
      {
        id: 'cheaper',
        label: 'Go on with cheaper models',
        consequence:
          'Every role thinks one model lower from its next attempt on; the budget must still leave room.',
        decision: 'retry',
      },
      {
        id: 'drop',
        label: 'Leave out what is not begun',
        consequence: 'Tasks without an attempt are skipped; what is merged is checked and delivered.',
        decision: 'skip',
      },
      {
        id: 'abort',
        label: 'Stop the objective',
        consequence: 'What is merged so far stays on the branch; the report says aborted.',
        decision: 'abort',
      },
    ],
  };
}

/** The question when a task has spent its own budget: raise it, leave the task out, or stop. */
export function questionOfTaskBudget(
  { task, usage }: Pick<TaskProgress, 'task' | 'usage'>,
  resume: NonNullable<Question['resume']>,
): Question {
  const { id, title, budgetUsd = 0 } = task;
  return {
    ...questionOfTrouble(
      'budget-exhausted',
      `${id} "${title}" has spent ${(usage.usd ?? 0).toFixed(2)} USD of its own budget of ${budgetUsd} USD, and its next call needs more than is left. How shall it go on?`,
      resume,
    ),
    recommendation: 'raise',
    options: [
      {
        id: 'raise',
        label: 'Raise the budget of the task',
        consequence: `Set it with an edit of the plan (command: plan <objective> budget ${id} <usd>); that alone answers this. The task goes on where it stopped.`,
        decision: 'retry',
      },
      {
        id: 'skip',
        label: 'Leave it out',
        consequence: 'This task and everything that depends on it is skipped.',
        decision: 'skip',
      },
      {
        id: 'abort',
        label: 'Stop the objective',
        consequence: 'What is merged so far stays on the branch; the report says aborted.',
        decision: 'abort',
      },
    ],
  };
}

function optionFor(decision: EscalationOption['decision'], question: Question): EscalationOption | null {
  switch (decision) {
    case 'retry':
      return question.findings.length > 0
        ? {
            id: 'mend',
            label: 'Have the findings mended, then audit again',
            consequence: 'A repair task is added to the plan; the audit runs again after it.',
            decision,
          }
        : {
            id: 'retry',
            label: 'Try again with your guidance',
            consequence: 'One more attempt; if it fails, you are asked again.',
            decision,
          };
    case 'reassign':
      return question.findings.length > 0
        ? null
        : {
            id: 'reassign',
            label: 'Give it to another specialist',
            consequence: 'The assignee starts anew from what is integrated, with your guidance.',
            decision,
          };
    case 'accept':
      return question.acceptable
        ? {
            id: 'accept',
            label: 'Accept it as it is',
            consequence:
              'The open items are waived with your reason; the delivery is marked as having waivers.',
            decision,
          }
        : null;
    case 'skip':
      return {
        id: 'skip',
        label: 'Leave it out',
        consequence: 'This task and everything that depends on it is skipped.',
        decision,
      };
    case 'abort':
      return {
        id: 'abort',
        label: 'Stop the objective',
        consequence: 'What is merged so far stays on the branch; the report says aborted.',
        decision,
      };
    default:
      return assertNever(decision, 'decision');
  }
}

/** The escalation people see, with the options this question really has. */
export function raise(
  question: Question,
  facts: { readonly id: string; readonly raisedAt: string; readonly ofObjective: boolean },
): Escalation {
  const kinds = facts.ofObjective
    ? question.acceptable
      ? (['retry', 'accept', 'abort'] as const)
      : (['retry', 'abort'] as const)
    : (['retry', 'reassign', 'accept', 'skip', 'abort'] as const);
  const options =
    question.options ?? kinds.map((kind) => optionFor(kind, question)).filter((option) => option !== null);
  const recommended = options.find((option) => option.id === question.recommendation) ?? options[0];
  return {
    id: facts.id,
    level: 4,
    trigger: question.reason,
    question: question.question,
    evidence: [...question.evidence],
    options: [...options],
    recommended: recommended?.id ?? 'retry',
    raisedAt: facts.raisedAt,
  };
}
