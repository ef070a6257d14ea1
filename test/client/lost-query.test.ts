// Needs Temporal (a real dev server).
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import { TASK_QUEUE } from '../../src/domain/objective/messages';
import { ObjectiveStatus } from '../../src/domain/objective/status';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import {
  redGate,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

it('a query that a worker took and never answered is answered by the next one, well within its time', async () => {
  const { connection, options } = department.server.client;
  const gateway = await createTemporalGateway({
    address: department.server.address,
    namespace: options.namespace,
    clientOptions: { address: department.server.address },
  });
  const tasks = [planTask({ id: 'backend-T001' })];
  const asking = smoothActivities(tasks, {
    gateCommit: () => Promise.resolve(redGate({ subject: 'tests', excerpt: 'not ok 1' })),
  });
  await department.withObjective(asking, async ({ input, status }) => {
    await until(status, ({ escalations }) => escalations.length > 0);
    let answer: Promise<unknown> = Promise.resolve(null);
    await department.redeploy({ codePath: WORKFLOW_BUNDLE }, async () => {
      answer = gateway.query(input.objectiveId, 'objectiveStatus', 20_000);
      answer.catch(() => undefined);
      const taken = await connection.withDeadline(Date.now() + 20_000, () =>
        connection.workflowService.pollWorkflowTaskQueue({
          namespace: options.namespace,
          taskQueue: { name: TASK_QUEUE },
          identity: 'loses what it takes',
        }),
      );
      expect([taken.workflowExecution?.workflowId, taken.query?.queryType]).toEqual([
        input.objectiveId,
        'objectiveStatus',
      ]);
    });
    expect(ObjectiveStatus.parse(await answer).escalations).toHaveLength(1);
  });
  await gateway.close();
});
