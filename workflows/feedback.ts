import { condition } from '@temporalio/workflow';
import type { TakeFeedback } from '../src/domain/pull-request/feedback';
import { MAX_TASKS } from '../src/domain/plan/plan';
import { doneTasks } from './repair-round';
import { repository } from './proxies';
import type { CarriedFeedback } from './carried';
import { adoptPlan, record, type Run } from './run';
import { patiently } from './trouble';

/** Batches that may wait to become tasks. */
const MOST_WAITING = 10;

export function hasFeedback({ progress }: Run): boolean {
  return (progress.feedback?.pending.length ?? 0) > 0;
}

/** Why this feedback is not taken; null: it is. */
export function refuseFeedback(run: Run, { keys }: TakeFeedback): string | null {
  const { plan, feedback } = run.progress;
  // Nothing that comes by now would be built; fetched again, it takes the objective up again.
  if (run.stage === 'delivering') return 'it is being delivered; fetch the feedback again when it has ended';
  if (run.stop !== null) return `it is stopping: ${run.stop.reason}`;
  if (plan === null) return 'there is no plan yet that tasks could be added to';
  if (newKeys(feedback, keys).length === 0) return 'all of it was taken already';
  return (feedback?.pending.length ?? 0) < MOST_WAITING
    ? null
    : 'feedback from before is still being taken in';
}

/** Writes it down; the main loop makes tasks of it. */
export function noteFeedback(run: Run, message: TakeFeedback): string {
  const { progress } = run;
  const { pending, taken } = progress.feedback ?? { pending: [], taken: [] };
  const keys = newKeys(progress.feedback, message.keys);
  progress.feedback = { pending: [...pending, { ...message, keys }], taken };
  record(run, `feedback taken by ${message.by}: ${keys.join(', ')}`);
  return `recorded: ${String(keys.length)} of ${String(message.keys.length)} become tasks`;
}

/** An objective that is taken up again has nothing to do before it knows for what. */
export async function awaitFeedback(run: Run): Promise<void> {
  const ignored = run.progress.ignored.length;
  await condition(() => hasFeedback(run) || run.progress.ignored.length !== ignored);
}

/** Turns feedback into tasks of whoever owns what it is about. */
export async function addFeedbackTasks(run: Run): Promise<void> {
  const { progress } = run;
  for (;;) {
    const { handle, plan, analysis, feedback } = progress;
    const batch = feedback?.pending[0];
    if (batch === undefined || handle === null || plan === null || analysis === null) return;
    const change = {
      kind: 'feedback' as const,
      feedback: batch.feedback,
      keys: [...batch.keys],
      done: workers(run),
      after: openOrDone(run),
    };
    const result = await patiently(run, () =>
      repository.amendPlan.executeWithOptions({ summary: `feedback · taken by ${batch.by}`.slice(0, 200) }, [
        { handle, analysis, plan: plan.ref, change },
      ]),
    );
    if (result === null) return;
    const known = new Set(progress.tasks.map((row) => row.task.id));
    const added = result.outcome === 'accepted' ? result.tasks.filter((task) => !known.has(task.id)) : [];
    if (result.outcome === 'accepted') adoptPlan(run, result.plan, result.tasks);
    else record(run, `no tasks could be made of feedback: ${result.errors.join('; ')}`);
    for (const task of added) record(run, `added ${task.id}: ${task.title}`, task.id);
    const taken = added.flatMap((task, at) => {
      const key = batch.keys[at];
      return key === undefined ? [] : [{ key, taskId: task.id }];
    });
    // Messages may have come meanwhile; only this batch is done with.
    const now = progress.feedback ?? { pending: [], taken: [] };
    progress.feedback = { pending: now.pending.slice(1), taken: [...now.taken, ...taken] };
    run.revision += 1;
  }
}

/** Who did, or is to do, each task whose work may be meant. */
function workers(run: Run): ReturnType<typeof doneTasks> {
  const done = doneTasks(run);
  if (done.length > 0) return done;
  return run.progress.tasks.map(({ task, specialist }) => ({ taskId: task.id, specialist }));
}

function openOrDone({ progress }: Run): string[] {
  return progress.tasks
    .filter(({ step }) => step.kind !== 'settled' || step.state === 'merged' || step.state === 'waived')
    .map(({ task }) => task.id)
    .slice(-MAX_TASKS);
}

function newKeys(feedback: CarriedFeedback | undefined, keys: readonly string[]): string[] {
  const known = new Set([
    ...(feedback?.taken ?? []).map(({ key }) => key),
    ...(feedback?.pending ?? []).flatMap((batch) => batch.keys),
  ]);
  return [...new Set(keys)].filter((key) => !known.has(key));
}
