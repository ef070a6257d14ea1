import { ApplicationFailure, condition, isCancellation, patched } from '@temporalio/workflow';
import { refuseDecider } from '../src/domain/escalation/decision-rules';
import { MESSAGES, type ReviewPlan } from '../src/domain/objective/messages';
import { PLAN_SUBJECT, tidingsOfReview } from '../src/domain/notification/news';
import type { TaskOutline } from '../src/domain/plan/plan';
import { isSettledProgress } from '../src/domain/plan/scheduler';
import { isIntegrated } from '../src/domain/department/states';
import { dependantsOf } from '../src/domain/plan/task-graph';
import { isUntouched, taskState } from '../src/domain/work/task-progress';
import { NO_USAGE } from '../src/domain/usage/usage';
import type { BegunTask, PlanResult } from '../src/domain/work/work';
import { taskMoneyLeft } from './budget';
import { decide, isAnswered, withdrawQuestions } from './decisions';
import { repository } from './proxies';
import type { Sender } from './message';
import { tell } from './news';
import { adoptPlan, ignore, isStopped, record, taskOf, type PlanReview, type Run } from './run';
import { skipTask } from './skip-task';
import { patiently, stopRun, troubleOf } from './trouble';

/**
 * How long an update waits for what comes of an edit. The check is an activity, and it may be that nobody is there to
 * carry activities out; clients wait 10 s.
 */
const ANSWER_WITHIN = '8 s';

/** Why a review of the plan cannot be taken, or null. */
export function refusePlanReview(run: Run, body: ReviewPlan): string | null {
  const { plan, approved } = run.progress;
  const version = plan?.version ?? null;
  if (version === null) return 'there is no plan yet';
  if (body.baseVersion !== undefined && body.baseVersion !== version) {
    return `the plan is at version ${version} by now, not ${body.baseVersion}`;
  }
  if (body.decision !== 'edit' && approved) return 'the plan is approved already';
  return run.planReview === null ? null : 'another review of the plan is being taken in';
}

/** Records a review; the main loop acts on it. The update of an edit answers with what came of it. */
export function reviewPlan(run: Run, body: ReviewPlan, sender: Sender): string | Promise<string> {
  const { channel } = sender;
  const review: PlanReview = { body, sender, end: null };
  // In older histories every review was recorded, and answered at once.
  const judged = body.decision === 'edit' && patched('edits-answer');
  const why = judged && run.progress.tasks.every(isSettledProgress) ? NOTHING_LEFT : refuseMixed(run, review);
  if (why !== null) {
    if (channel === 'update') throw refused(why);
    ignore(run, MESSAGES.reviewPlan, why);
    return why;
  }
  run.planReview = review;
  record(run, `plan: ${body.decision} by ${body.by}`);
  if (body.decision !== 'edit') tell(run, tidingsOfReview(PLAN_SUBJECT, body));
  return judged && channel === 'update' ? answerOf(run, review) : `recorded: ${body.decision}`;
}

/**
 * What the shape of a review allows and nobody can mean, or may not: it is refused rather than half carried out. Older
 * histories have it taken, so it is looked at here and not by the validator.
 */
function refuseMixed(run: Run, { body, sender }: PlanReview): string | null {
  const why = mixedUp(body) ?? (raisesBudget(run, body) ? refuseRaise(run, sender) : null);
  return why !== null && patched('reviews-say-one-thing') ? why : null;
}

function mixedUp({ decision, plan, patch }: ReviewPlan): string | null {
  if (decision !== 'edit') {
    return plan === undefined && patch === undefined
      ? null
      : `${decision} takes no plan and no patch: edit first, then look at what came of it and ${decision} that`;
  }
  return plan !== undefined && patch !== undefined ? 'an edit is a whole plan or a patch, not both' : null;
}

/** Whoever may not answer the question of a spent budget may not answer it this way either. */
function refuseRaise({ progress }: Run, { speaker }: Sender): string | null {
  return refuseDecider(progress.decisionRules ?? null, 'budget-exhausted', speaker?.person ?? null);
}

/** Whether a task that has a budget of its own gets more, or goes without one. */
function raisesBudget(run: Run, { plan, patch = [] }: ReviewPlan): boolean {
  const wanted =
    plan === undefined
      ? patch.flatMap((row) => (row.op === 'budget' ? [{ id: row.taskId, usd: row.usd ?? Infinity }] : []))
      : plan.tasks.map(({ id, budgetUsd }) => ({ id, usd: budgetUsd ?? Infinity }));
  return wanted.some(({ id, usd }) => usd > (taskOf(run, id)?.task.budgetUsd ?? Infinity));
}

const NOTHING_LEFT = 'every task of the plan is settled, so there is nothing left of it to edit';
const refused = (why: string): ApplicationFailure => ApplicationFailure.nonRetryable(why, 'Message.Refused');

async function answerOf(run: Run, review: PlanReview): Promise<string> {
  try {
    await condition(() => review.end !== null || isStopped(run), ANSWER_WITHIN);
  } catch (error) {
    if (isCancellation(error)) throw refused('the objective was cancelled before the edit was taken in');
    throw error;
  }
  const { end } = review;
  if (end?.kind === 'taken') return end.text;
  if (end === null && !isStopped(run))
    return 'recorded, not yet checked: nobody who works on the objective has taken it in so far; its events will tell';
  throw refused(end?.text ?? 'the objective ended before the edit was taken in');
}

/** Acts on a recorded `reviewPlan`. */
export async function takePlanReview(run: Run): Promise<void> {
  const { progress, planReview: review } = run;
  if (review === null || progress.plan === null) return;
  const { decision, by, comment } = review.body;
  switch (decision) {
    case 'approve':
      progress.approved = true;
      break;
    case 'reject':
      stopRun(run, 'rejected', `plan rejected by ${by}${comment === undefined ? '' : `: ${comment}`}`);
      break;
    case 'edit':
      review.end = await editPlan(run, review);
  }
  run.planReview = null;
  run.revision += 1;
}

/** Has an edit checked by the rules the coordinator's own plan is checked by, and works by it from now on. */
async function editPlan(run: Run, { body, sender }: PlanReview): Promise<PlanReview['end']> {
  const { progress } = run;
  const { handle, analysis, plan: current } = progress;
  if (handle === null || analysis === null || current === null) return null;
  const change =
    body.plan !== undefined
      ? { kind: 'replace' as const, summary: body.plan.summary, tasks: body.plan.tasks }
      : { kind: 'patch' as const, patch: body.patch ?? [] };
  const begun = begunTasks(run);
  const result = await checkEdit(run, () =>
    repository.amendPlan.executeWithOptions({ summary: `edit the plan · ${body.by}` }, [
      { handle, analysis, plan: current.ref, change, ...(begun.length > 0 ? { begun } : {}) },
    ]),
  );
  if (result === null) return null;
  if (result.outcome === 'refused') {
    const text = `edit of the plan refused: ${result.errors.join(' ')}`;
    record(run, text);
    return { kind: 'refused', text: text.slice(0, MOST_TOLD) };
  }
  if (result.plan === current.ref && patched('edits-answer')) {
    return { kind: 'taken', text: `that changes nothing; the plan stays at version ${current.version}` };
  }
  const before = progress.tasks.map((row) => row.task);
  const dropped = before.map(({ id }) => id).filter((id) => result.tasks.every((task) => task.id !== id));
  adoptPlan(run, result.plan, result.tasks);
  for (const id of dropped) withdrawQuestions(run, id);
  const version = current.version + 1;
  const without = dropped.length === 0 ? '' : ` without ${dropped.join(', ')}`;
  record(run, `plan edited by ${body.by}; it is version ${version} now${without}`);
  skipStranded(run);
  answerRaised(run, before, body.by, sender);
  return { kind: 'taken', text: `edited: the plan is at version ${version} now${without}` };
}

const MOST_TOLD = 4000;

/** An edit that cannot be checked is not taken, and whoever sent it is told why: nothing else has to wait for that. */
async function checkEdit(run: Run, check: () => Promise<PlanResult>): Promise<PlanResult | null> {
  try {
    return await check();
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { text } = troubleOf(error);
    if (patched('unchecked-edits-are-refused'))
      return { outcome: 'refused', errors: [text], usage: NO_USAGE };
    // In older histories the whole objective asked whether to check it again.
    let failed: unknown = error;
    return patiently(run, () => {
      if (failed === null) return check();
      const first = failed;
      failed = null;
      return Promise.reject(first instanceof Error ? first : new Error(text));
    });
  }
}

/** What an edit leaves as it is: whatever has begun or is over. */
function begunTasks(run: Run): BegunTask[] {
  return run.progress.tasks
    .filter((row) => !isUntouched(row) || run.inFlight.has(row.task.id))
    .map((row) => ({
      taskId: row.task.id,
      state: taskState(row, { inFlight: run.inFlight.has(row.task.id), dependenciesIntegrated: true }),
    }));
}

/** Somebody may have cancelled a task while an edit that waits for it was checked. */
function skipStranded(run: Run): void {
  for (const { task, step } of [...run.progress.tasks]) {
    if (step.kind !== 'settled' || isIntegrated(step.state)) continue;
    const outlines = run.progress.tasks.map((row) => row.task);
    for (const id of dependantsOf(outlines, task.id)) {
      const dependant = taskOf(run, id);
      if (dependant !== undefined && !isSettledProgress(dependant))
        skipTask(run, id, `it depends on ${task.id}, which is ${step.state}`);
    }
  }
}

/** A higher budget of a task answers the question that its spent one raised. */
function answerRaised(run: Run, before: readonly TaskOutline[], by: string, sender: Sender): void {
  for (const { escalation, subject } of [...run.progress.open]) {
    const task = taskOf(run, subject);
    if (task === undefined || escalation.trigger !== 'budget-exhausted') continue;
    const was = before.find(({ id }) => id === subject)?.budgetUsd ?? Infinity;
    if ((task.task.budgetUsd ?? Infinity) <= was || (taskMoneyLeft(task) ?? Infinity) <= 0) continue;
    if (isAnswered(run, escalation.id)) continue;
    decide(run, { escalationId: escalation.id, decision: 'retry', option: 'raise', by }, sender);
  }
}
