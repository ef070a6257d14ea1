// Needs Temporal (a real dev server).
import { askingAgain } from '../../src/client/ask-again';
import { REPOSITORY_WORKFLOW } from '../../src/domain/coordination/repository-claims';
import { REPOSITORY_STATE } from '../../src/domain/coordination/repository-entity';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../../src/domain/objective/messages';
import { createEntities, entityId } from '../../src/temporal/entities';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { createWorker } from '../../src/worker/worker';
import {
  objectiveInput,
  smoothActivities,
  startDepartment,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';

/** Carries the entity, which an objective on another queue asks. */
let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

const OTHER_QUEUE = 'those-who-ask';

it('what an activity asks of an entity whose worker lost the query is answered by the next worker, in the same try', async () => {
  const { server } = department;
  const { client } = server;
  const { connection, options } = client;
  const input = {
    ...objectiveInput(),
    repository: { kind: 'path', path: '/srv/shop' },
    repositoryIdentity: '/srv/shop',
  } as const;
  const state = { repository: '/srv/shop', lasting: true };
  const entity = {
    type: REPOSITORY_WORKFLOW,
    kind: 'repository',
    identity: input.repositoryIdentity,
    input: state,
  };
  const asked = await client.workflow.start(REPOSITORY_WORKFLOW, {
    workflowId: entityId(entity),
    taskQueue: TASK_QUEUE,
    args: [state],
  });
  await asked.query(REPOSITORY_STATE);

  let tries = 0;
  const answers: unknown[] = [];
  const worker = await createWorker({
    connection: { address: server.address },
    namespace: options.namespace,
    taskQueue: OTHER_QUEUE,
    queries: askingAgain,
    activities: smoothActivities([planTask({ id: 'backend-T001' })], {
      readClaims: async () => {
        tries += 1;
        answers.push(await createEntities({ taskQueue: TASK_QUEUE }).ask(entity, REPOSITORY_STATE));
        return { lines: [] };
      },
    }),
  });
  const running = worker.run();
  try {
    let result: Promise<unknown> = Promise.resolve();
    await department.redeploy({ codePath: WORKFLOW_BUNDLE }, async () => {
      const objective = await client.workflow.start(OBJECTIVE_WORKFLOW, {
        workflowId: input.objectiveId,
        taskQueue: OTHER_QUEUE,
        args: [input],
      });
      result = objective.result();
      result.catch(() => undefined);
      const taken = await connection.withDeadline(Date.now() + 20_000, () =>
        connection.workflowService.pollWorkflowTaskQueue({
          namespace: options.namespace,
          taskQueue: { name: TASK_QUEUE },
          identity: 'loses what it takes',
        }),
      );
      expect([taken.workflowExecution?.workflowId, taken.query?.queryType]).toEqual([
        entityId(entity),
        REPOSITORY_STATE,
      ]);
    });
    expect(await result).toMatchObject({ outcome: 'delivered' });
    expect([tries, answers]).toEqual([1, [expect.objectContaining({ objectives: [] })]]);
  } finally {
    await worker.shutdown();
    await running;
  }
});
