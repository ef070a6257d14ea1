import { assertNever } from './assert-never';
import { addContextAccount } from './context-account';
import { breakingKey, newBreaking } from './breaking-change';
import type { Decision } from './escalation';
import { hostsOf, isBlockedOutside } from './external-service';
import { concernOf, describeFailure, failureReport, redOf, restartAfter } from './failure-text';
import type { Advice, ConsultationQuestion, ContextDecision, CoordinatorReview } from './handoff';
import { SEVERITIES } from './handoff';
import { LEVELS, peerFor } from './levels';
import { questionAfterLadder, questionOfFindings, questionRaised } from './questions';
import type { GateSummary } from './receipt';
import { COORDINATOR, mention } from './specialists';
import { additiveGuidance, questionOfBlockedService, questionOfBreaking } from './trigger-questions';
import type { Failure, Question, Step, TaskProgress } from './task-progress';
import type { AttemptPrompt, AttemptResult, MergeResult } from './work';

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

const ask = (progress: TaskProgress, question: Question): TaskProgress => ({
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

function consult(progress: TaskProgress, question: ConsultationQuestion): TaskProgress {
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

/** A finding of this severity or above goes to level 4 at once. */
const GRAVE = SEVERITIES.indexOf('high');

/** What follows the end of an attempt. */
export function afterAttempt(progress: TaskProgress, result: AttemptResult): TaskProgress {
  const context = addContextAccount(progress.context, result.context);
  const next: TaskProgress = { ...progress, transcript: result.transcript, context };
  switch (result.outcome) {
    case 'handed-off': {
      const done: TaskProgress = { ...next, commit: result.commit, breaking: result.breaking ?? [] };
      if (result.strayed !== undefined) return climb(done, { kind: 'strayed', paths: result.strayed });
      const grave = result.findings.filter((finding) => SEVERITIES.indexOf(finding.severity) >= GRAVE);
      if (grave.length > 0) return ask(done, questionOfFindings(done, grave));
      return orAskAboutBreaking(done, { kind: 'gate' });
    }
    case 'suspended':
      return afterSuspension(next, result.on);
    case 'unfinished':
      return climb(next, { kind: 'unfinished', reason: result.reason, concern: result.concern });
    default:
      return assertNever(result, 'attempt result');
  }
}

/** The step, unless the work breaks something that nobody accepted yet. */
function orAskAboutBreaking(progress: TaskProgress, step: Step): TaskProgress {
  const breaking = newBreaking(progress.breaking, progress.acceptedBreaking);
  return breaking.length > 0 ? ask(progress, questionOfBreaking(progress, breaking)) : { ...progress, step };
}

function afterSuspension(
  progress: TaskProgress,
  on: Extract<AttemptResult, { outcome: 'suspended' }>['on'],
): TaskProgress {
  switch (on.kind) {
    case 'consult':
      return consult(progress, on.question);
    case 'escalate':
      return ask(progress, questionRaised(progress, on.raised));
    case 'context':
      return { ...progress, step: { kind: 'context', request: on.request, resume: goOn(progress) } };
    case 'pause':
    case 'wall':
      return { ...progress, step: goOn(progress) };
    case 'budget':
      return { ...progress, step: { ...goOn(progress), needsUsd: on.needsUsd } };
    default:
      return assertNever(on, 'suspension');
  }
}

/** The attempt that was made last, to be gone on with where its journal stops; no level is burnt. */
export function goOn(progress: TaskProgress): Extract<Step, { kind: 'attempt' }> {
  const { step, running } = progress;
  if (step.kind !== 'attempt' || running === null)
    throw new Error(`${progress.task.id} has no attempt to go on with`);
  const { needsUsd: _, ...rest } = step;
  return { ...rest, resumes: running };
}

/** After the coordinator decided what context a task may read: the attempt goes on with its answer. */
export function afterContext(progress: TaskProgress, decision: ContextDecision): TaskProgress {
  if (progress.step.kind !== 'context') throw new Error(`${progress.task.id} asked for no context`);
  const by = mention(COORDINATOR);
  const { granted, reason } = decision;
  return {
    ...progress,
    grants:
      granted.length === 0
        ? progress.grants
        : [...progress.grants, { paths: granted, reason, by }].slice(-20),
    step: { ...progress.step.resume, prompt: { kind: 'context', from: by, decision } },
  };
}

/** After a peer answered: an attempt at level 2 in the same conversation. */
export function afterConsult(progress: TaskProgress, advice: Advice): TaskProgress {
  if (progress.step.kind !== 'consult') throw new Error(`${progress.task.id} was not consulting anyone`);
  const { peer, failure } = progress.step;
  return {
    ...progress,
    step: {
      kind: 'attempt',
      level: progress.level === 4 ? 4 : 2,
      start: { kind: 'continue' },
      prompt: { kind: 'advice', from: peer, advice, failure },
      because: `after advice of ${mention(peer)}`,
    },
  };
}

function startAfter(failure: Failure): { kind: 'continue' } | { kind: 'conflict'; with: string } {
  return failure.kind === 'conflict' || failure.kind === 'red-together'
    ? { kind: 'conflict', with: failure.head }
    : { kind: 'continue' };
}

/** After the coordinator looked at it: guided, reassigned, re-scoped, or passed on to a human. */
export function afterReview(progress: TaskProgress, review: CoordinatorReview): TaskProgress {
  if (progress.step.kind !== 'review') throw new Error(`${progress.task.id} was not under review`);
  const { failure } = progress.step;
  const text = failureReport(failure);
  const attempt = (
    guidance: string,
    start: Extract<Step, { kind: 'attempt' }>['start'],
    because: string,
  ): Step => ({
    kind: 'attempt',
    level: 3,
    start,
    prompt: { kind: 'guidance', from: mention(COORDINATOR), text: guidance.slice(0, 8000) },
    because,
  });
  switch (review.action) {
    case 'guide':
      return {
        ...progress,
        step: attempt(
          `${review.guidance}\n\n${text}`,
          startAfter(failure),
          'after review by the coordinator',
        ),
      };
    case 'rescope':
      return {
        ...progress,
        step: attempt(
          `The task is now: ${review.objective}\n\n${review.guidance}\n\n${text}`,
          startAfter(failure),
          're-scoped by the coordinator',
        ),
      };
    case 'reassign':
      return {
        ...progress,
        specialist: review.assignee,
        transcript: null,
        step: attempt(
          `${review.guidance}\n\nWhat happened before: ${text}`,
          { kind: 'fresh-on-head' },
          `reassigned to ${mention(review.assignee)}`,
        ),
      };
    case 'escalate':
      return ask(progress, {
        reason: review.trigger,
        question: review.question,
        evidence: [text.slice(0, 2000)],
        recommendation: 'retry',
        findings: [],
        restart: restartAfter(failure),
        resume: null,
        red: redOf(failure),
        acceptable: progress.commit !== null && failure.kind !== 'conflict',
      });
    default:
      return assertNever(review, 'review');
  }
}

/** After the gate looked at the task's commit; accepted items do not count as red. */
export function afterGate(progress: TaskProgress, gate: GateSummary): TaskProgress {
  const red = gate.red.filter((item) => !(progress.waived ?? []).includes(item.subject));
  const next: TaskProgress = {
    ...progress,
    gate,
    firstGatePassed: progress.firstGatePassed ?? (gate.green && progress.waived === null),
  };
  return red.length === 0 ? orAskAboutBreaking(next, { kind: 'merge' }) : climb(next, { kind: 'red', red });
}

/** After the merge train took it, or gave it back. */
export function afterMerge(progress: TaskProgress, result: MergeResult): TaskProgress {
  switch (result.outcome) {
    case 'merged':
      return {
        ...progress,
        step: { kind: 'settled', state: progress.waived === null ? 'merged' : 'waived' },
      };
    case 'moved':
      return progress;
    case 'conflict':
      return climb(progress, {
        kind: 'conflict',
        files: result.files,
        theirs: result.theirs,
        head: result.head,
      });
    case 'red':
      return climb(progress, { kind: 'red-together', red: result.gate.red, head: result.head });
    default:
      return assertNever(result, 'merge result');
  }
}

/** The step to take up again; a new conversation also gets what the human said. */
function resumed(
  resume: NonNullable<Question['resume']>,
  decision: Decision,
): NonNullable<Question['resume']> {
  const { step } = resume;
  if (step.kind !== 'attempt' || step.resumes !== undefined || decision.guidance === null) return resume;
  return {
    ...resume,
    step: { ...step, prompt: { kind: 'guidance', from: decision.by, text: decision.guidance } },
  };
}

/**
 * After a human decided. `abort`, skipping dependants and adding the repair task of mended findings are the
 * process's own; here is what becomes of the task itself.
 */
export function afterDecision(progress: TaskProgress, question: Question, decision: Decision): TaskProgress {
  const { breaking = [] } = question;
  const label =
    breaking.length > 0 ? additiveGuidance(breaking, decision.guidance) : (decision.guidance ?? 'Try again.');
  const attempt = (start: Extract<Step, { kind: 'attempt' }>['start'], because: string): Step => ({
    kind: 'attempt',
    level: 4,
    start,
    prompt: { kind: 'guidance', from: decision.by, text: label },
    because,
  });
  switch (decision.decision) {
    case 'retry':
      if (question.resume !== null) return { ...progress, ...resumed(question.resume, decision) };
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
      if (progress.commit === null)
        return { ...progress, waived, step: { kind: 'settled', state: 'waived' } };
      const gated = progress.gate !== null && question.findings.length === 0 && question.red.length > 0;
      return { ...progress, waived, acceptedBreaking, step: { kind: gated ? 'merge' : 'gate' } };
    }
    case 'skip':
    case 'abort':
      return { ...progress, step: { kind: 'settled', state: 'skipped' } };
    default:
      return assertNever(decision.decision, 'decision');
  }
}
