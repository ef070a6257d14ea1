import type { Activities } from '../../activities/contract';
import { outlineTask, type Plan, type PlanTask } from '../../src/domain/plan/plan';
import { judgeChange } from '../../src/domain/plan/plan-edit';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AmendPlanRequest, PlanResult } from '../../src/domain/work/work';
import { NOTHING_TOUCHED } from '../domain/tasks';
import { sha, smoothActivities } from './department';

/** Plans in a store of their own, changed and judged as the worker does it. */
export function editable(
  tasks: readonly PlanTask[],
  over: Partial<Activities> = {},
): { readonly activities: Activities; readonly asked: AmendPlanRequest[] } {
  const stored = new Map<string, Plan>();
  const asked: AmendPlanRequest[] = [];
  const accept = (plan: Plan): PlanResult => {
    const ref = sha(JSON.stringify(plan));
    stored.set(ref, plan);
    return { outcome: 'accepted', plan: ref, tasks: plan.tasks.map(outlineTask), usage: NO_USAGE };
  };
  const activities = smoothActivities(tasks, {
    planObjective: () => Promise.resolve(accept({ summary: 'a plan', tasks: [...tasks] })),
    amendPlan: (request) => {
      asked.push(request);
      const { change } = request;
      if (change.kind === 'repair' || change.kind === 'feedback') throw new Error('edits only');
      const judged = judgeChange({
        plan: stored.get(request.plan)!,
        change,
        analysis: NOTHING_TOUCHED,
        roster: SPECIALIST_NAMES,
        begun: request.begun ?? [],
      });
      return Promise.resolve(
        judged.kind === 'accepted'
          ? accept(judged.plan)
          : { outcome: 'refused', errors: [...judged.errors], usage: NO_USAGE },
      );
    },
    ...over,
  });
  return { activities, asked };
}
