// Needs Temporal (a real dev server); activities are scripted, but edits are judged by the real rules.
import { ApplicationFailure } from '@temporalio/common';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import type { smoothActivities } from '../support/department';
import {
  handedOff,
  objectiveInput,
  resultOf,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { editable } from '../support/editable-plan';
import { workUntilCancelled } from '../support/held-work';
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

const T1 = 'backend-T001';
const T2 = 'backend-T002';
const tasks = [planTask({ id: T1, budgetUsd: 1 }), planTask({ id: T2, dependsOn: [T1] })];

const review = ({ handle }: Objective, body: object): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ by: 'ada', ...body }] });
const refusal = (text: string): object => ({ cause: { message: expect.stringContaining(text) } });
const asksForApproval = ({ status }: Objective): Promise<ObjectiveStatus> =>
  until(status, ({ state }) => state === 'awaiting-approval');

describe('a review of the plan', () => {
  it('that approves and brings an edit along approves nothing', async () => {
    await department.withObjective(
      editable(tasks).activities,
      async (objective) => {
        await asksForApproval(objective);
        for (const more of [
          { patch: [{ op: 'drop', taskId: T2 }] },
          { plan: { summary: 'less', tasks: [tasks[0]] } },
        ]) {
          await expect(review(objective, { decision: 'approve', ...more })).rejects.toMatchObject(
            refusal('approve takes no plan and no patch'),
          );
        }
        await objective.handle.signal(MESSAGES.reviewPlan, {
          decision: 'approve',
          by: 'ada',
          patch: [{ op: 'drop', taskId: T2 }],
        });
        const seen = await until(objective.status, ({ ignored }) => ignored.length === 1);
        expect(seen).toMatchObject({ state: 'awaiting-approval', plan: { version: 1 } });
        await review(objective, { decision: 'approve' });
        expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      },
      objectiveInput({ approvePlan: true }),
    );
  });

  it('that edits by a plan and by a patch at once is refused', async () => {
    await department.withObjective(
      editable(tasks).activities,
      async (objective) => {
        await asksForApproval(objective);
        await expect(
          review(objective, {
            decision: 'edit',
            plan: { summary: 'a plan', tasks },
            patch: [{ op: 'drop', taskId: T2 }],
          }),
        ).rejects.toMatchObject(refusal('a whole plan or a patch, not both'));
      },
      objectiveInput({ approvePlan: true }),
    );
  });

  it('with a text no stored plan may have is refused before it is stored', async () => {
    const { activities, asked } = editable(tasks);
    await department.withObjective(
      activities,
      async (objective) => {
        await asksForApproval(objective);
        await expect(
          review(objective, { decision: 'edit', plan: { summary: 'x'.repeat(2001), tasks } }),
        ).rejects.toMatchObject(refusal('summary'));
        expect(asked).toEqual([]);
      },
      objectiveInput({ approvePlan: true }),
    );
  });
});

it('an edit that cannot be checked is refused with why, and the objective asks nobody', async () => {
  const { activities } = editable(tasks, {
    runAttempt: (request) =>
      request.taskId === T1 ? workUntilCancelled() : Promise.resolve(handedOff(request)),
    amendPlan: () => Promise.reject(ApplicationFailure.nonRetryable('the store is full', 'Store.Full')),
  });
  await department.withObjective(activities, async (objective) => {
    await until(objective.status, (seen) => seen.tasks[0]?.state === 'running');
    await expect(
      review(objective, { decision: 'edit', patch: [{ op: 'drop', taskId: T2 }] }),
    ).rejects.toMatchObject(refusal('amendPlan could not be carried out: the store is full'));
    const seen = await objective.status();
    expect(seen).toMatchObject({ state: 'running', escalations: [], plan: { version: 1 } });
    expect(seen.tasks).toHaveLength(2);
  });
});

it('an edit that is being checked when the objective is cancelled is answered with that', async () => {
  let checking = false;
  const { activities } = editable(tasks, {
    runAttempt: () => workUntilCancelled(),
    amendPlan: () => {
      checking = true;
      return workUntilCancelled();
    },
  });
  await department.withObjective(activities, async (objective) => {
    await until(objective.status, (seen) => seen.tasks[0]?.state === 'running');
    const answer = review(objective, { decision: 'edit', patch: [{ op: 'drop', taskId: T2 }] });
    const refused = expect(answer).rejects.toMatchObject(
      refusal('the objective was cancelled before the edit was taken in'),
    );
    await until(objective.status, () => checking);
    await objective.handle.cancel();
    await refused;
    await expect(objective.handle.result()).rejects.toThrow();
  });
});

describe('where money is for a role to decide', () => {
  const rules = DecisionRules.parse({
    people: { architect: ['lin'] },
    who: { 'budget-exhausted': 'architect' },
  });
  const ruled = (): ReturnType<typeof smoothActivities> => {
    const { activities } = editable(tasks, {
      runAttempt: (request) =>
        request.taskId === T1 ? workUntilCancelled() : Promise.resolve(handedOff(request)),
    });
    const { surveyRepository } = activities;
    return {
      ...activities,
      surveyRepository: async (input) => ({ ...(await surveyRepository(input)), decisions: rules }),
    };
  };
  const plan = (budgetUsd?: number): object => ({
    summary: 'a plan',
    tasks: [planTask({ id: T1, ...(budgetUsd === undefined ? {} : { budgetUsd }) }), tasks[1]],
  });

  it('nobody else raises the budget of a task, in whatever way it is written', async () => {
    await department.withObjective(ruled(), async (objective) => {
      await until(objective.status, (seen) => seen.tasks[0]?.state === 'running');
      for (const edit of [
        { patch: [{ op: 'budget', taskId: T1, usd: 100 }] },
        { patch: [{ op: 'budget', taskId: T1, usd: null }] },
        { plan: plan(100) },
        { plan: plan() },
      ])
        await expect(review(objective, { decision: 'edit', ...edit })).rejects.toMatchObject(
          refusal('budget-exhausted is for architect (lin)'),
        );
      expect((await objective.status()).tasks[0]?.budgetUsd).toBe(1);
    });
  });

  it('anybody lowers it, or gives one to a task that has none', async () => {
    await department.withObjective(ruled(), async (objective) => {
      await until(objective.status, (seen) => seen.tasks[0]?.state === 'running');
      const patch = [
        { op: 'budget', taskId: T1, usd: 0.5 },
        { op: 'budget', taskId: T2, usd: 5 },
      ];
      await review(objective, { decision: 'edit', patch });
      expect((await objective.status()).tasks.map(({ budgetUsd }) => budgetUsd)).toEqual([0.5, 5]);
    });
  });
});
