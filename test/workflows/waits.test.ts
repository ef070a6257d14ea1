// Needs Temporal (a real dev server); the activities behind it are scripted.
import { createDepartmentClient, type DepartmentClient } from '../../src/client/department-client';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import type { WaitingExecution } from '../../src/client/waiting';
import { MESSAGES, OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../../src/domain/objective/messages';
import { allEscalations } from '../../src/cli/all-escalations';
import { eventually } from '../support/eventually';
import {
  objectiveInput,
  redGate,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';

let department: TestDepartment;
let client: DepartmentClient;
beforeAll(async () => {
  department = await startDepartment();
  const { address } = department.server;
  const { namespace } = department.server.client.options;
  client = createDepartmentClient(
    await createTemporalGateway({ address, namespace, clientOptions: { address } }),
  );
});
afterAll(async () => {
  await client.close();
  await department.stop();
});

const stubborn = smoothActivities([planTask({ id: 'backend-T001' })], {
  gateCommit: (request) =>
    Promise.resolve(
      request.scope === 'task'
        ? redGate({ subject: 'tests', excerpt: 'not ok 1' })
        : { ...redGate(), green: true },
    ),
});

/** The list as visibility has it once it satisfies a condition: it follows the workflow after a moment. */
async function listed(
  id: string,
  condition: (row: WaitingExecution | undefined) => boolean,
): Promise<WaitingExecution | undefined> {
  const look = async (): Promise<WaitingExecution | undefined> => {
    const { executions, more } = await client.waiting();
    expect(more).toBe(false);
    return executions.find((candidate) => candidate.id === id);
  };
  return eventually(look, condition);
}

describe('the list of what waits', () => {
  it('has a question from when it is raised until it is decided, from the memo', async () => {
    await department.withObjective(stubborn, async ({ handle, input, status }) => {
      const asked = await until(status, (s) => s.escalations.length === 1);
      const row = await listed(input.objectiveId, (found) => found !== undefined);
      const { question, raisedAt } = asked.escalations[0]!;
      expect(row?.waits).toEqual([
        {
          kind: 'question',
          id: 'backend-T001-E1',
          trigger: 'levels-spent',
          question: expect.stringContaining(question.slice(0, 20)),
          recommended: 'retry',
          raisedAt,
        },
      ]);
      expect((await allEscalations(client)).questions).toEqual([
        { objective: input.objectiveId, repository: row?.repository, escalation: asked.escalations[0] },
      ]);
      await handle.signal(MESSAGES.resolveEscalation, {
        escalationId: 'backend-T001-E1',
        decision: 'abort',
        by: 'ada',
      });
      await listed(input.objectiveId, (found) => found === undefined);
      expect((await handle.describe()).memo).toMatchObject({ waits: 'nothing' });
    });
  });

  it('has a plan that waits for approval', async () => {
    const input = objectiveInput({ approvePlan: true });
    await department.withObjective(
      smoothActivities([planTask({ id: 'backend-T001' })]),
      async ({ handle, status }) => {
        await until(status, (s) => s.state === 'awaiting-approval');
        const row = await listed(input.objectiveId, (found) => found !== undefined);
        expect(row?.waits).toMatchObject([{ kind: 'plan', id: 'plan-v1', recommended: 'approve' }]);
        await handle.signal(MESSAGES.reviewPlan, { decision: 'approve', by: 'ada' });
        await listed(input.objectiveId, (found) => found === undefined);
      },
      input,
    );
  });

  it('tells of one without search attributes whether something waits', async () => {
    const input = objectiveInput({ approvePlan: true });
    department.carry(input, smoothActivities([planTask({ id: 'backend-T001' })]));
    const handle = await department.server.client.workflow.start(OBJECTIVE_WORKFLOW, {
      workflowId: input.objectiveId,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
    try {
      await listed(input.objectiveId, (found) => found?.waits?.[0]?.kind === 'plan');
      await handle.signal(MESSAGES.reviewPlan, { decision: 'approve', by: 'ada' });
      await listed(input.objectiveId, (found) => found === undefined);
    } finally {
      await handle.terminate('the test is over').catch(() => undefined);
    }
  });

  it('tells how far an objective is and what it cost, while it waits and after its end', async () => {
    await department.withObjective(stubborn, async ({ handle, input, status }) => {
      const listedProgress = async () =>
        (await client.list()).find(({ objectiveId }) => objectiveId === input.objectiveId)?.progress;
      const progress = (state: string): Promise<unknown> =>
        eventually(listedProgress, (row) => row?.state === state);
      const asked = await until(status, (s) => s.escalations.length === 1);
      expect(await progress('awaiting-human')).toEqual({
        state: 'awaiting-human',
        settled: 0,
        tasks: 1,
        usd: asked.usage.usd,
        free: asked.model.kind === 'offline',
      });
      await handle.signal(MESSAGES.resolveEscalation, {
        escalationId: 'backend-T001-E1',
        decision: 'skip',
        by: 'ada',
      });
      await handle.result();
      const { usage, state } = await status();
      expect(await progress(state)).toMatchObject({ settled: 1, tasks: 1, usd: usage.usd });
    });
  });

  it('asks the workflow where its memo does not tell', async () => {
    await department.withObjective(stubborn, async ({ input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const [waits] = await client.askWaits([input.objectiveId]);
      expect(waits).toMatchObject([{ kind: 'question', id: 'backend-T001-E1' }]);
    });
  });
});
