// Needs Temporal (a real dev server); the activities behind it are scripted. Takes minutes.
import { MAX_TASKS } from '../../src/domain/plan/plan';
import {
  greenGate,
  handedOff,
  objectiveInput,
  redGate,
  resultOf,
  smoothActivities,
  startDepartment,
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

/** Red as often as levels 0, 1 and 2 grant, with as long an excerpt as travels; then level 3 makes it green. */
const RED_GATES = 6;
const slow = redGate({ subject: 'caching', excerpt: 'x'.repeat(1500) });

it('200 tasks that climb to level 3 run through several histories and lose nothing', async () => {
  const tasks = Array.from({ length: MAX_TASKS }, (_, index) =>
    planTask({ id: `backend-T${String(index + 1).padStart(3, '0')}` }),
  );
  const attempts = new Map<string, number[]>();
  const gates = new Map<string, number>();
  const merged: string[] = [];
  const commits = new Map<string, string>();
  const base = smoothActivities(tasks);
  const activities = smoothActivities(tasks, {
    runAttempt: (request) => {
      attempts.set(request.taskId, [...(attempts.get(request.taskId) ?? []), request.number]);
      const result = handedOff(request);
      if (result.outcome === 'handed-off') commits.set(result.commit, request.taskId);
      return Promise.resolve(result);
    },
    gateCommit: (request) => {
      if (request.scope !== 'task') return Promise.resolve(greenGate());
      const id = commits.get(request.commit) ?? '';
      gates.set(id, (gates.get(id) ?? 0) + 1);
      return Promise.resolve((gates.get(id) ?? 0) <= RED_GATES ? slow : greenGate());
    },
    mergeTask: (request) => {
      merged.push(request.taskId);
      return base.mergeTask(request);
    },
  });
  await department.withObjective(
    activities,
    async ({ handle, status }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      const end = await status();
      expect(end.tasks.map((task) => task.state)).toEqual(tasks.map(() => 'merged'));
      expect([...merged].sort()).toEqual(tasks.map((task) => task.id));
      for (const task of tasks) expect(attempts.get(task.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(end.usage.requests).toBe(7 * MAX_TASKS);
      const { runId } = await department.server.client.workflow.getHandle(handle.workflowId).describe();
      expect(runId).not.toBe(handle.firstExecutionRunId);
    },
    objectiveInput({ maxParallel: 16 }),
  );
}, 900_000);
