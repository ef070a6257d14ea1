// Needs nothing.
import fc from 'fast-check';
import type { Analysis } from '../../../src/domain/plan/analysis';
import { claimsOverlap } from '../../../src/domain/plan/path-claims';
import { Plan, type PlanTask } from '../../../src/domain/plan/plan';
import { checkPlan, MAX_PLAN_ERRORS } from '../../../src/domain/plan/plan-check';
import { SPECIALIST_NAMES } from '../../../src/domain/department/specialists';
import { dependencyClosure } from '../../../src/domain/plan/task-graph';
import { acyclicTasks } from '../arbitrary-plans';
import { AUTH_ANALYSIS, AUTH_TASKS, NOTHING_TOUCHED, planTask, taskId } from '../tasks';

function check(tasks: readonly PlanTask[], analysis: Analysis = NOTHING_TOUCHED): string[] {
  return checkPlan({ tasks }, analysis, SPECIALIST_NAMES);
}

/** The charter's example with one task changed. */
function authWith(number: number, changes: Partial<PlanTask>): PlanTask[] {
  return AUTH_TASKS.map((task) => (task.id === taskId(number) ? { ...task, ...changes } : task));
}

function authWithout(number: number): PlanTask[] {
  return AUTH_TASKS.filter((task) => task.id !== taskId(number)).map((task) => ({
    ...task,
    dependsOn: task.dependsOn.filter((id) => id !== taskId(number)),
  }));
}

function manyTasks(count: number): PlanTask[] {
  return Array.from({ length: count }, (_, index) => planTask(index + 1));
}

test("the charter's example is fine", () => {
  expect(check(AUTH_TASKS, AUTH_ANALYSIS)).toEqual([]);
});

test.each([
  [0, 'The plan has no tasks; give it 1 to 200.'],
  [201, 'The plan has 201 tasks; join some, 200 are the most.'],
  [10_000, 'The plan has 10000 tasks; join some, 200 are the most.'],
])('%i tasks are refused', (count, error) => {
  expect(check(manyTasks(count))).toEqual([error]);
});

test.each([1, 200])('%i tasks are accepted', (count) => {
  expect(check(manyTasks(count))).toEqual([]);
});

test('200 tasks that all wait for each other and claim 100 paths each are checked', () => {
  const tasks = manyTasks(200).map((task, index) => ({
    ...task,
    dependsOn: manyTasks(index).map((earlier) => earlier.id),
    owns: Array.from({ length: 100 }, (_, path) => `src/deep/er/folder-${path}/**`),
  }));
  expect(check(tasks)).toEqual([]);
});

test('tasks with the same id are refused', () => {
  expect(check([planTask(1), planTask(2), planTask(1)])).toEqual([
    '2 tasks have the id backend-T001; give each its own.',
  ]);
});

test.each(['backend-T١٢٣', 'backend-Ｔ001', 'bäckend-T001', 'backend-T001\u200b', 'backend-T001\n', 'T001'])(
  'the id %j never gets as far as the check',
  (id) => {
    expect(Plan.safeParse({ summary: '', tasks: [planTask(1)] }).success).toBe(true);
    expect(Plan.safeParse({ summary: '', tasks: [{ ...planTask(1), id }] }).success).toBe(false);
    expect(Plan.safeParse({ summary: '', tasks: [planTask(1, { dependsOn: [id] })] }).success).toBe(false);
  },
);

test('a dependency the plan does not have is named', () => {
  expect(check([planTask(1, { dependsOn: [taskId(7), taskId(8)] })])).toEqual([
    'backend-T001 depends on backend-T007, backend-T008, which the plan does not have; remove or add it.',
  ]);
});

test('a task that waits for itself is named once', () => {
  expect(check([planTask(1, { dependsOn: [taskId(1)] })])).toEqual([
    'backend-T001 depends on itself; remove that dependency.',
  ]);
});

test('a task id whose number is beyond all use is refused', () => {
  const tasks = [planTask(1), { ...planTask(2), id: `backend-T${'9'.repeat(30)}` }];
  expect(checkPlan({ tasks }, NOTHING_TOUCHED, SPECIALIST_NAMES)).toEqual([
    expect.stringContaining('is too high; 999999 is the highest'),
  ]);
});

test('each knot of dependencies is named by one circle', () => {
  const errors = check([
    planTask(1, { dependsOn: [taskId(3)] }),
    planTask(2, { dependsOn: [taskId(1)] }),
    planTask(3, { dependsOn: [taskId(2)] }),
    planTask(4, { dependsOn: [taskId(5), taskId(1)] }),
    planTask(5, { dependsOn: [taskId(4)] }),
    planTask(6, { dependsOn: [taskId(5)] }),
  ]);
  expect(errors).toEqual([
    'The dependencies run in a circle, backend-T001 → backend-T003 → backend-T002 → backend-T001; remove one of them.',
    'The dependencies run in a circle, backend-T004 → backend-T005 → backend-T004; remove one of them.',
  ]);
});

test('every graph without a way back is accepted', () => {
  fc.assert(fc.property(acyclicTasks(), (tasks) => expect(check(tasks)).toEqual([])));
});

test('any dependency that closes a circle is refused and lies on the circle that is named', () => {
  fc.assert(
    fc.property(acyclicTasks(), fc.nat(), fc.nat(), (tasks, from, to) => {
      const last = tasks[from % tasks.length];
      const above = [...(dependencyClosure(tasks).get(last?.id ?? '') ?? [])];
      const first = above[to % Math.max(1, above.length)] ?? last?.id ?? '';
      const knotted = tasks.map((task) =>
        task.id === first ? { ...task, dependsOn: [...task.dependsOn, last?.id ?? ''] } : task,
      );
      const errors = check(knotted);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain(first);
      expect(errors[0]).toContain(first === last?.id ? 'itself' : ' → ');
    }),
  );
});

test('a specialist outside the roster is named together with the roster', () => {
  const [error] = check([planTask(1, { specialist: 'rust-expert' })]);
  expect(error).toMatch(/^backend-T001 is given to @rust-expert, who is not in the roster; .*@python-pro/);
  const roster = [...SPECIALIST_NAMES, 'rust-expert'];
  expect(checkPlan({ tasks: [planTask(1, { specialist: 'rust-expert' })] }, NOTHING_TOUCHED, roster)).toEqual(
    [],
  );
});

test('two tasks that may run at the same time cannot own the same path', () => {
  const tasks = [planTask(1, { owns: ['src/**'] }), planTask(2, { owns: ['src/auth/**'] })];
  expect(check(tasks)).toEqual([
    'backend-T002 and backend-T001 may run at the same time and both own src/auth/** within src/**; ' +
      'let one depend on the other, divide the paths, or list the path under shares.',
  ]);
});

test('tasks one after the other may own the same path, also with others between', () => {
  const tasks = [
    planTask(1, { owns: ['src/**'] }),
    planTask(2, { dependsOn: [taskId(1)] }),
    planTask(3, { owns: ['src/a.js'], dependsOn: [taskId(2)] }),
  ];
  expect(check(tasks)).toEqual([]);
});

test('shared paths may overlap', () => {
  expect(check([planTask(1, { shares: ['src/app.js'] }), planTask(2, { shares: ['src/app.js'] })])).toEqual(
    [],
  );
});

test('a folder is claimed with /**', () => {
  expect(check([planTask(1, { owns: ['src/auth/'] })])).toEqual([
    'backend-T001 claims src/auth/; write a folder as src/auth/**.',
  ]);
});

test('ownership is refused exactly for pairs that overlap and are not in order', () => {
  const claims = fc.array(fc.constantFrom('a', 'a/**', 'a/b', 'a/b/**', 'b/**', 'ab', 'b/a'), {
    maxLength: 3,
  });
  const plans = acyclicTasks(8).chain((tasks) =>
    fc
      .array(claims, { minLength: tasks.length, maxLength: tasks.length })
      .map((owned) => tasks.map((task, index) => ({ ...task, owns: owned[index] ?? [] }))),
  );
  fc.assert(
    fc.property(plans, (tasks) => {
      const waitsFor = dependencyClosure(tasks);
      const clashes = tasks.flatMap((a, index) =>
        tasks
          .slice(index + 1)
          .filter((b) => !waitsFor.get(a.id)?.has(b.id) && !waitsFor.get(b.id)?.has(a.id))
          .filter((b) => a.owns.some((mine) => b.owns.some((theirs) => claimsOverlap(mine, theirs)))),
      );
      expect(check(tasks)).toHaveLength(clashes.length);
    }),
  );
});

test('schema changes need a schema task by the database optimizer', () => {
  const expected =
    'The objective changes the database schema but no schema task is given to @database-optimizer; add one.';
  expect(check(authWith(2, { specialist: 'nodejs-expert' }), AUTH_ANALYSIS)).toContain(expected);
  expect(check(authWith(2, { kind: 'documentation' }), AUTH_ANALYSIS)).toContain(expected);
});

test('endpoints need a contract task by one of the two architects of interfaces', () => {
  expect(check(authWith(1, { specialist: 'nodejs-expert' }), AUTH_ANALYSIS)).toEqual([
    'The objective touches API endpoints but no contract task is given to @api-architect or @graphql-architect; add one.',
  ]);
  expect(check(authWith(1, { specialist: 'graphql-architect' }), AUTH_ANALYSIS)).toEqual([]);
});

test('implementation does not start before the contract', () => {
  expect(check(authWith(4, { dependsOn: [taskId(2)] }), AUTH_ANALYSIS)).toEqual([
    'backend-T004 would be implemented before the contract; let each depend on backend-T001.',
  ]);
});

test('data access by the database optimizer may wait for the schema alone, but not for nothing', () => {
  expect(check(authWith(6, { dependsOn: [] }), AUTH_ANALYSIS)).toEqual([
    'backend-T006 would be implemented before the contract; let each depend on backend-T001.',
  ]);
});

test.each([
  [7, 'security-audit'],
  [8, 'performance-test'],
])('code without task %i is refused: a %s is owed', (number, kind) => {
  expect(check(authWithout(number), AUTH_ANALYSIS)).toContain(
    `backend-T003, backend-T004, backend-T005, backend-T006 implement code but no ${kind} task is planned; add one.`,
  );
});

test('audit and performance test wait for all code', () => {
  expect(check(authWith(7, { dependsOn: [taskId(3), taskId(5)] }), AUTH_ANALYSIS)).toEqual([
    'No security-audit task waits for all implementation; let backend-T007 depend on backend-T004, backend-T006.',
    'No performance-test task waits for all implementation; let backend-T008 depend on backend-T004, backend-T006.',
  ]);
});

test('nobody audits code of their own', () => {
  expect(check(authWith(7, { specialist: 'nodejs-expert' }), AUTH_ANALYSIS)).toEqual([
    'backend-T007 has @nodejs-expert audit code of their own, backend-T003, backend-T004, backend-T005; give it to another.',
  ]);
});

test('a role brought by the target repository audits nothing', () => {
  const tasks = authWith(7, { specialist: 'rubber-stamp' });
  expect(checkPlan({ tasks }, AUTH_ANALYSIS, [...SPECIALIST_NAMES, 'rubber-stamp'])).toEqual([
    "backend-T007 is a security audit by @rubber-stamp; give it to one of the department's own specialists.",
  ]);
});

test('however wrong a plan is, its errors fit into a message', () => {
  const tasks = manyTasks(200).map((task) => ({ ...task, owns: [`src/${'x'.repeat(280)}/**`, 'src/**'] }));
  const errors = check(tasks);
  expect(errors).toHaveLength(MAX_PLAN_ERRORS);
  expect(Math.max(...errors.map((error) => error.length))).toBeLessThanOrEqual(500);
  expect(errors.at(-1)).toBe('19851 more errors follow; mend these first.');
});
