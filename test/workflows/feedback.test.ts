// Needs Temporal (a real dev server) and its client; the activities behind it are scripted.
import type { Activities } from '../../activities/contract';
import { createDepartmentClient, type DepartmentClient } from '../../src/client/department-client';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import type { Gateway } from '../../src/client/gateway';
import { mergedTasks } from '../../src/domain/objective/rewind';
import type { TakeFeedback } from '../../src/domain/pull-request/feedback';
import type { AmendPlanRequest, AttemptRequest } from '../../src/domain/work/work';
import {
  handedOff,
  objectiveInput,
  resultOf,
  sha,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';

let department: TestDepartment;
let client: DepartmentClient;
let gateway: Gateway;
beforeAll(async () => {
  department = await startDepartment();
  const { address } = department.server;
  gateway = await createTemporalGateway({ address, namespace: 'default', clientOptions: { address } });
  client = createDepartmentClient(gateway, () => true);
});
afterAll(async () => {
  await client.close();
  await department.stop();
});

const plan = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002' })];
const PULL_REQUEST = {
  forge: 'github' as const,
  repository: 'https://github.example/acme/orders',
  number: 7,
  url: 'https://github.example/acme/orders/pull/7',
};

interface Done {
  readonly amended: AmendPlanRequest[];
  readonly attempts: string[];
  readonly opened: string[];
}

/** Feedback becomes a task for each key, as the real activity does it; `hold` keeps a task's attempt until it resolves. */
function activities(
  done: Done,
  over: Partial<Activities> = {},
  hold: Promise<void> = Promise.resolve(),
): Activities {
  let tasks = plan;
  return smoothActivities(plan, {
    amendPlan: (request) => {
      done.amended.push(request);
      const { change } = request;
      if (change.kind !== 'feedback') throw new Error('only feedback is added here');
      const added = change.keys.map((_, at) =>
        planTask({
          id: `backend-T${String(tasks.length + at + 1).padStart(3, '0')}`,
          kind: 'repair',
          dependsOn: change.after,
        }),
      );
      tasks = [...tasks, ...added];
      return smoothActivities(tasks).amendPlan({ ...request, change: { kind: 'replace', tasks } });
    },
    runAttempt: async (request: AttemptRequest) => {
      done.attempts.push(request.taskId);
      if (request.taskId === 'backend-T002') await hold;
      return handedOff(request);
    },
    openPullRequest: ({ commit }) => {
      done.opened.push(commit);
      return Promise.resolve({ pullRequest: PULL_REQUEST, note: null });
    },
    ...over,
  });
}
const nothingDone = (): Done => ({ amended: [], attempts: [], opened: [] });
const feedback = (...ids: number[]): TakeFeedback => ({
  feedback: sha('feedback'),
  keys: ids.map((id) => `github:review-comment:${String(id)}`),
  by: 'ada',
});

test('a closed objective is taken up again under its id: only what is new is built, and the pull request updated', async () => {
  const done = nothingDone();
  await department.withObjective(
    activities(done),
    async ({ handle, status, input }) => {
      const first = await resultOf(handle);
      const delivered = await status();
      expect(delivered.delivery?.pullRequest).toEqual(PULL_REQUEST);
      const before = done.attempts.length;

      const sent = await client.takeFeedback({ objectiveId: input.objectiveId, payload: feedback(1, 2) });
      expect(sent.takenUp).toBe(true);
      const second = await client.result(input.objectiveId);
      const { status: now } = await live(input.objectiveId);
      expect(second).toMatchObject({ objectiveId: input.objectiveId, outcome: 'delivered' });
      expect(second.commit).not.toBe(first.commit);
      expect(done.attempts.slice(before)).toEqual(['backend-T003', 'backend-T004']);
      expect(now.tasks.map(({ id, state }) => [id, state])).toEqual([
        ['backend-T001', 'merged'],
        ['backend-T002', 'merged'],
        ['backend-T003', 'merged'],
        ['backend-T004', 'merged'],
      ]);
      expect(now.feedback).toEqual([
        { key: 'github:review-comment:1', taskId: 'backend-T003' },
        { key: 'github:review-comment:2', taskId: 'backend-T004' },
      ]);
      expect(done.opened).toEqual([first.commit, second.commit]);
      expect(now.startedAt).toBe(delivered.startedAt);
      expect(now.usage.requests).toBeGreaterThan(delivered.usage.requests);
      // Everything from before is known without being done again.
      expect(now.events.filter(({ text }) => text.startsWith('surveyed'))).toHaveLength(1);

      await client.takeFeedback({ objectiveId: input.objectiveId, payload: feedback(2, 3) });
      await client.result(input.objectiveId);
      expect((await live(input.objectiveId)).status.feedback?.map(({ taskId }) => taskId)).toEqual([
        'backend-T003',
        'backend-T004',
        'backend-T005',
      ]);
      // A rewind finds what was merged in any of its lives.
      const runs = await gateway.readRuns(input.objectiveId);
      expect(runs).toHaveLength(3);
      expect(mergedTasks(runs)).toEqual([1, 2, 3, 4, 5].map((n) => `backend-T00${String(n)}`));
    },
    objectiveInput({ pr: true }),
  );
});

test('feedback on an open objective becomes tasks of it, once', async () => {
  const done = nothingDone();
  let release = (): void => undefined;
  const hold = new Promise<void>((resolve) => (release = resolve));
  await department.withObjective(activities(done, {}, hold), async (objective) => {
    await until(objective.status, ({ tasks }) => tasks[1]?.state === 'running');
    const { objectiveId } = objective.input;
    await client.takeFeedback({ objectiveId, payload: feedback(1) });
    await expect(client.takeFeedback({ objectiveId, payload: feedback(1) })).rejects.toThrow(/taken already/);
    await until(objective.status, (s) => s.feedback?.[0]?.taskId === 'backend-T003');
    release();
    expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    expect(done.amended).toHaveLength(1);
    expect(done.attempts).toEqual(expect.arrayContaining(['backend-T003']));
  });
});

test('what comes while it is being delivered is refused, and lost to nobody: fetched again, it is built', async () => {
  const done = nothingDone();
  let delivering = (): void => undefined;
  let release = (): void => undefined;
  const begun = new Promise<void>((resolve) => (delivering = resolve));
  const hold = new Promise<void>((resolve) => (release = resolve));
  const slow: Partial<Activities> = {
    deliverObjective: async (request) => {
      delivering();
      await hold;
      return smoothActivities(plan).deliverObjective(request);
    },
  };
  await department.withObjective(activities(done, slow), async ({ handle, input: { objectiveId } }) => {
    await begun;
    const sending = client.takeFeedback({ objectiveId, payload: feedback(1) });
    await expect(sending).rejects.toThrow(/being delivered; fetch the feedback again/);
    release();
    await resultOf(handle);
    expect((await live(objectiveId)).status.feedback ?? []).toEqual([]);
    const again = await client.takeFeedback({ objectiveId, payload: feedback(1) });
    expect(again.takenUp).toBe(true);
    await client.result(objectiveId);
    expect((await live(objectiveId)).status.feedback).toMatchObject([{ taskId: 'backend-T003' }]);
  });
});

test('two who take up the same feedback at once make one task of it', async () => {
  const done = nothingDone();
  await department.withObjective(activities(done), async ({ handle, input: { objectiveId } }) => {
    await resultOf(handle);
    await Promise.allSettled([
      client.takeFeedback({ objectiveId, payload: feedback(1) }),
      client.takeFeedback({ objectiveId, payload: feedback(1) }),
    ]);
    await client.result(objectiveId);
    expect((await live(objectiveId)).status.tasks).toHaveLength(3);
  });
});

test('a plan that takes no more tasks keeps the feedback for another time', async () => {
  const refusing: Partial<Activities> = {
    amendPlan: () =>
      Promise.resolve({
        outcome: 'refused',
        errors: ['The plan has 201 tasks.'],
        usage: { requests: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0, usd: 0 },
      }),
  };
  await department.withObjective(
    activities(nothingDone(), refusing),
    async ({ handle, input: { objectiveId } }) => {
      await resultOf(handle);
      await client.takeFeedback({ objectiveId, payload: feedback(1) });
      expect(await client.result(objectiveId)).toMatchObject({ outcome: 'delivered' });
      const { status } = await live(objectiveId);
      expect(status.feedback).toEqual([]);
      expect(status.events.map(({ text }) => text)).toContainEqual(
        expect.stringContaining('The plan has 201 tasks'),
      );
    },
  );
});

describe('with --pr', () => {
  const opening = (openPullRequest: Activities['openPullRequest']): Activities =>
    smoothActivities(plan, { openPullRequest });
  const delivered = (objective: Objective): Promise<Awaited<ReturnType<Objective['status']>>['delivery']> =>
    resultOf(objective.handle).then(async (result) => {
      expect(result).toMatchObject({ outcome: 'delivered', branch: 'coordinator/test' });
      return (await objective.status()).delivery;
    });

  test('what the forge refuses is told beside the delivery', async () => {
    const note = 'coordinator/test is pushed, but there is no pull request of it: acme/orders is archived.';
    const activities = opening(() => Promise.resolve({ pullRequest: null, note }));
    await department.withObjective(
      activities,
      async (objective) => {
        expect(await delivered(objective)).toMatchObject({ pullRequestNote: note, report: 'report.md' });
      },
      objectiveInput({ pr: true }),
    );
  });

  test('a push that fails loses nothing', async () => {
    const { ApplicationFailure } = await import('@temporalio/common');
    const activities = opening(() => {
      throw ApplicationFailure.nonRetryable(
        'The branch could not be pushed to github.example (GH006: protected).',
      );
    });
    await department.withObjective(
      activities,
      async (objective) => {
        const delivery = await delivered(objective);
        expect(delivery?.pullRequest).toBeUndefined();
        expect(delivery?.pullRequestNote).toMatch(/GH006: protected/);
      },
      objectiveInput({ pr: true }),
    );
  });

  test('nothing is opened without it', async () => {
    const activities = opening(() => {
      throw new Error('nobody asked for it');
    });
    await department.withObjective(activities, async (objective) => {
      expect(await delivered(objective)).not.toHaveProperty('pullRequestNote');
    });
  });
});

async function live(
  objectiveId: string,
): Promise<{ readonly status: Awaited<ReturnType<Objective['status']>> }> {
  const status = await client.snapshot(objectiveId);
  if (status === null) throw new Error(`${objectiveId} does not answer`);
  return { status };
}
