// Needs Temporal (a real dev server); the activities behind it are scripted, telling people among them.
import type { Activities } from '../../activities/contract';
import { createNotificationActivities } from '../../activities/notifications';
import { MESSAGES } from '../../src/domain/objective/messages';
import {
  NOTIFICATION_ORDER,
  NOTIFICATIONS_STATUS,
  notificationsWorkflowId,
  NotificationsStatus,
  type News,
  type NotifyRequest,
} from '../../src/domain/notification/news';
import { deploymentWatchId } from '../../src/domain/deployment/deployment-watch';
import { eventually } from '../support/eventually';
import {
  greenGate,
  objectiveInput,
  redGate,
  resultOf,
  sha,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { report, startWatchWorkflow, watchInput } from '../support/watch';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const E1 = 'backend-T001-E1';
const tasks = [planTask({ id: 'backend-T001' })];
const survey: Awaited<ReturnType<Activities['surveyRepository']>> = {
  dossier: sha('dossier'),
  baseCommit: 'a'.repeat(40),
  stack: 'node',
  sandbox: 'none',
  model: 'test',
  notes: [],
  notifies: true,
};

interface Told {
  readonly requests: NotifyRequest[];
  /** `kind subject channel` of what was taken, in the order it was. */
  readonly taken: string[];
}

/** Activities of a worker that tells people over two channels; its one task is red unless said otherwise. */
function telling(
  refuses: (request: NotifyRequest) => boolean = () => false,
  more: Partial<Activities> = {},
): { readonly activities: Activities; readonly told: Told } {
  const told: Told = { requests: [], taken: [] };
  const activities = smoothActivities(tasks, {
    surveyRepository: (input) => Promise.resolve({ ...survey, dossier: sha(input.objectiveId) }),
    gateCommit: ({ scope }) =>
      Promise.resolve(
        scope === 'task' ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : { ...redGate(), green: true },
      ),
    listChannels: () => Promise.resolve({ channels: ['webhook:ops', 'email'] }),
    notifyPeople: (request) => {
      told.requests.push(request);
      if (refuses(request)) return Promise.reject(new Error('the endpoint answered 500'));
      told.taken.push(`${request.news.kind} ${request.news.subject} ${request.channel}`);
      return Promise.resolve({ delivery: 'delivered', note: 'taken' });
    },
    ...more,
  });
  return { activities, told };
}

const handleOf = (owner: string) =>
  department.server.client.workflow.getHandle(notificationsWorkflowId(owner));
const statusOf = async (owner: string): Promise<NotificationsStatus> =>
  NotificationsStatus.parse(await handleOf(owner).query(NOTIFICATIONS_STATUS));

const skip = { escalationId: E1, decision: 'skip', by: 'ada' };

describe('an objective whose worker has somebody to tell', () => {
  it('tells of the question, the decision and the end over every channel, and then the telling ends', async () => {
    const { activities, told } = telling();
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await eventually(
        () => Promise.resolve(told.taken.length),
        (count) => count === 2,
      );
      await handle.executeUpdate(MESSAGES.resolveEscalation, { args: [skip] });
      await resultOf(handle);
      const end = NotificationsStatus.parse(await handleOf(input.objectiveId).result());
      expect(end).toEqual({ told: 6, stale: 0, pending: 0, undelivered: [], closed: true });
      const sorted = [...told.taken].sort();
      expect(sorted).toEqual([
        `decided ${E1} email`,
        `decided ${E1} webhook:ops`,
        'ended objective email',
        'ended objective webhook:ops',
        `escalation ${E1} email`,
        `escalation ${E1} webhook:ops`,
      ]);
      const [asked] = told.requests;
      expect(asked).toMatchObject({
        owner: input.objectiveId,
        news: { number: 1, taskId: 'backend-T001', question: { id: E1, recommended: 'retry' } },
      });
      const decided = told.requests.find(({ news }) => news.kind === 'decided');
      expect(decided?.news).toMatchObject({ decision: { decision: 'skip', by: 'ada' } });
      expect(told.requests.at(-1)?.news).toMatchObject({ kind: 'ended', outcome: expect.any(String) });
    });
  });

  it('goes on and ends while nobody can be reached; what is still true is told when somebody can', async () => {
    let down = true;
    const { activities, told } = telling(() => down);
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await eventually(
        () => Promise.resolve(told.requests.length),
        (count) => count >= 2,
      );
      await handle.executeUpdate(MESSAGES.resolveEscalation, { args: [skip] });
      await resultOf(handle);
      expect(await statusOf(input.objectiveId)).toMatchObject({ told: 0, closed: true });
      down = false;
      const end = NotificationsStatus.parse(await handleOf(input.objectiveId).result());
      expect(end).toMatchObject({ told: 4, stale: 2, undelivered: [] });
      expect([...told.taken].sort()).toEqual([
        `decided ${E1} email`,
        `decided ${E1} webhook:ops`,
        'ended objective email',
        'ended objective webhook:ops',
      ]);
    });
  });

  it('says what could not be delivered, and over which channel', async () => {
    const { ApplicationFailure } = await import('@temporalio/common');
    const { activities } = telling(() => false, {
      notifyPeople: ({ channel }) =>
        channel === 'email'
          ? Promise.reject(
              ApplicationFailure.nonRetryable('the mail server refused everybody', 'NotDelivered'),
            )
          : Promise.resolve({ delivery: 'delivered', note: 'taken' }),
    });
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const lost = { news: `escalation ${E1}`, channel: 'email', why: 'the mail server refused everybody' };
      await eventually(
        () => statusOf(input.objectiveId),
        (s) => s.undelivered.length === 1 && s.told === 1,
      );
      expect((await statusOf(input.objectiveId)).undelivered).toEqual([lost]);
      await handle.executeUpdate(MESSAGES.resolveEscalation, { args: [{ ...skip, decision: 'abort' }] });
      await resultOf(handle);
    });
  });

  it('leaves out what was decided while it was being told, also when that very try fails', async () => {
    let fail: () => void = () => undefined;
    const failing = new Promise<never>((_, reject) => {
      fail = () => {
        reject(new Error('the endpoint answered 500'));
      };
    });
    const tried: string[] = [];
    const { activities } = telling(() => false, {
      listChannels: () => Promise.resolve({ channels: ['email'] }),
      notifyPeople: ({ news }) => {
        tried.push(news.kind);
        return news.kind === 'escalation'
          ? failing
          : Promise.resolve({ delivery: 'delivered' as const, note: 'taken' });
      },
    });
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const reached = (kind: string): Promise<string[]> =>
        eventually(
          () => Promise.resolve(tried),
          (kinds) => kinds.includes(kind),
        );
      await reached('escalation');
      await handle.executeUpdate(MESSAGES.resolveEscalation, { args: [skip] });
      await reached('decided');
      fail();
      await resultOf(handle);
      expect(await handleOf(input.objectiveId).result()).toMatchObject({
        told: 2,
        stale: 1,
        undelivered: [],
      });
    });
  });

  it('tells of a plan that waits, once for each version, and of its approval', async () => {
    const { activities, told } = telling();
    const input = objectiveInput({ approvePlan: true });
    await department.withObjective(
      activities,
      async ({ handle, status }) => {
        const heard = (count: number): Promise<number> =>
          eventually(
            () => Promise.resolve(told.taken.length),
            (taken) => taken === count,
          );
        await until(status, (s) => s.state === 'awaiting-approval');
        await heard(2);
        const edit = { decision: 'edit', patch: [], by: 'ada' };
        await handle.executeUpdate(MESSAGES.reviewPlan, { args: [edit] });
        await until(status, (s) => s.plan?.version === 2 && s.state === 'awaiting-approval');
        await heard(4);
        await handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ decision: 'reject', by: 'ada' }] });
        await resultOf(handle);
        await handleOf(input.objectiveId).result();
        const kinds = told.requests
          .filter(({ channel }) => channel === 'email')
          .map(({ news }) => `${news.number} ${news.kind} ${news.subject}`);
        expect(kinds.sort()).toEqual([
          '1 plan-review plan',
          '2 plan-review plan',
          '3 decided plan',
          '4 ended objective',
        ]);
      },
      input,
    );
  });

  it('tells of its end too when it is cancelled', async () => {
    const { activities, told } = telling();
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(/cancel/i);
      await handleOf(input.objectiveId).result();
      expect(told.requests.at(-1)?.news).toMatchObject({ kind: 'ended', outcome: 'cancelled' });
    });
  });

  it('whose survey fails tells of that question, though nobody has said yet whom to tell', async () => {
    const { ApplicationFailure } = await import('@temporalio/common');
    const { activities, told } = telling(() => false, {
      surveyRepository: () =>
        Promise.reject(ApplicationFailure.nonRetryable('no such commit', 'Git.Missing')),
    });
    await department.withObjective(activities, async ({ status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await eventually(
        () => Promise.resolve(told.taken),
        (taken) => taken.includes('escalation objective-E1 email'),
      );
    });
  });

  it('goes on when the telling is ended by hand; the next news begin it anew', async () => {
    const { activities, told } = telling();
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await eventually(
        () => Promise.resolve(told.taken.length),
        (count) => count === 2,
      );
      await handleOf(input.objectiveId).terminate('by hand');
      await handle.executeUpdate(MESSAGES.resolveEscalation, { args: [skip] });
      await resultOf(handle);
      expect(await handleOf(input.objectiveId).result()).toMatchObject({ told: 4, closed: true });
      expect(told.taken).toContain(`decided ${E1} email`);
    });
  });

  it('ignores what it cannot read', async () => {
    const { activities } = telling();
    await department.withObjective(activities, async ({ handle, input, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await eventually(
        () => statusOf(input.objectiveId),
        (s) => s.told === 2,
      );
      await handleOf(input.objectiveId).signal(NOTIFICATION_ORDER, { kind: 'tell', news: 'hello' });
      await handle.executeUpdate(MESSAGES.resolveEscalation, { args: [skip] });
      await resultOf(handle);
      expect(await handleOf(input.objectiveId).result()).toMatchObject({ told: 6 });
    });
  });
});

/** A worker that tells over one channel as workers do: what was decided is asked before. */
function tellingInEarnest(more: Partial<Activities> = {}): {
  readonly activities: Activities;
  /** `kind subject` of what reached the channel. */
  readonly reached: string[];
} {
  const reached: string[] = [];
  const { notifyPeople } = createNotificationActivities({
    notifications: {
      isOn: () => Promise.resolve(true),
      channelsFor: () => Promise.resolve([]),
      notify: ({ news }) => {
        reached.push(`${news.kind} ${news.subject}`);
        return Promise.resolve({ delivery: 'delivered', note: 'taken' });
      },
    },
  });
  const listChannels = (): Promise<{ channels: string[] }> => Promise.resolve({ channels: ['email'] });
  return { activities: telling(() => false, { listChannels, notifyPeople, ...more }).activities, reached };
}

/** News that come after their subject was decided, as if no worker had been up for both. */
async function tellLate(owner: string, news: Pick<News, 'kind' | 'subject'> & Partial<News>): Promise<void> {
  const late: News = { number: 9, at: '2030-01-01T00:00:00.000Z', taskId: null, ...news };
  await handleOf(owner).signal(NOTIFICATION_ORDER, { kind: 'tell', news: late });
}

it('a question its objective does not ask any more is not told, whatever is still on its way', async () => {
  const { activities, reached } = tellingInEarnest();
  await department.withObjective(activities, async ({ input, status }) => {
    const { escalations } = await until(status, (s) => s.escalations.length === 1);
    await eventually(
      () => statusOf(input.objectiveId),
      (s) => s.told === 1,
    );
    const late = { ...escalations[0]!, id: 'backend-T001-E9' };
    await tellLate(input.objectiveId, { kind: 'escalation', subject: late.id, question: late });
    await eventually(
      () => statusOf(input.objectiveId),
      (s) => s.stale === 1,
    );
    expect(reached).toEqual([`escalation ${E1}`]);
  });
});

it('a plan that waits is told, and neither it nor a reminder of it once it was approved', async () => {
  const { activities, reached } = tellingInEarnest();
  await department.withObjective(
    activities,
    async ({ handle, input, status }) => {
      const owner = input.objectiveId;
      const heard = (told: number, stale: number): Promise<NotificationsStatus> =>
        eventually(
          () => statusOf(owner),
          (s) => s.told === told && s.stale === stale,
        );
      await until(status, (s) => s.state === 'awaiting-approval');
      await heard(1, 0);
      await tellLate(owner, { kind: 'reminder', subject: 'plan' });
      await heard(2, 0);
      await handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ decision: 'approve', by: 'ada' }] });
      await until(status, (s) => s.escalations.length === 1);
      await heard(4, 0);
      await tellLate(owner, { kind: 'plan-review', subject: 'plan' });
      await heard(4, 1);
      await tellLate(owner, { kind: 'reminder', subject: 'plan' });
      await heard(4, 2);
      expect(reached.sort()).toEqual([
        'decided plan',
        `escalation ${E1}`,
        'plan-review plan',
        'reminder plan',
      ]);
    },
    objectiveInput({ approvePlan: true }),
  );
});

const contractTask = planTask({
  id: 'backend-T001',
  kind: 'contract',
  specialist: 'api-architect',
  owns: ['openapi.yaml'],
});
const surveyOf = (review: 'human' | 'auto'): Pick<Activities, 'surveyRepository'> => ({
  surveyRepository: (input) =>
    Promise.resolve({
      ...survey,
      dossier: sha(input.objectiveId),
      coordination: {
        contracts: { review, deadlineHours: 24 },
        database: false,
        watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
      },
    }),
});

it('tells of a contract that waits to be reviewed, and of the review', async () => {
  const { listChannels, notifyPeople } = telling().activities;
  const asked: NotifyRequest[] = [];
  const activities = smoothActivities([contractTask], {
    ...surveyOf('human'),
    listChannels,
    notifyPeople: (request) => {
      asked.push(request);
      return notifyPeople(request);
    },
  });
  await department.withObjective(activities, async ({ handle, input, status }) => {
    await until(status, (s) => s.tasks[0]?.waitingFor === 'contract:openapi');
    // What is approved before somebody was told of it is not told any more.
    await eventually(
      () => Promise.resolve(asked.length),
      (count) => count === 2,
    );
    const review = { contract: 'openapi', decision: 'approve', by: 'ada' };
    await handle.executeUpdate(MESSAGES.reviewContract, { args: [review] });
    await resultOf(handle);
    await handleOf(input.objectiveId).result();
    const news = asked.filter(({ channel }) => channel === 'email').map((request) => request.news);
    expect(news.sort((a, b) => a.number - b.number)).toMatchObject([
      { kind: 'contract-review', subject: 'openapi', taskId: 'backend-T001' },
      { kind: 'decided', subject: 'openapi', decision: { decision: 'approve', by: 'ada' } },
      { kind: 'ended', outcome: 'delivered' },
    ]);
  });
});

it.each(['human', 'auto'] as const)(
  'a contract that waits for review (%s) is told, and not once it was reviewed',
  async (review) => {
    const { activities, reached } = tellingInEarnest();
    const { listChannels, notifyPeople } = activities;
    // Red in the end, so that the objective stays open after the review.
    const designing = smoothActivities([contractTask], {
      ...surveyOf(review),
      listChannels,
      notifyPeople,
      gateCommit: ({ scope }) =>
        Promise.resolve(
          scope === 'objective' ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate(),
        ),
    });
    await department.withObjective(designing, async ({ handle, input, status }) => {
      const owner = input.objectiveId;
      await eventually(
        () => Promise.resolve(reached),
        (news) => news.includes('contract-review openapi'),
      );
      const decision = { contract: 'openapi', decision: 'approve', by: 'ada' };
      await handle.executeUpdate(MESSAGES.reviewContract, { args: [decision] });
      await until(status, (s) => s.escalations.length === 1);
      await tellLate(owner, { kind: 'contract-review', subject: 'openapi', taskId: 'backend-T001' });
      await eventually(
        () => statusOf(owner),
        (s) => s.stale === 1,
      );
      expect(reached.filter((news) => news.startsWith('contract-review'))).toHaveLength(1);
    });
  },
);

it('an objective whose worker has nobody to tell starts nothing', async () => {
  const activities = smoothActivities(tasks);
  await department.withObjective(activities, async ({ handle, input }) => {
    await resultOf(handle);
    await expect(handleOf(input.objectiveId).describe()).rejects.toThrow(/not found/i);
  });
});

it('the watch over a deployment tells of a breach and of the answer', async () => {
  const { activities, told } = telling(() => false, {
    runWatchChecks: ({ checks }) =>
      Promise.resolve({
        samples: checks.map(({ name }) => ({ name, value: 99, verdict: 'breach', text: '99' })),
      }),
  });
  const input = watchInput({ breaches: 1 }, { notifies: true });
  department.carry({ ...objectiveInput(), objectiveId: input.objectiveId }, activities);
  const { handle, until: watched } = await startWatchWorkflow(department.server, input);
  await handle.signal('reportDeployment', report());
  await watched((status) => status.escalations.length > 0);
  // What is answered before somebody was told of it is not told any more.
  await eventually(
    () => Promise.resolve(told.taken.length),
    (count) => count === 2,
  );
  const answer = { escalationId: 'deployment-E1', decision: 'abort', by: 'ada' };
  await handle.executeUpdate('resolveEscalation', { args: [answer] });
  await handle.result();
  const owner = deploymentWatchId(input.objectiveId);
  await handleOf(owner).result();
  expect(told.requests[0]).toMatchObject({
    owner,
    news: { kind: 'escalation', subject: 'deployment-E1', question: { trigger: 'deployment-breach' } },
  });
  expect(told.taken).toContain('decided deployment-E1 email');
});
