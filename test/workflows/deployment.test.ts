// Needs Temporal (a real dev server); the activities behind it are scripted.
import { readFileSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { createDepartmentClient } from '../../src/client/department-client';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import { MESSAGES, OBJECTIVE_WORKFLOW, QUERIES, TASK_QUEUE } from '../../src/domain/objective/messages';
import { ObjectiveResult, ObjectiveStatus } from '../../src/domain/objective/status';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { eventually } from '../support/eventually';
import {
  greenGate,
  handedOff,
  objectiveInput,
  redGate,
  resultOf,
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
afterAll(async () => {
  await department.stop();
});

const tasks = [planTask({ id: 'backend-T001' })];

describe('starting', () => {
  it('the same objective five times at once is one run, which one of them started', async () => {
    const input = objectiveInput();
    department.carry(input, smoothActivities(tasks));
    const { address } = department.server;
    const gateway = await createTemporalGateway({
      address,
      namespace: 'default',
      clientOptions: { address },
    });
    const client = createDepartmentClient(gateway);
    try {
      const started = await Promise.all(Array.from({ length: 5 }, () => client.startObjective(input)));
      expect(new Set(started.map((one) => one.objectiveId))).toEqual(new Set([input.objectiveId]));
      expect(started.filter((one) => !one.attached)).toHaveLength(1);
      expect(await client.result(input.objectiveId)).toMatchObject({ outcome: 'delivered' });
      await expect(client.status(`${input.objectiveId}-2`)).rejects.toMatchObject({
        name: 'UnknownObjectiveError',
      });
    } finally {
      await client.close();
    }
  });

  it('a message sent with the start, before anything listens, counts as soon as something does', async () => {
    const input = objectiveInput();
    const attempted: string[] = [];
    department.carry(
      input,
      smoothActivities(tasks, {
        runAttempt: (request) => {
          attempted.push(request.taskId);
          return Promise.resolve(handedOff(request));
        },
      }),
    );
    const handle = await department.server.client.workflow.signalWithStart(OBJECTIVE_WORKFLOW, {
      workflowId: input.objectiveId,
      taskQueue: TASK_QUEUE,
      args: [input],
      signal: MESSAGES.pause,
      signalArgs: [{ by: 'ada' }],
    });
    const status = async (): Promise<ObjectiveStatus> =>
      ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
    const paused = await until(status, (s) => s.state === 'paused' && s.stack !== null);
    expect(paused.plan).toBeNull();
    expect(attempted).toEqual([]);
    await handle.executeUpdate(MESSAGES.resume, { args: [{ by: 'ada' }] });
    expect(ObjectiveResult.parse(await handle.result())).toMatchObject({ outcome: 'delivered' });
  });
});

describe('deploying workflows that do not fit the objectives under way', () => {
  it('fails their workflow task and waits; with fitting ones back they go on and deliver', async () => {
    let mended = false;
    const activities = smoothActivities(tasks, {
      gateCommit: ({ scope }) =>
        Promise.resolve(
          scope === 'task' && !mended ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate(),
        ),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const code = readFileSync(WORKFLOW_BUNDLE, 'utf8');
      const changed = code.replace('.models.analyseObjective.', '.models.analyzeObjective.');
      expect(changed).not.toBe(code);
      await department.redeploy({ code: changed });
      mended = true;
      await handle.signal(MESSAGES.resolveEscalation, {
        escalationId: 'backend-T001-E1',
        decision: 'retry',
        by: 'ada',
      });
      expect(await firstFailedTask(handle)).toMatch(/TMPRL1100.*analyseObjective/);
      expect((await handle.describe()).status.name).toBe('RUNNING');

      await department.redeploy({ codePath: WORKFLOW_BUNDLE });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    });
  });
});

/** The message of the first workflow task that failed, once there is one. */
async function firstFailedTask(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<string> {
  const told = async (): Promise<string> => {
    const { events } = await handle.fetchHistory();
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
    return failed?.workflowTaskFailedEventAttributes?.failure?.message ?? '';
  };
  return eventually(told, (message) => message !== '');
}
