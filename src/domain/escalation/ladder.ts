import { assertNever } from '../common/assert-never';
import { newBreaking } from '../contract/breaking-change';
import { ask, climb, consult } from './climb';
import { addContextAccount } from '../context/context-account';
import { failureReport, redOf, restartAfter, sidesOf } from './failure-text';
import type { MergeResult } from '../quality-gate/gate-work';
import type { Advice, ContextDecision, CoordinatorReview } from '../work/handoff';
import { SEVERITIES } from '../work/handoff';
import { questionOfFindings, questionRaised } from './questions';
import type { GateSummary } from '../quality-gate/receipt';
import { newConflicts } from '../target/service-touch';
import { COORDINATOR, mention } from '../department/specialists';
import { questionOfBreaking, questionOfTouches } from './trigger-questions';
import type { Failure, Step, TaskProgress } from '../work/task-progress';
import type { AttemptResult } from '../work/work';

/* What becomes of a task after each thing that may happen to it; climb.ts decides what follows a failure. */

/** A finding of this severity or above goes to level 4 at once. */
const GRAVE = SEVERITIES.indexOf('high');

/** What follows the end of an attempt. */
export function afterAttempt(progress: TaskProgress, result: AttemptResult): TaskProgress {
  const context = addContextAccount(progress.context, result.context);
  const next: TaskProgress = { ...progress, transcript: result.transcript, context };
  switch (result.outcome) {
    case 'handed-off': {
      const { commit, breaking = [], touches = [] } = result;
      const done: TaskProgress = { ...next, commit, breaking, touches };
      if (result.strayed !== undefined) return climb(done, { kind: 'strayed', paths: result.strayed });
      const grave = result.findings.filter((finding) => SEVERITIES.indexOf(finding.severity) >= GRAVE);
      if (grave.length > 0) return ask(done, questionOfFindings(done, grave));
      return orAskAboutOthers(done, { kind: 'gate' });
    }
    case 'suspended':
      return afterSuspension(next, result.on);
    case 'unfinished':
      return climb(next, { kind: 'unfinished', reason: result.reason, concern: result.concern });
    default:
      return assertNever(result, 'attempt result');
  }
}

/** The step, unless the work breaks something, or touches what is another service's, that nobody accepted yet. */
function orAskAboutOthers(progress: TaskProgress, step: Step): TaskProgress {
  const touches = newConflicts(progress.touches, progress.acceptedTouches);
  if (touches.length > 0) return ask(progress, questionOfTouches(progress, touches));
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
  const sides = sidesOf(failure);
  const attempt = (
    guidance: string,
    start: Extract<Step, { kind: 'attempt' }>['start'],
    because: string,
  ): Step => ({
    kind: 'attempt',
    level: 3,
    start,
    prompt: {
      kind: 'guidance',
      from: mention(COORDINATOR),
      text: guidance.slice(0, 8000),
      ...(sides === undefined ? {} : { sides }),
      ...progress.designed,
    },
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
        sides,
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
  return red.length === 0 ? orAskAboutOthers(next, { kind: 'merge' }) : climb(next, { kind: 'red', red });
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
        sides: result.sides,
        notes: result.notes,
      });
    case 'red':
      return climb(progress, {
        kind: 'red-together',
        red: result.gate.red,
        head: result.head,
        sides: result.sides,
      });
    case 'strayed':
      return climb(progress, { kind: 'strayed', paths: result.paths });
    default:
      return assertNever(result, 'merge result');
  }
}
