import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { questionOfTrouble } from '../src/domain/questions';
import type { EscalationReason } from '../src/domain/triggers';
import { askAboutObjective, closeQuestion } from './decisions';
import { record, type Run } from './run';

/** What an activity that could not be carried out means for the process. */
interface Trouble {
  readonly reason: EscalationReason;
  /** `objective`: asked once, however many tasks meet it; `task`: about this task alone. */
  readonly scope: 'objective' | 'task';
  readonly text: string;
}

/** Failure types that retries cannot mend, by the consequence they have. */
const TROUBLES: readonly {
  readonly type: string;
  readonly reason: EscalationReason;
  readonly scope: Trouble['scope'];
}[] = [
  { type: 'Model.Unauthorized', reason: 'provider-refused', scope: 'objective' },
  { type: 'Model.RateLimited', reason: 'provider-unavailable', scope: 'objective' },
  { type: 'Model.Overloaded', reason: 'provider-unavailable', scope: 'objective' },
  { type: 'Model.Unavailable', reason: 'provider-unavailable', scope: 'objective' },
  { type: 'Model.Timeout', reason: 'provider-unavailable', scope: 'objective' },
  { type: 'Model.Refused', reason: 'model-refusal', scope: 'task' },
  { type: 'Model.InvalidRequest', reason: 'provider-refused', scope: 'task' },
  { type: 'Model.ContextTooLong', reason: 'provider-refused', scope: 'task' },
  { type: 'Model.Malformed', reason: 'provider-refused', scope: 'task' },
];

/** Reads an activity's failure; anything else is a bug of ours and is thrown on. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  const application = cause instanceof TimeoutFailure ? cause.cause : cause;
  const row = TROUBLES.find(
    (known) => application instanceof ApplicationFailure && known.type === application.type,
  );
  const text = `${error.activityType} could not be carried out: ${(application ?? cause ?? error).message}`;
  if (row !== undefined) return { reason: row.reason, scope: row.scope, text };
  return { reason: 'could-not-run', scope: 'task', text };
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

/** Waits until an objective's question is answered; false when the answer, or anything else, stops the run. */
export async function awaitRetry(run: Run, id: string): Promise<boolean> {
  await condition(
    () => run.stop !== null || run.progress.undone.some((decision) => decision.escalationId === id),
  );
  const decision = run.progress.undone.find((row) => row.escalationId === id);
  run.progress.undone = run.progress.undone.filter((row) => row.escalationId !== id);
  closeQuestion(run, id);
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
