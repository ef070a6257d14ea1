// Needs nothing.
import fc from 'fast-check';
import { compareIds } from '../../../src/domain/plan/plan';
import {
  blocks,
  criticalPath,
  dependantsOf,
  dependencyClosure,
  parallelGroups,
  planStages,
  topologicalOrder,
} from '../../../src/domain/plan/task-graph';
import { acyclicTasks } from '../arbitrary-plans';
import { AUTH_TASKS, planTask, taskId } from '../tasks';

test("the charter's example is shown as two parallel groups and four steps after them", () => {
  const shown = planStages(AUTH_TASKS).map((stage) => ({
    ...stage,
    after: stage.after.map((id) => Number(id.slice(-3))),
    tasks: stage.tasks.map((id) => Number(id.slice(-3))),
  }));
  expect(shown).toEqual([
    { number: 1, kind: 'parallel', after: [], tasks: [1, 2] },
    { number: 2, kind: 'parallel', after: [1, 2], tasks: [3, 4] },
    { number: 3, kind: 'sequential', after: [3], tasks: [5] },
    { number: 4, kind: 'sequential', after: [2], tasks: [6] },
    { number: 5, kind: 'sequential', after: [3, 4, 5, 6], tasks: [7] },
    { number: 6, kind: 'sequential', after: [7], tasks: [8] },
  ]);
  expect(
    [...parallelGroups(AUTH_TASKS)].sort(([a], [b]) => compareIds(a, b)).map(([, group]) => group),
  ).toEqual([1, 1, 2, 2, 3, 4, 5, 6]);
});

test('in any plan every task is in one group, after the groups of what it waits for', () => {
  fc.assert(
    fc.property(acyclicTasks(), (tasks) => {
      const groups = parallelGroups(tasks);
      expect(groups.size).toBe(tasks.length);
      for (const task of tasks) {
        for (const id of task.dependsOn) expect(groups.get(id)).toBeLessThan(groups.get(task.id) ?? 0);
      }
    }),
  );
});

test('in topological order dependencies come first', () => {
  fc.assert(
    fc.property(acyclicTasks(), (tasks) => {
      const order = topologicalOrder(tasks).map((task) => task.id);
      expect([...order].sort(compareIds)).toEqual(tasks.map((task) => task.id).sort(compareIds));
      for (const task of tasks) {
        for (const id of task.dependsOn) expect(order.indexOf(id)).toBeLessThan(order.indexOf(task.id));
      }
    }),
  );
});

test('waiting for and being waited for are the same relation seen from both ends', () => {
  fc.assert(
    fc.property(acyclicTasks(), (tasks) => {
      const closure = dependencyClosure(tasks);
      for (const task of tasks) {
        const waiting = tasks.filter((other) => closure.get(other.id)?.has(task.id)).map((other) => other.id);
        expect(dependantsOf(tasks, task.id)).toEqual(waiting.sort(compareIds));
      }
    }),
  );
});

test('a task blocks those that name it, and through them all that follow', () => {
  expect(blocks(AUTH_TASKS, taskId(2))).toEqual([taskId(3), taskId(4), taskId(6)]);
  expect(dependantsOf(AUTH_TASKS, taskId(6))).toEqual([taskId(7), taskId(8)]);
  expect(dependantsOf(AUTH_TASKS, taskId(8))).toEqual([]);
});

test('a cycle neither hangs the graph functions nor gets a group', () => {
  const tasks = [
    planTask(1),
    planTask(2, { dependsOn: [taskId(3)] }),
    planTask(3, { dependsOn: [taskId(2)] }),
    planTask(4, { dependsOn: [taskId(3)] }),
  ];
  expect(topologicalOrder(tasks).map((task) => task.id)).toEqual([taskId(1)]);
  expect([...parallelGroups(tasks).keys()]).toEqual([taskId(1)]);
  expect(dependantsOf(tasks, taskId(2))).toEqual([taskId(3), taskId(4)]);
});

test('the critical path is the longest chain of durations', () => {
  const minutes = [10, 20, 30, 5, 5, 50, 10, 10];
  const durations = new Map(minutes.map((duration, index) => [taskId(index + 1), duration]));
  expect(criticalPath(AUTH_TASKS, durations)).toEqual({
    path: [taskId(2), taskId(6), taskId(7), taskId(8)],
    length: 90,
  });
});

test('what is left out of the durations takes no time', () => {
  expect(criticalPath(AUTH_TASKS, new Map([[taskId(8), 7]])).length).toBe(7);
  expect(criticalPath([], new Map())).toEqual({ path: [], length: 0 });
});
