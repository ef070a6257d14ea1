// Needs Temporal (a real dev server) that has histories continued early; edits are judged by the real rules.
import { MESSAGES } from '../../src/domain/objective/messages';
import type { AttemptRequest } from '../../src/domain/work/work';
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
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment({
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '60' },
  });
});
/** Lets go of what is held; a worker waits for its activities before it stops. */
const releases: (() => void)[] = [];
afterAll(async () => {
  for (const release of releases) release();
  await department.stop();
});

const id = (number: number): string => `backend-T${String(number).padStart(3, '0')}`;
const chain = Array.from({ length: 10 }, (_, index) =>
  planTask({ id: id(index + 1), dependsOn: index === 0 ? [] : [id(index)] }),
);
const review = ({ handle }: Objective, body: object): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ by: 'ada', ...body }] });
const runOf = async ({ handle }: Objective): Promise<string> =>
  (await department.server.client.workflow.getHandle(handle.workflowId).describe()).runId;

it('edits before the approval may be as many as they like: the plan goes over to the next run', async () => {
  await department.withObjective(
    editable(chain).activities,
    async (objective) => {
      await until(objective.status, ({ state }) => state === 'awaiting-approval');
      const first = await runOf(objective);
      for (let round = 1; round <= 12; round += 1) {
        const version = (await objective.status()).plan?.version;
        expect(version).toBe(round);
        await review(objective, {
          decision: 'edit',
          baseVersion: version,
          patch: [{ op: 'budget', taskId: id(10), usd: round }],
        });
      }
      const seen = await until(objective.status, ({ state }) => state === 'awaiting-approval');
      expect(await runOf(objective)).not.toBe(first);
      expect(seen).toMatchObject({ plan: { version: 13 } });
      expect(seen.tasks[9]?.budgetUsd).toBe(12);
      await review(objective, { decision: 'approve', baseVersion: 13 });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    },
    objectiveInput({ approvePlan: true }),
  );
});

it('an edit while it runs holds over several runs, and what has begun stays begun', async () => {
  const attempts: AttemptRequest[] = [];
  let open: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (open = resolve));
  releases.push(open);
  const { activities } = editable(chain, {
    runAttempt: async (request) => {
      attempts.push(request);
      if (request.taskId === id(8)) await closed;
      return handedOff(request);
    },
  });
  await department.withObjective(activities, async (objective) => {
    await until(
      objective.status,
      ({ tasks }) => tasks[0]?.state === 'running' || tasks[0]?.state === 'merged',
    );
    const first = await runOf(objective);
    await review(objective, {
      decision: 'edit',
      patch: [
        { op: 'drop', taskId: id(9) },
        { op: 'budget', taskId: id(10), usd: 3 },
      ],
    });
    await until(objective.status, ({ tasks }) => tasks[7]?.state === 'running');
    expect(await runOf(objective)).not.toBe(first);
    // The next run is told of what began in the one before.
    await expect(
      review(objective, { decision: 'edit', patch: [{ op: 'drop', taskId: id(1) }] }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining(`${id(1)} is merged already`) } });
    await review(objective, {
      decision: 'edit',
      baseVersion: 2,
      patch: [{ op: 'reassign', taskId: id(10), specialist: 'python-pro' }],
    });
    open();
    expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    const seen = await objective.status();
    expect(seen.plan?.version).toBe(3);
    expect(seen.tasks.map((task) => [task.id, task.specialist, task.budgetUsd])).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => [id(number), 'nodejs-expert', undefined]),
      [id(10), 'python-pro', 3],
    ]);
    expect(attempts.map(({ taskId }) => taskId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10].map(id));
  });
});
