import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  condition,
  isCancellation,
  patched,
  TimeoutFailure,
} from '@temporalio/workflow';
import { questionOfTrouble } from '../src/domain/escalation/questions';
import { COORDINATOR } from '../src/domain/department/specialists';
import type { EscalationReason } from '../src/domain/department/triggers';
import type { Usage } from '../src/domain/usage/usage';
import { FailureDetails, usageTold, type ProviderWall } from '../src/domain/work/failure-details';
import { askAboutObjective, closeQuestion } from './decisions';
import { allowanceOf, askForMoney, holdMoney, spendUsage } from './budget';
import { record, type Run } from './run';
import { meetWall, noteAnswer, passWall } from './walls';

/** What an activity that could not be carried out means for the process. */
interface Trouble {
  readonly reason: EscalationReason;
  /** `objective`: asked once, however many tasks meet it; `task`: about this task alone. */
  readonly scope: 'objective' | 'task';
  readonly text: string;
  /** Whether the attempt it stopped can go on where it was once the trouble is over. */
  readonly resumable: boolean;
  /** What it had used until then; null: unknown, or nothing. */
  readonly usage: Usage | null;
  /** The provider wants to be left alone: no question, only a wait. */
  readonly wall: ProviderWall | null;
}

/** Failure types that retries cannot mend, by the consequence they have. */
const TROUBLES: readonly {
  readonly type: string;
  readonly reason: EscalationReason;
  readonly scope: Trouble['scope'];
  readonly resumable: boolean;
}[] = [
  { type: 'Model.Unauthorized', reason: 'provider-refused', scope: 'objective', resumable: true },
  { type: 'Model.RateLimited', reason: 'provider-unavailable', scope: 'objective', resumable: true },
  { type: 'Model.Overloaded', reason: 'provider-unavailable', scope: 'objective', resumable: true },
  { type: 'Model.Unavailable', reason: 'provider-unavailable', scope: 'objective', resumable: true },
  { type: 'Model.Timeout', reason: 'provider-unavailable', scope: 'objective', resumable: true },
  { type: 'Budget.Exhausted', reason: 'budget-exhausted', scope: 'objective', resumable: true },
  { type: 'Model.Refused', reason: 'model-refusal', scope: 'task', resumable: false },
  { type: 'Model.InvalidRequest', reason: 'provider-refused', scope: 'task', resumable: false },
  { type: 'Model.ContextTooLong', reason: 'provider-refused', scope: 'task', resumable: false },
  { type: 'Model.Malformed', reason: 'provider-refused', scope: 'task', resumable: false },
];

const NO_DETAILS: FailureDetails = { usage: null, wall: null };

/** Reads an activity's failure; anything else is a bug of ours and is thrown on. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  const application = cause instanceof TimeoutFailure ? cause.cause : cause;
  const row = TROUBLES.find(
    (known) => application instanceof ApplicationFailure && known.type === application.type,
  );
  const text = `${error.activityType} could not be carried out: ${(application ?? cause ?? error).message}`;
  const { usage, wall } = FailureDetails.catch(NO_DETAILS).parse(
    application instanceof ApplicationFailure ? (application.details?.[0] ?? NO_DETAILS) : NO_DETAILS,
  );
  if (row !== undefined) return { ...row, text, usage, wall };
  return { reason: 'could-not-run', scope: 'task', text, resumable: true, usage, wall };
}

/** What an activity had used when it was cancelled; null: nothing, or it does not tell. */
export function usageWhenCancelled(error: unknown): Usage | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof CancelledFailure ? usageTold(cause.details[0]) : null;
}

/** Calls an activity of the objective's own stages; trouble asks a human, who lets it go on or stops it. */
export async function patiently<T>(run: Run, call: () => Promise<T>): Promise<T | null> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      // An activity that ended because the objective is cancelled is no trouble to ask about.
      if (isCancellation(error)) throw error;
      const trouble = troubleOf(error);
      const id = askAboutObjective(run, questionOfTrouble(trouble.reason, trouble.text));
      if (!(await awaitRetry(run, id))) return null;
    }
  }
}

/**
 * The same for a question to a model: it holds money while it is asked, and a provider's wall is waited out instead of
 * asked about.
 */
export async function thoughtfully<T>(
  run: Run,
  call: (allowance: { readonly allowanceUsd?: number }) => Promise<T>,
): Promise<T | null> {
  for (;;) {
    await passWall(run);
    await passPause(run);
    while (!holdMoney(run, 'objective', 0)) {
      const id = run.progress.blockedBy;
      if (id === null || !(await awaitRetry(run, id))) return null;
      run.progress.blockedBy = null;
    }
    try {
      const answer = await call(allowanceOf(run, 'objective'));
      noteAnswer(run);
      return answer;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const trouble = troubleOf(error);
      if (trouble.usage !== null) {
        spendUsage(run, { subject: 'objective', role: COORDINATOR, level: 0, usage: trouble.usage });
      }
      if (trouble.wall !== null) meetWall(run, trouble.wall);
      else {
        const spent = trouble.reason === 'budget-exhausted';
        const id = spent
          ? askForMoney(run)
          : askAboutObjective(run, questionOfTrouble(trouble.reason, trouble.text));
        if (!(await awaitRetry(run, id))) return null;
        if (run.progress.blockedBy === id) run.progress.blockedBy = null;
      }
    } finally {
      run.reserved.delete('objective');
    }
  }
}

/** While it is paused no model is asked anything new. Older histories went on with their planning. */
async function passPause(run: Run): Promise<void> {
  if (run.progress.paused !== null && patched('pause-holds-questions'))
    await condition(() => run.progress.paused === null || run.stop !== null);
}

/** Lists follow a question outside the running of tasks as well. Older histories told nobody until something else came. */
export function showQuestions(run: Run): void {
  if (!patched('every-question-is-shown')) return;
  run.revision += 1;
  run.show();
}

/** Waits until an objective's question is answered; false when the answer, or anything else, stops the run. */
export async function awaitRetry(run: Run, id: string): Promise<boolean> {
  showQuestions(run);
  await condition(
    () => run.stop !== null || run.progress.undone.some((decision) => decision.escalationId === id),
  );
  const decision = run.progress.undone.find((row) => row.escalationId === id);
  run.progress.undone = run.progress.undone.filter((row) => row.escalationId !== id);
  closeQuestion(run, id);
  showQuestions(run);
  if (decision?.option === 'cheaper') run.progress.thrift += 1;
  if (decision?.decision === 'abort') stopRun(run, 'aborted', `aborted by ${decision.by} at ${id}`);
  return run.stop === null;
}

/** Ends the objective early; whatever is merged stays. */
export function stopRun(run: Run, outcome: 'aborted' | 'rejected' | 'red', reason: string): void {
  if (run.stop !== null) return;
  run.stop = { outcome, reason };
  record(run, reason);
  for (const scope of run.inFlight.values()) scope.cancel();
}
