import { CancellationScope, condition, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import { goOn } from '../src/domain/escalation/ladder';
import { afterDecision } from '../src/domain/escalation/after-decision';
import { questionOfTrouble } from '../src/domain/escalation/questions';
import { nextTaskId, repairTask } from '../src/domain/work/repair';
import { isSettledProgress, nextSteps } from '../src/domain/plan/scheduler';
import type { Decision } from '../src/domain/escalation/escalation';
import type { Finding } from '../src/domain/work/handoff';
import { COORDINATOR } from '../src/domain/department/specialists';
import type { AttemptRecord } from '../src/domain/objective/status';
import type { TaskProgress } from '../src/domain/work/task-progress';
import { addUsage, type Usage } from '../src/domain/usage/usage';
import { askForMoney, askForTaskMoney, reserveFor, settleAttempt, spendUsage } from './budget';
import { claimPlan, heldTasks } from './claims';
import { askAboutObjective, askAboutTask, closeQuestion } from './decisions';
import { addFeedbackTasks, hasFeedback } from './feedback';
import { watchDeadline } from './deadline';
import { settleNews } from './news';
import { takePlanReview } from './plan-review';
import { repository } from './proxies';
import type { OpenEscalation } from './carried';
import { adoptPlan, now, record, replaceTask, taskOf, type Run } from './run';
import { skipTask } from './skip-task';
import { takeStep } from './task-steps';
import { patiently, stopRun, troubleOf, usageWhenCancelled } from './trouble';
import { meetWall } from './walls';

/** How the running of tasks ended: everything settled, stopped, or it is time to continue as new. */
export type TasksEnd = 'settled' | 'stopped' | 'continue-as-new';

/**
 * Runs the plan: a task starts the moment its own dependencies are integrated, at most `--max-parallel` work at once,
 * questions wait while everything else goes on.
 */
export async function runTasks(run: Run): Promise<TasksEnd> {
  run.stage = 'running';
  for (;;) {
    if (run.bug !== null) throw run.bug;
    await actOnMessages(run);
    if (run.stop === null) await claimPlan(run);
    watchDeadline(run);
    const draining = workflowInfo().continueAsNewSuggested;
    if (run.stop === null && !draining) launchReady(run);
    run.show();
    if (run.inFlight.size === 0) {
      if (run.stop !== null) return 'stopped';
      if (run.progress.tasks.every(isSettledProgress) && !hasReview(run)) {
        if (run.progress.undone.length > 0 && patched('last-answers-count')) continue;
        withdrawMoot(run);
        return 'settled';
      }
      if (draining && run.progress.undone.length === 0) return 'continue-as-new';
    }
    // It came while others were asked about claims.
    if (hasReview(run)) continue;
    const seen = run.revision;
    await condition(() => run.revision !== seen);
  }
}

/** With the last task goes what was asked for its sake: what to drop for a deadline, how models can be asked again. */
function withdrawMoot(run: Run): void {
  const { progress } = run;
  progress.open = progress.open.filter((row) => row.escalation.trigger !== 'timeline-concern');
  const { blockedBy } = progress;
  // Older histories kept it, and nobody acted on an answer.
  if (blockedBy === null || !patched('nothing-left-to-block')) return;
  progress.blockedBy = null;
  closeQuestion(run, blockedBy);
  settleNews(run, [blockedBy]);
  record(run, `${blockedBy} is withdrawn: every task is settled`);
}

/** Older histories took it up with the next change of anything else. */
function hasReview(run: Run): boolean {
  return run.planReview !== null && patched('edits-answer');
}

function launchReady(run: Run): void {
  const { progress } = run;
  const steps = nextSteps({
    tasks: progress.tasks,
    inFlight: new Set(run.inFlight.keys()),
    held: new Set(heldTasks(run).keys()),
    maxParallel: run.input.options.maxParallel,
    modelsAvailable: progress.paused === null && progress.blockedBy === null && progress.wall === null,
  });
  for (const task of steps) if (reserveFor(run, task)) launch(run, task);
}

function launch(run: Run, progress: TaskProgress): void {
  const { id } = progress.task;
  const scope = new CancellationScope();
  run.inFlight.set(id, scope);
  void scope
    .run(() => takeStep(run, progress))
    .catch((error: unknown) => {
      if (isCancellation(error)) bookCancelled(run, progress, error);
      else meetTrouble(run, progress, error);
    })
    .catch((bug: unknown) => {
      run.bug = bug instanceof Error ? bug : new Error(String(bug));
    })
    .finally(() => {
      run.inFlight.delete(id);
      run.reserved.delete(id);
      run.capped.delete(id);
      run.revision += 1;
    });
}

/** An attempt that was cancelled has cost something all the same. */
function bookCancelled(run: Run, { task, step }: TaskProgress, error: unknown): void {
  const current = taskOf(run, task.id);
  const usage = usageWhenCancelled(error);
  if (usage === null || step.kind !== 'attempt' || current === undefined || current.running === null) return;
  replaceTask(run, settleAttempt(run, current, current.running.number, usage));
}

/** A step whose activity could not be carried out: it is taken up again after the answer, or once the wall is down. */
function meetTrouble(run: Run, before: TaskProgress, error: unknown): void {
  const { id } = before.task;
  const current = taskOf(run, id);
  if (current === undefined || isSettledProgress(current)) return;
  const trouble = troubleOf(error);
  const { running } = current;
  const begun = before.step.kind === 'attempt' && running !== null ? running : null;
  const booked =
    trouble.usage === null ? current : bookTrouble(run, current, begun?.number ?? null, trouble.usage);
  // An attempt that goes on keeps its number; one that cannot was never made.
  const restored: TaskProgress =
    begun !== null && trouble.resumable
      ? { ...suspendedAt(booked, begun.number), step: goOn(booked) }
      : {
          ...booked,
          attemptCount: before.attemptCount,
          attempts: before.attempts,
          transcript: before.transcript,
        };
  if (trouble.wall !== null) {
    replaceTask(run, restored);
    meetWall(run, trouble.wall);
    return;
  }
  if (trouble.scope === 'objective') {
    replaceTask(run, restored);
    if (trouble.reason === 'budget-exhausted') {
      if (run.capped.has(id)) askForTaskMoney(run, restored, before.level);
      else if (run.progress.blockedBy === null) askForMoney(run);
    } else run.progress.blockedBy ??= askAboutObjective(run, questionOfTrouble(trouble.reason, trouble.text));
    return;
  }
  const resume = { step: restored.step, level: before.level };
  replaceTask(run, {
    ...restored,
    step: { kind: 'ask', question: questionOfTrouble(trouble.reason, trouble.text, resume) },
  });
}

function suspendedAt(task: TaskProgress, attempt: number): TaskProgress {
  const suspended = (row: AttemptRecord): AttemptRecord =>
    row.number === attempt ? { ...row, outcome: 'suspended' } : row;
  return { ...task, attempts: task.attempts.map(suspended) };
}

/** What a failed activity cost: an attempt tells its total, a question what it used. */
function bookTrouble(run: Run, task: TaskProgress, attempt: number | null, usage: Usage): TaskProgress {
  if (attempt !== null) return settleAttempt(run, task, attempt, usage);
  spendUsage(run, { subject: task.task.id, role: COORDINATOR, level: task.level, usage });
  return { ...task, usage: addUsage(task.usage, usage) };
}

/** Acts on what people said since the last look. */
async function actOnMessages(run: Run): Promise<void> {
  const { progress } = run;
  if (run.planReview !== null) await takePlanReview(run);
  if (hasFeedback(run)) await addFeedbackTasks(run);
  for (const task of progress.tasks) if (task.step.kind === 'ask') askAboutTask(run, task.task.id);
  while (progress.undone.length > 0) {
    const decision = progress.undone.shift();
    if (decision === undefined) break;
    const open = closeQuestion(run, decision.escalationId);
    if (decision.decision === 'abort')
      stopRun(run, 'aborted', `aborted by ${decision.by} at ${decision.escalationId}`);
    else if (progress.blockedBy === decision.escalationId) unblock(run, decision);
    else if (open !== undefined) await actOnDecision(run, open, decision);
    run.revision += 1;
  }
}

/** What kept models from being asked is settled: by more money, cheaper models, or less to do. */
function unblock(run: Run, decision: Decision): void {
  run.progress.blockedBy = null;
  if (decision.option === 'cheaper') thinkCheaper(run);
  if (decision.decision === 'skip') leaveOutUnbegun(run, decision);
}

function leaveOutUnbegun(run: Run, decision: Decision): void {
  for (const { task, startedAt } of [...run.progress.tasks]) {
    if (startedAt === null) skipTask(run, task.id, `left out by ${decision.by}`);
  }
}

/** What a call needed was estimated for a dearer model. */
function thinkCheaper(run: Run): void {
  run.progress.thrift += 1;
  for (const task of [...run.progress.tasks]) {
    if (task.step.kind === 'attempt' && task.step.resumes !== undefined)
      replaceTask(run, { ...task, step: goOn(task) });
  }
}

async function actOnDecision(run: Run, open: OpenEscalation, decision: Decision): Promise<void> {
  if (open.subject === 'objective') {
    if (open.escalation.trigger === 'timeline-concern' && decision.decision === 'skip')
      leaveOutUnbegun(run, decision);
    return;
  }
  const progress = taskOf(run, open.subject);
  if (progress?.step.kind !== 'await-decision') return;
  if (decision.decision === 'skip') {
    skipTask(run, open.subject, `decided by ${decision.by}`);
    return;
  }
  const { question } = progress.step;
  if (decision.decision === 'retry' && question.findings.length > 0)
    await addRepair(run, question.findings, open, decision);
  const current = taskOf(run, open.subject) ?? progress;
  const next = afterDecision(current, question, decision);
  replaceTask(run, isSettledProgress(next) ? { ...next, endedAt: now() } : next);
}

/** Findings to be mended become a task of whoever owns the code; the audit runs again after it. */
async function addRepair(
  run: Run,
  findings: readonly Finding[],
  open: OpenEscalation,
  decision: Decision,
): Promise<void> {
  const { progress } = run;
  const { handle, plan, analysis } = progress;
  const audit = progress.tasks.find((row) => row.task.id === open.subject)?.task;
  if (handle === null || plan === null || analysis === null || audit === undefined) return;
  const outlines = progress.tasks.map((row) => row.task);
  const repair = repairTask({
    id: nextTaskId(outlines.map((task) => task.id)),
    audit,
    findings,
    tasks: outlines,
    guidance: decision.guidance,
  });
  const change = {
    kind: 'add' as const,
    tasks: [repair],
    dependencies: [{ taskId: audit.id, on: repair.id }],
  };
  const result = await patiently(run, () =>
    repository.amendPlan.executeWithOptions({ summary: `add ${repair.id} · after ${open.escalation.id}` }, [
      { handle, analysis, plan: plan.ref, change },
    ]),
  );
  if (result?.outcome !== 'accepted') {
    if (result !== null) record(run, `the repair could not be added: ${result.errors.join('; ')}`, audit.id);
    return;
  }
  adoptPlan(run, result.plan, result.tasks);
  record(run, `added ${repair.id}: ${repair.title}`, repair.id);
}
