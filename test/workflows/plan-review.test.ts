// Needs Temporal (a real dev server); activities are scripted, but edits are judged by the real rules.
import type { Activities } from '../../activities/contract';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { PlanTask } from '../../src/domain/plan/plan';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptRequest } from '../../src/domain/work/work';
import {
  handedOff,
  objectiveInput,
  resultOf,
  sha,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { editable } from '../support/editable-plan';
import { charterTasks, planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
/** Lets go of what is held; a worker waits for its activities before it stops. */
const releases: (() => void)[] = [];
afterAll(async () => {
  for (const release of releases) release();
  await department.stop();
});

const T1 = 'backend-T001';
const T2 = 'backend-T002';
const T3 = 'backend-T003';

const edit = ({ handle }: Objective, body: object): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ decision: 'edit', by: 'ada', ...body }] });
const patch = (objective: Objective, ...ops: object[]): Promise<unknown> => edit(objective, { patch: ops });
const refusal = (text: string | RegExp): object => ({
  cause: {
    message: typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text),
  },
});
const approve = ({ handle }: Objective): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ decision: 'approve', by: 'ada' }] });

/** The first task works until it is let go; what was launched is noted. */
function held(tasks: readonly PlanTask[]): {
  readonly activities: Activities;
  readonly attempts: AttemptRequest[];
  readonly release: () => void;
} {
  const attempts: AttemptRequest[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  releases.push(release);
  const { activities } = editable(tasks, {
    runAttempt: async (request) => {
      attempts.push(request);
      if (request.taskId === T1) await gate;
      return handedOff(request);
    },
  });
  return { activities, attempts, release };
}

const chain = [
  planTask({ id: T1 }),
  planTask({ id: T2, dependsOn: [T1] }),
  planTask({ id: T3, dependsOn: [T2] }),
];
const working = ({ status }: Objective): Promise<unknown> =>
  until(status, (seen) => seen.tasks[0]?.state === 'running');

describe('an edit before the plan is approved', () => {
  const input = (): ReturnType<typeof objectiveInput> => objectiveInput({ approvePlan: true });

  it('answers with the new version, and what is built is the edited plan', async () => {
    const attempts: AttemptRequest[] = [];
    const { activities } = editable(chain, {
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request));
      },
    });
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (seen) => seen.state === 'awaiting-approval');
        const answer = await edit(objective, {
          baseVersion: 1,
          patch: [
            { op: 'reassign', taskId: T2, specialist: 'python-pro' },
            { op: 'drop', taskId: T1 },
          ],
        });
        expect(answer).toEqual({
          accepted: true,
          message: `edited: the plan is at version 2 now without ${T1}`,
        });
        const seen = await objective.status();
        expect(seen).toMatchObject({ state: 'awaiting-approval', plan: { version: 2 } });
        expect(seen.tasks.map((task) => [task.id, task.specialist])).toEqual([
          [T2, 'python-pro'],
          [T3, 'nodejs-expert'],
        ]);
        await approve(objective);
        expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
        expect(attempts.map((request) => [request.taskId, request.specialist])).toEqual([
          [T2, 'python-pro'],
          [T3, 'nodejs-expert'],
        ]);
      },
      input(),
    );
  });

  it('of an outdated version is refused before anything is asked', async () => {
    const { activities, asked } = editable(chain);
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (seen) => seen.state === 'awaiting-approval');
        await patch(objective, { op: 'drop', taskId: T3 });
        await expect(
          edit(objective, { baseVersion: 1, patch: [{ op: 'drop', taskId: T2 }] }),
        ).rejects.toMatchObject(refusal('the plan is at version 2 by now, not 1'));
        expect(asked).toHaveLength(1);
      },
      input(),
    );
  });

  it.each([
    [
      'an unknown specialist',
      { op: 'reassign', taskId: T1, specialist: 'cobol-expert' },
      /@cobol-expert, who is not in the roster/,
    ],
    ['a circle', { op: 'depend', taskId: T1, on: T3 }, /circle/],
    ['an unknown task', { op: 'drop', taskId: 'backend-T099' }, /no task backend-T099 to drop/],
  ])('with %s is refused by the answer, and the plan stays as it was', async (_, op, why) => {
    const { activities } = editable(chain);
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (seen) => seen.state === 'awaiting-approval');
        await expect(patch(objective, op)).rejects.toMatchObject(refusal(why));
        const seen = await objective.status();
        expect(seen).toMatchObject({ plan: { version: 1 }, state: 'awaiting-approval' });
        expect(seen.events.at(-1)?.text).toMatch(/^edit of the plan refused/);
      },
      input(),
    );
  });

  it('cannot drop the security audit of code, nor give it to who wrote the code', async () => {
    const { activities } = editable(charterTasks());
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (seen) => seen.state === 'awaiting-approval');
        await expect(patch(objective, { op: 'drop', taskId: 'backend-T007' })).rejects.toMatchObject(
          refusal('no security-audit task is planned'),
        );
        await expect(
          patch(objective, { op: 'reassign', taskId: 'backend-T007', specialist: 'nodejs-expert' }),
        ).rejects.toMatchObject(refusal('audit code of their own'));
      },
      input(),
    );
  });

  it('that changes nothing makes no version', async () => {
    const { activities } = editable(chain);
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (seen) => seen.state === 'awaiting-approval');
        expect(await patch(objective, { op: 'depend', taskId: T2, on: T1 })).toMatchObject({
          message: expect.stringContaining('changes nothing'),
        });
        expect(await objective.status()).toMatchObject({ plan: { version: 1 } });
      },
      input(),
    );
  });

  it('by a raw signal is recorded, and its refusal is told in the events', async () => {
    const { activities } = editable(chain);
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (seen) => seen.state === 'awaiting-approval');
        await objective.handle.signal(MESSAGES.reviewPlan, {
          decision: 'edit',
          patch: [{ op: 'depend', taskId: T1, on: T1 }],
          by: 'ada',
        });
        await until(objective.status, ({ events }) =>
          events.some(({ text }) => text.includes(`${T1} depends on itself`)),
        );
        await objective.handle.signal(MESSAGES.reviewPlan, {
          decision: 'edit',
          patch: [{ op: 'drop', taskId: T3 }],
          by: 'ada',
        });
        await until(objective.status, ({ plan, tasks }) => plan?.version === 2 && tasks.length === 2);
      },
      input(),
    );
  });
});

describe('an edit while the objective runs', () => {
  it('drops and reassigns what has not begun', async () => {
    const { activities, attempts, release } = held(chain);
    await department.withObjective(activities, async (objective) => {
      await working(objective);
      expect(
        await patch(
          objective,
          { op: 'drop', taskId: T2 },
          { op: 'reassign', taskId: T3, specialist: 'python-pro' },
        ),
      ).toMatchObject({ message: expect.stringContaining(`version 2 now without ${T2}`) });
      expect((await objective.status()).tasks.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
        [T1, []],
        [T3, [T1]],
      ]);
      release();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect(attempts.map((request) => [request.taskId, request.specialist])).toEqual([
        [T1, 'nodejs-expert'],
        [T3, 'python-pro'],
      ]);
    });
  });

  it.each([
    ['dropping', { op: 'drop', taskId: T1 }, `${T1} has begun (running), so it cannot be dropped`],
    [
      'reassigning',
      { op: 'reassign', taskId: T1, specialist: 'python-pro' },
      'so its specialist cannot change',
    ],
  ])('%s what runs is refused with its name', async (_, op, why) => {
    const { activities } = held(chain);
    await department.withObjective(activities, async (objective) => {
      await working(objective);
      await expect(patch(objective, op)).rejects.toMatchObject(refusal(why));
      expect(await objective.status()).toMatchObject({ plan: { version: 1 } });
    });
  });

  it('a replaced plan brings new tasks, which are done like the others', async () => {
    const { activities, attempts, release } = held(chain);
    await department.withObjective(activities, async (objective) => {
      await working(objective);
      const added = planTask({ id: 'backend-T010', dependsOn: [T1] });
      await edit(objective, { plan: { summary: 'smaller', tasks: [chain[0]!, added] } });
      release();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect(attempts.map((request) => request.taskId)).toEqual([T1, 'backend-T010']);
      expect((await objective.status()).tasks.map(({ id, state }) => [id, state])).toEqual([
        [T1, 'merged'],
        ['backend-T010', 'merged'],
      ]);
    });
  });

  it('a replaced plan that changes what has begun is refused', async () => {
    const { activities } = held(chain);
    await department.withObjective(activities, async (objective) => {
      await working(objective);
      const other = { ...chain[0]!, objective: 'something else' };
      await expect(
        edit(objective, { plan: { summary: 'other', tasks: [other, ...chain.slice(1)] } }),
      ).rejects.toMatchObject(refusal(`${T1} has begun (running), so its objective cannot change`));
    });
  });

  it('nothing may wait for a task that was left out', async () => {
    const tasks = [
      planTask({ id: T1 }),
      planTask({ id: T2, dependsOn: [T1] }),
      planTask({ id: T3, dependsOn: [T1] }),
    ];
    const { activities } = held(tasks);
    await department.withObjective(activities, async (objective) => {
      await working(objective);
      await objective.handle.executeUpdate(MESSAGES.cancelTask, { args: [{ taskId: T2, by: 'ada' }] });
      await expect(patch(objective, { op: 'depend', taskId: T3, on: T2 })).rejects.toMatchObject(
        refusal(`${T3} depends on ${T2}, which is skipped`),
      );
    });
  });

  it('when nobody is there to check it, the answer says so and the edit is taken in later', async () => {
    let check: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (check = resolve));
    const { activities, release } = held(chain);
    const { amendPlan } = activities;
    const slow: Activities = {
      ...activities,
      amendPlan: async (request) => {
        await late;
        return amendPlan(request);
      },
    };
    await department.withObjective(slow, async (objective) => {
      await working(objective);
      expect(await patch(objective, { op: 'drop', taskId: T3 })).toMatchObject({
        accepted: true,
        message: expect.stringContaining('recorded, not yet checked'),
      });
      await expect(patch(objective, { op: 'drop', taskId: T2 })).rejects.toMatchObject(
        refusal('another review of the plan is being taken in'),
      );
      check();
      await until(objective.status, ({ plan, tasks }) => plan?.version === 2 && tasks.length === 2);
      release();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    });
  });

  it('once every task is settled there is nothing left to edit', async () => {
    let deliver: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (deliver = resolve));
    const { activities } = editable(chain);
    const { gateCommit } = activities;
    const gating: Activities = {
      ...activities,
      gateCommit: async (request) => {
        if (request.scope === 'objective') await gate;
        return gateCommit(request);
      },
    };
    await department.withObjective(gating, async (objective) => {
      await until(
        objective.status,
        ({ tasks }) => tasks.length > 0 && tasks.every(({ state }) => state === 'merged'),
      );
      await expect(
        patch(objective, { op: 'reassign', taskId: T3, specialist: 'python-pro' }),
      ).rejects.toMatchObject(refusal('nothing left of it to edit'));
      deliver();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    });
  });
});

describe("a task's own budget", () => {
  const spending = (usd: number) => ({ usage: { ...NO_USAGE, requests: 1, usd } });

  it('spent, it asks about the task while others go on; raising it answers the question', async () => {
    const attempts: AttemptRequest[] = [];
    const tasks = [planTask({ id: T1, budgetUsd: 1 }), planTask({ id: T2 })];
    let suspended = false;
    const { activities } = editable(tasks, {
      runAttempt: (request) => {
        attempts.push(request);
        if (request.taskId !== T1 || suspended) return Promise.resolve(handedOff(request, spending(0.9)));
        suspended = true;
        return Promise.resolve({
          outcome: 'suspended',
          on: { kind: 'budget', needsUsd: 0.5 },
          transcript: sha('so far'),
          ...spending(0.8),
        });
      },
    });
    await department.withObjective(activities, async (objective) => {
      const seen = await until(
        objective.status,
        ({ escalations, tasks: [, second] }) => escalations.length === 1 && second?.state === 'merged',
      );
      expect(seen.escalations[0]).toMatchObject({
        id: `${T1}-E1`,
        trigger: 'budget-exhausted',
        recommended: 'raise',
        question: expect.stringContaining('0.80 USD of its own budget of 1 USD'),
        options: [{ id: 'raise' }, { id: 'skip' }, { id: 'abort' }],
      });
      expect(seen.tasks[0]).toMatchObject({ state: 'suspended', budgetUsd: 1, waitingFor: `${T1}-E1` });
      const raise = { escalationId: `${T1}-E1`, decision: 'retry', option: 'raise', by: 'bob' };
      await expect(
        objective.handle.executeUpdate(MESSAGES.resolveEscalation, { args: [raise] }),
      ).rejects.toMatchObject(
        refusal(`plan ${objective.handle.workflowId} budget ${T1} "<usd>"\` (message reviewPlan)`),
      );
      await patch(objective, { op: 'budget', taskId: T1, usd: 3 });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect((await objective.status()).decisions).toMatchObject([
        { escalationId: `${T1}-E1`, decision: 'retry', option: 'raise', by: 'ada', channel: 'update' },
      ]);
      const own = attempts.filter((request) => request.taskId === T1);
      // One attempt in two activities: what it may spend counts over both.
      expect(own.map((request) => request.number)).toEqual([1, 1]);
      expect(own[0]?.allowanceUsd).toBeLessThanOrEqual(1);
      expect(own[1]?.allowanceUsd).toBeLessThanOrEqual(3);
      expect(own[1]?.allowanceUsd).toBeGreaterThan(0.8);
    });
  });

  it('caps the allowance also where the objective has no budget', async () => {
    const attempts: AttemptRequest[] = [];
    const { activities } = editable([planTask({ id: T1, budgetUsd: 0.25 }), planTask({ id: T2 })], {
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request));
      },
    });
    await department.withObjective(
      activities,
      async ({ handle }) => {
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
        const allowances = new Map(attempts.map(({ taskId, allowanceUsd }) => [taskId, allowanceUsd]));
        expect(allowances.get(T1)).toBe(0.25);
        expect(allowances.get(T2)).toBeUndefined();
      },
      objectiveInput({ budgetUsd: null }),
    );
  });

  it('skipping at the question leaves out the task and what waits for it', async () => {
    const { activities } = editable(
      [planTask({ id: T1, budgetUsd: 1 }), planTask({ id: T2, dependsOn: [T1] })],
      {
        runAttempt: () =>
          Promise.resolve({
            outcome: 'suspended',
            on: { kind: 'budget', needsUsd: 5 },
            transcript: sha('so far'),
            ...spending(0.2),
          }),
      },
    );
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, ({ escalations }) => escalations.length === 1);
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: `${T1}-E1`, decision: 'skip', by: 'ada' }],
      });
      await until(status, ({ tasks }) => tasks.every(({ state }) => state === 'skipped'));
    });
  });

  it('may be changed while the task runs', async () => {
    const { activities, release } = held(chain);
    await department.withObjective(activities, async (objective) => {
      await working(objective);
      await patch(objective, { op: 'budget', taskId: T1, usd: 2 }, { op: 'budget', taskId: T2, usd: 1 });
      expect((await objective.status()).tasks.map((task) => task.budgetUsd)).toEqual([2, 1, undefined]);
      await patch(objective, { op: 'budget', taskId: T2, usd: null });
      expect((await objective.status()).tasks[1]?.budgetUsd).toBeUndefined();
      release();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    });
  });
});
