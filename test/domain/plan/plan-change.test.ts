// Needs nothing: plans are changed by a pure function.
import { amendPlan, type ChangedPlan } from '../../../src/domain/plan/plan-change';
import type { PlanPatch } from '../../../src/domain/objective/messages';
import type { PlanTask } from '../../../src/domain/plan/plan';
import { planTask, taskId } from '../tasks';

const plan = {
  summary: 'two',
  tasks: [planTask(1), planTask(2, { dependsOn: [taskId(1)] }), planTask(3, { dependsOn: [taskId(2)] })],
};
const patched = (...patch: readonly PlanPatch[]): ChangedPlan =>
  amendPlan(plan, { kind: 'patch', patch: [...patch] });
const tasksOf = (changed: ChangedPlan): readonly PlanTask[] =>
  changed.kind === 'changed' ? changed.plan.tasks : [];

describe('changing a plan', () => {
  it('reassigns a task and leaves the others alone', () => {
    const tasks = tasksOf(patched({ op: 'reassign', taskId: taskId(2), specialist: 'python-pro' }));
    expect(tasks.map((task) => task.specialist)).toEqual(['nodejs-expert', 'python-pro', 'nodejs-expert']);
  });

  it('adds a dependency once, however often it is asked for', () => {
    const on = { op: 'depend' as const, taskId: taskId(3), on: taskId(1) };
    expect(tasksOf(patched(on, on))[2]?.dependsOn).toEqual([taskId(2), taskId(1)]);
  });

  it('what waited for a dropped task waits for what that one waited for', () => {
    const tasks = tasksOf(patched({ op: 'drop', taskId: taskId(2) }));
    expect(tasks.map((task) => [task.id, task.dependsOn])).toEqual([
      [taskId(1), []],
      [taskId(3), [taskId(1)]],
    ]);
  });

  it('a patch of an unknown task is impossible, and nothing after it is applied', () => {
    expect(patched({ op: 'drop', taskId: taskId(9) }, { op: 'drop', taskId: taskId(1) })).toEqual({
      kind: 'impossible',
      errors: ['there is no task backend-T009 to drop'],
    });
  });

  it('a second patch meets what the first one left', () => {
    expect(patched({ op: 'drop', taskId: taskId(1) }, { op: 'drop', taskId: taskId(1) })).toMatchObject({
      kind: 'impossible',
    });
  });

  it('a budget of a single task is kept, and taken away again', () => {
    const capped = patched({ op: 'budget', taskId: taskId(1), usd: 2 });
    expect(tasksOf(capped).map((task) => task.budgetUsd)).toEqual([2, undefined, undefined]);
    const free = patched(
      { op: 'budget', taskId: taskId(1), usd: 2 },
      { op: 'budget', taskId: taskId(1), usd: null },
    );
    expect(free).toEqual({ kind: 'changed', plan });
  });

  it('replacing keeps nothing of the old tasks; the plan given is left as it was', () => {
    const before = structuredClone(plan);
    expect(
      tasksOf(amendPlan(plan, { kind: 'replace', tasks: [planTask(7)] })).map((task) => task.id),
    ).toEqual([taskId(7)]);
    patched({ op: 'drop', taskId: taskId(1) });
    expect(plan).toEqual(before);
  });
});
