import { isCancellation, patched } from '@temporalio/workflow';
import { databaseWorkflowId } from '../src/domain/coordination/coordination-orders';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import type { TaskId } from '../src/domain/plan/plan';
import type { ClaimsFreed, HeldTask } from '../src/domain/coordination/repository-claims';
import { isIntegrated } from '../src/domain/department/states';
import { claims } from './proxies';
import { record, type Run } from './run';
import { patiently, troubleOf } from './trouble';

/** Others can only be in the way of work on a repository that they can reach: a sample is a copy for this objective. */
function isShared({ input }: Run): boolean {
  return input.repository.kind !== 'sample' && patched('repository-claims');
}

/** What other objectives hold, for the planner. A plan that is made without knowing it waits later. */
export async function readHeld(run: Run, handle: ObjectiveHandle): Promise<readonly string[]> {
  if (!isShared(run)) return [];
  try {
    const held = await claims.readClaims.executeWithOptions({ summary: 'read what other objectives hold' }, [
      { handle },
    ]);
    return held.lines;
  } catch (error) {
    if (isCancellation(error)) throw error;
    record(run, troubleOf(error).text);
    return [];
  }
}

/** Claims what the plan holds, once for each version of it, and again when somebody in the way is gone. */
export async function claimPlan(run: Run): Promise<void> {
  const { progress } = run;
  const { handle, plan } = progress;
  if (handle === null || plan === null || progress.claims?.plan === plan.ref) return;
  if (!isShared(run)) return;
  for (;;) {
    const before = { plan: null, held: progress.claims?.held ?? [] };
    progress.claims = before;
    const without = leftOut(run);
    const answer = await patiently(run, () =>
      claims.claimWork.executeWithOptions({ summary: `claim the work of plan ${plan.version}` }, [
        { handle, plan: plan.ref, ...(without.length > 0 ? { without } : {}) },
      ]),
    );
    if (answer === null) return;
    // Somebody was freed since the entity answered: what it said may be out of date.
    if (progress.claims !== before) continue;
    for (const row of answer.held) {
      if (!before.held.some((known) => sameHold(known, row))) record(run, waitText(row), row.taskId);
    }
    progress.claims = { plan: plan.ref, held: answer.held };
    run.revision += 1;
    return;
  }
}

/** The entity says that somebody in the way is gone: these tasks go on, and it is asked about the others. */
export function takeFreed(run: Run, { taskIds }: ClaimsFreed): void {
  const known = run.progress.claims;
  if (known === undefined) return;
  for (const row of known.held) {
    if (taskIds.includes(row.taskId)) record(run, `no longer waits for ${row.holder}`, row.taskId);
  }
  run.progress.claims = { plan: null, held: known.held.filter((row) => !taskIds.includes(row.taskId)) };
  run.revision += 1;
}

/** Tasks that were left out with nothing merged. */
function leftOut({ progress }: Run): TaskId[] {
  return progress.tasks
    .filter(({ step }) => step.kind === 'settled' && !isIntegrated(step.state))
    .map(({ task }) => task.id);
}

/** Somebody left a task out: what it holds is given back before the objective ends. */
export function claimAnew({ progress }: Run): void {
  const { claims: known } = progress;
  // Older histories held it to their end.
  if (known !== undefined && patched('left-out-tasks-hold-nothing'))
    progress.claims = { plan: null, held: known.held };
}

/** Gives everything back at the end. Where that fails, the entity finds out by itself that the objective has ended. */
export async function releaseClaims(run: Run): Promise<void> {
  const { handle, claims: held, coordination, delivery, outcome, tasks } = run.progress;
  // Numbers of migrations are handed out to the workflow that coordinates them.
  const numbered = coordination.children.includes(databaseWorkflowId(run.input.objectiveId));
  if (handle === null || (held === undefined && !numbered)) return;
  const delivered = delivery !== null && (outcome === 'delivered' || outcome === 'delivered-with-waivers');
  const made = tasks.filter(({ step }) => step.kind === 'settled' && isIntegrated(step.state));
  try {
    await claims.releaseClaims.executeWithOptions({ summary: 'release what was claimed' }, [
      { handle, delivered, made: made.map(({ task }) => task.id) },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    record(run, troubleOf(error).text);
  }
}

/** Tasks that wait for other objectives. */
export function heldTasks({ progress }: Run): ReadonlyMap<TaskId, HeldTask> {
  return new Map((progress.claims?.held ?? []).map((row) => [row.taskId, row]));
}

export function waitText({ holder, holderTask, what }: HeldTask): string {
  return `waits for ${holder} (${holderTask}): ${what}`;
}

function sameHold(a: HeldTask, b: HeldTask): boolean {
  return a.taskId === b.taskId && waitText(a) === waitText(b);
}
