import { assertNever } from '../common/assert-never';
import type { Plan, PlanTask } from './plan';
import type { PlanPatch } from '../objective/messages';
import type { PlanChange } from '../work/work';

export type ChangedPlan =
  | { readonly kind: 'changed'; readonly plan: Plan }
  | { readonly kind: 'impossible'; readonly errors: string[] };

/** Applies a change to a plan; whether the result is a good plan is checked by `checkPlan`. */
export function amendPlan(
  plan: Plan,
  change: Exclude<PlanChange, { kind: 'repair' | 'feedback' }>,
): ChangedPlan {
  switch (change.kind) {
    case 'add': {
      const depend = (task: PlanTask): PlanTask => {
        const more = change.dependencies.filter((row) => row.taskId === task.id).map((row) => row.on);
        return more.length === 0 ? task : { ...task, dependsOn: [...new Set([...task.dependsOn, ...more])] };
      };
      return { kind: 'changed', plan: { ...plan, tasks: [...plan.tasks.map(depend), ...change.tasks] } };
    }
    case 'replace':
      return { kind: 'changed', plan: { summary: change.summary ?? plan.summary, tasks: change.tasks } };
    case 'patch':
      return change.patch.reduce<ChangedPlan>(
        (so, patch) => (so.kind === 'changed' ? applyPatch(so.plan, patch) : so),
        {
          kind: 'changed',
          plan,
        },
      );
    default:
      return assertNever(change, 'plan change');
  }
}

function applyPatch(plan: Plan, patch: PlanPatch): ChangedPlan {
  if (!plan.tasks.some((task) => task.id === patch.taskId)) {
    return { kind: 'impossible', errors: [`there is no task ${patch.taskId} to ${patch.op}`] };
  }
  const edit = (change: (task: PlanTask) => PlanTask): ChangedPlan => ({
    kind: 'changed',
    plan: { ...plan, tasks: plan.tasks.map((task) => (task.id === patch.taskId ? change(task) : task)) },
  });
  switch (patch.op) {
    case 'reassign':
      return edit((task) => ({ ...task, specialist: patch.specialist }));
    case 'depend':
      return edit((task) => ({ ...task, dependsOn: [...new Set([...task.dependsOn, patch.on])] }));
    case 'drop': {
      const dropped = plan.tasks.find((task) => task.id === patch.taskId);
      const rest = plan.tasks.filter((task) => task.id !== patch.taskId);
      return { kind: 'changed', plan: { ...plan, tasks: rest.map((task) => without(task, dropped)) } };
    }
    case 'budget':
      return edit(({ budgetUsd: _, ...task }) =>
        patch.usd === null ? task : { ...task, budgetUsd: patch.usd },
      );
    default:
      return assertNever(patch, 'patch');
  }
}

/** What waited for a dropped task waits for what that one waited for, so that the order of the others stays. */
function without(task: PlanTask, dropped: PlanTask | undefined): PlanTask {
  if (dropped === undefined || !task.dependsOn.includes(dropped.id)) return task;
  const others = task.dependsOn.filter((id) => id !== dropped.id);
  return { ...task, dependsOn: [...new Set([...others, ...dropped.dependsOn])] };
}
