import fc from 'fast-check';
import type { PlanTask } from '../../src/domain/plan/plan';
import { planTask, taskId } from './tasks';

/** Documentation tasks whose dependencies only point backwards, listed in any order. */
export function acyclicTasks(maxLength = 20): fc.Arbitrary<PlanTask[]> {
  return fc
    .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength })
    .map((rows) =>
      rows.map((picks, index) => {
        const earlier = index === 0 ? [] : [...new Set(picks.map((pick) => taskId((pick % index) + 1)))];
        return planTask(index + 1, { dependsOn: earlier });
      }),
    )
    .chain((tasks) => fc.shuffledSubarray(tasks, { minLength: tasks.length, maxLength: tasks.length }));
}
