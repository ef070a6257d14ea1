// Needs nothing: changes of a plan are judged by a pure function.
import fc from 'fast-check';
import type { PlanPatch } from '../../../src/domain/objective/messages';
import { judgeChange, type JudgedPlan } from '../../../src/domain/plan/plan-edit';
import type { Plan } from '../../../src/domain/plan/plan';
import { SPECIALIST_NAMES } from '../../../src/domain/department/specialists';
import type { BegunTask } from '../../../src/domain/work/work';
import { acyclicTasks } from '../arbitrary-plans';
import { NOTHING_TOUCHED, planTask, taskId } from '../tasks';

const judge = (plan: Plan, patch: PlanPatch[], begun: BegunTask[] = []): JudgedPlan =>
  judgeChange({
    plan,
    change: { kind: 'patch', patch },
    analysis: NOTHING_TOUCHED,
    roster: SPECIALIST_NAMES,
    begun,
  });
const plan: Plan = { summary: 'three', tasks: [planTask(1), planTask(2), planTask(3)] };

describe('a change of a plan', () => {
  it('may change the budget of what has begun, but not of what is settled', () => {
    const raise = [{ op: 'budget' as const, taskId: taskId(1), usd: 2 }];
    expect(judge(plan, raise, [{ taskId: taskId(1), state: 'running' }]).kind).toBe('accepted');
    expect(judge(plan, raise, [{ taskId: taskId(1), state: 'merged' }])).toEqual({
      kind: 'refused',
      errors: [
        'backend-T001 is merged already, so its budgetUsd cannot change any more; leave it as it was.',
      ],
    });
  });

  it('tells of a schema change that waits with its migration designed why it stays', () => {
    expect(
      judge(plan, [{ op: 'drop', taskId: taskId(1) }], [{ taskId: taskId(1), state: 'ready' }]),
    ).toMatchObject({
      errors: [expect.stringContaining('backend-T001 has begun (its migration is designed)')],
    });
  });

  it('lets nothing wait for what was left out', () => {
    const wait = [{ op: 'depend' as const, taskId: taskId(2), on: taskId(1) }];
    expect(judge(plan, wait, [{ taskId: taskId(1), state: 'skipped' }])).toMatchObject({
      errors: [expect.stringContaining('backend-T002 depends on backend-T001, which is skipped')],
    });
    expect(judge(plan, wait, [{ taskId: taskId(1), state: 'merged' }]).kind).toBe('accepted');
  });

  it('that is accepted leaves whatever has begun as it was, but for its budget', () => {
    const patches = (count: number): fc.Arbitrary<PlanPatch[]> => {
      const id = fc.integer({ min: 1, max: count }).map(taskId);
      return fc.array(
        fc.oneof(
          fc.record({ op: fc.constant('drop' as const), taskId: id }),
          fc.record({ op: fc.constant('depend' as const), taskId: id, on: id }),
          fc.record({
            op: fc.constant('reassign' as const),
            taskId: id,
            specialist: fc.constantFrom(...SPECIALIST_NAMES),
          }),
          fc.record({ op: fc.constant('budget' as const), taskId: id, usd: fc.constantFrom(1, null) }),
        ),
        { minLength: 1, maxLength: 5 },
      );
    };
    const cases = acyclicTasks(8).chain((tasks) =>
      fc.tuple(fc.constant(tasks), fc.subarray(tasks.map((task) => task.id)), patches(tasks.length)),
    );
    fc.assert(
      fc.property(cases, ([tasks, ids, patch]) => {
        const begun = ids.map((id) => ({ taskId: id, state: 'running' as const }));
        const judged = judge({ summary: '', tasks }, patch, begun);
        if (judged.kind === 'refused') return;
        for (const id of ids) {
          const { budgetUsd: _, ...after } = judged.plan.tasks.find((task) => task.id === id)!;
          expect(after).toEqual(tasks.find((task) => task.id === id));
        }
      }),
    );
  });
});
