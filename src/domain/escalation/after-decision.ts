import { assertNever } from '../common/assert-never';
import { breakingKey } from '../contract/breaking-change';
import type { Decision } from './escalation';
import { touchKey } from '../target/service-touch';
import { mention } from '../department/specialists';
import { additiveGuidance } from './trigger-questions';
import type { Question, Step, TaskProgress } from '../work/task-progress';

/** The step to take up again; a new conversation also gets what the human said. */
function resumed(
  resume: NonNullable<Question['resume']>,
  decision: Decision,
  designed: TaskProgress['designed'],
): NonNullable<Question['resume']> {
  const { step } = resume;
  if (step.kind !== 'attempt' || step.resumes !== undefined || decision.guidance === null) return resume;
  return {
    ...resume,
    step: { ...step, prompt: { kind: 'guidance', from: decision.by, text: decision.guidance, ...designed } },
  };
}

/**
 * After a human decided. `abort`, skipping dependants and adding the repair task of mended findings are the
 * process's own; here is what becomes of the task itself.
 */
export function afterDecision(progress: TaskProgress, question: Question, decision: Decision): TaskProgress {
  const { breaking = [], touches = [] } = question;
  const conflicts = touches.length > 0 ? touches : breaking;
  const label =
    conflicts.length > 0 ? additiveGuidance(conflicts, decision) : (decision.guidance ?? 'Try again.');
  const attempt = (start: Extract<Step, { kind: 'attempt' }>['start'], because: string): Step => ({
    kind: 'attempt',
    level: 4,
    start,
    prompt: {
      kind: 'guidance',
      from: decision.by,
      text: label,
      ...(question.sides === undefined ? {} : { sides: question.sides }),
      ...progress.designed,
    },
    because,
  });
  switch (decision.decision) {
    case 'retry':
      if (question.resume !== null)
        return { ...progress, ...resumed(question.resume, decision, progress.designed) };
      return question.findings.length > 0
        ? {
            ...progress,
            transcript: null,
            step: attempt({ kind: 'fresh-on-head' }, 'again after the repair'),
          }
        : {
            ...progress,
            step: attempt(question.restart, `after a decision of ${decision.by}`.slice(0, 200)),
          };
    case 'reassign': {
      const assignee = decision.assignee ?? progress.specialist;
      return {
        ...progress,
        specialist: assignee,
        transcript: null,
        step: attempt(
          { kind: 'fresh-on-head' },
          `reassigned to ${mention(assignee)} by ${decision.by}`.slice(0, 200),
        ),
      };
    }
    case 'accept': {
      const waived = [...(progress.waived ?? []), ...question.red.map((item) => item.subject)];
      const acceptedBreaking = [
        ...new Set([...progress.acceptedBreaking, ...breaking.map((change) => breakingKey(change))]),
      ];
      const acceptedTouches = [...new Set([...progress.acceptedTouches, ...touches.map(touchKey)])];
      if (progress.commit === null)
        return { ...progress, waived, step: { kind: 'settled', state: 'waived' } };
      const gated = progress.gate !== null && question.findings.length === 0 && question.red.length > 0;
      return {
        ...progress,
        waived,
        acceptedBreaking,
        acceptedTouches,
        step: { kind: gated ? 'merge' : 'gate' },
      };
    }
    case 'skip':
    case 'abort':
      return { ...progress, step: { kind: 'settled', state: 'skipped' } };
    default:
      return assertNever(decision.decision, 'decision');
  }
}
