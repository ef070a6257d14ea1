import type { Analysis } from './analysis';
import { PlanTask, type Plan } from './plan';
import { amendPlan } from './plan-change';
import { checkPlan } from './plan-check';
import { isIntegrated, isSettled, type TaskState } from '../department/states';
import type { BegunTask, PlanChange } from '../work/work';

export type JudgedPlan =
  | { readonly kind: 'accepted'; readonly plan: Plan }
  | { readonly kind: 'refused'; readonly errors: readonly string[] };

const KEYS = Object.keys(PlanTask.shape) as readonly (keyof PlanTask)[];

/** Changes a plan and checks what comes of it: what has begun stays as it is, and the rest is a good plan. */
export function judgeChange(request: {
  readonly plan: Plan;
  readonly change: Exclude<PlanChange, { kind: 'repair' | 'feedback' }>;
  readonly analysis: Analysis;
  readonly roster: readonly string[];
  readonly begun: readonly BegunTask[];
}): JudgedPlan {
  const { plan, change, analysis, roster, begun } = request;
  const changed = amendPlan(plan, change);
  if (changed.kind === 'impossible') return { kind: 'refused', errors: changed.errors };
  const errors = checkBegun(plan, changed.plan, begun);
  const wrong = errors.length > 0 ? errors : checkPlan(changed.plan, analysis, roster);
  return wrong.length > 0 ? { kind: 'refused', errors: wrong } : { kind: 'accepted', plan: changed.plan };
}

/** What an edit does to tasks that have begun, one sentence each naming the task; empty: it leaves them alone. */
function checkBegun(before: Plan, after: Plan, begun: readonly BegunTask[]): string[] {
  const states = new Map(begun.map(({ taskId, state }) => [taskId, state]));
  const kept = new Map(after.tasks.map((task) => [task.id, task]));
  const changed = before.tasks.flatMap((task) => {
    const state = states.get(task.id);
    return state === undefined ? [] : changesOf(task, kept.get(task.id), state);
  });
  const stranded = after.tasks
    .filter((task) => !states.has(task.id))
    .flatMap((task) =>
      task.dependsOn
        .filter((id) => isLost(states.get(id)))
        .map(
          (id) =>
            `${task.id} depends on ${id}, which is ${states.get(id) ?? ''}, so it could never begin; remove that dependency.`,
        ),
    );
  return [...changed, ...stranded];
}

function changesOf(task: PlanTask, kept: PlanTask | undefined, state: TaskState): string[] {
  const why = isSettled(state)
    ? `${task.id} is ${state} already`
    : `${task.id} has begun (${begunAs(state)})`;
  if (kept === undefined) {
    return [
      isSettled(state)
        ? `${why}, so it cannot be dropped; leave it in the plan.`
        : `${why}, so it cannot be dropped; cancel it instead, or leave it in the plan.`,
    ];
  }
  // More or less money is no change of the work.
  const fixed = isSettled(state) ? KEYS : KEYS.filter((key) => key !== 'budgetUsd');
  const keys = fixed.filter((key) => canonical(task[key]) !== canonical(kept[key]));
  return keys.length === 0
    ? []
    : [`${why}, so its ${keys.join(', ')} cannot change any more; leave it as it was.`];
}

/** What has begun and still waits to be worked on is a schema change whose migration is designed before that. */
function begunAs(state: TaskState): string {
  return state === 'pending' || state === 'ready' ? 'its migration is designed' : state;
}

/** Settled, and not on the integration branch: whoever waits for it waits for ever. */
function isLost(state: TaskState | undefined): boolean {
  return state !== undefined && isSettled(state) && !isIntegrated(state);
}

/** The same text for the same value, in whatever order its keys were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Whether two plans say the same. */
export function samePlan(a: Plan, b: Plan): boolean {
  return canonical(a) === canonical(b);
}
