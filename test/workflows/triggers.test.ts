// Needs Temporal (a real dev server); the activities behind it are scripted.
import type { Activities } from '../../activities/contract';
import { MESSAGES } from '../../src/domain/objective/messages';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptRequest } from '../../src/domain/work/work';
import {
  greenGate,
  handedOff,
  objectiveInput,
  redGate,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { charterTasks, planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const one = [planTask({ id: 'backend-T001' })];
const E1 = 'backend-T001-E1';
const answer = ({ handle }: Objective, payload: object): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.resolveEscalation, { args: [{ by: 'ada', ...payload }] });
const breaking = [{ kind: 'migration' as const, where: 'm/2.up.sql', what: 'drops table orders' }];

describe('breaking-change', () => {
  it('goes to level 4 from the attempt; once accepted the task goes on and is not asked again', async () => {
    const gated: string[] = [];
    const activities = smoothActivities(one, {
      runAttempt: (request) => Promise.resolve(handedOff(request, { breaking })),
      gateCommit: ({ scope }) => {
        if (scope !== 'task') return Promise.resolve(greenGate());
        gated.push(scope);
        // Red first: the next attempt breaks the same thing.
        return Promise.resolve(
          gated.length === 1 ? redGate({ subject: 'tests', excerpt: 'not ok' }) : greenGate(),
        );
      },
    });
    await department.withObjective(activities, async (objective) => {
      const seen = await until(objective.status, (s) => s.escalations.length === 1);
      expect(seen.escalations[0]).toMatchObject({
        id: E1,
        trigger: 'breaking-change',
        evidence: ['[migration] m/2.up.sql: drops table orders'],
        recommended: 'additive',
      });
      expect(gated).toEqual([]);
      await answer(objective, { escalationId: E1, decision: 'accept', guidance: 'nobody uses it' });
      const red = await until(objective.status, (s) => s.escalations[0]?.id === 'backend-T001-E2');
      expect(red.escalations[0]?.trigger).toBe('levels-spent');
      await answer(objective, { escalationId: 'backend-T001-E2', decision: 'retry', guidance: 'mend it' });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
      expect((await objective.status()).decisions.map((row) => row.trigger)).toEqual([
        'breaking-change',
        'levels-spent',
      ]);
    });
  });

  it('a way that only adds is asked for with what breaks, and is delivered without waivers', async () => {
    const attempts: AttemptRequest[] = [];
    const activities = smoothActivities(one, {
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request, attempts.length === 1 ? { breaking } : {}));
      },
    });
    await department.withObjective(activities, async (objective) => {
      await until(objective.status, (s) => s.escalations.length === 1);
      await answer(objective, { escalationId: E1, decision: 'retry', option: 'additive' });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect(attempts[1]).toMatchObject({
        level: 4,
        prompt: { kind: 'guidance', text: expect.stringContaining('drops table orders') },
      });
    });
  });
});

it('performance-unachievable: response-time red after level 2 goes to level 4 without a review', async () => {
  const reviews: unknown[] = [];
  const levels: number[] = [];
  const activities = smoothActivities(one, {
    runAttempt: (request) => {
      levels.push(request.level);
      return Promise.resolve(handedOff(request));
    },
    gateCommit: ({ scope }) =>
      Promise.resolve(
        scope === 'task'
          ? redGate({ subject: 'response-time', excerpt: 'p95 900 ms > 200 ms' })
          : greenGate(),
      ),
    reviewTask: (request) => {
      reviews.push(request);
      return Promise.reject(new Error('the coordinator is not asked'));
    },
  });
  await department.withObjective(activities, async ({ status }) => {
    const seen = await until(status, (s) => s.escalations.length === 1);
    expect(seen.escalations[0]).toMatchObject({
      trigger: 'performance-unachievable',
      evidence: ['response-time: p95 900 ms > 200 ms'],
    });
    expect(levels).toEqual([0, 1, 1, 2, 2]);
    expect(reviews).toEqual([]);
  });
});

it('architectural-question: a grave mismatch a reviewer reports is asked about, and can be mended', async () => {
  let audits = 0;
  const found = {
    severity: 'high' as const,
    title: 'Sessions bypass the gateway',
    file: 'work/backend-T003/store.js',
    line: null,
    detail: 'the design has one entry',
    remedy: 'go through it',
    about: 'architecture' as const,
  };
  const activities = smoothActivities(charterTasks(), {
    runAttempt: (request) => {
      if (request.taskId === 'backend-T007') audits += 1;
      const grave = request.taskId === 'backend-T007' && audits === 1;
      return Promise.resolve(handedOff(request, { findings: grave ? [found] : [] }));
    },
  });
  await department.withObjective(activities, async (objective) => {
    const seen = await until(objective.status, (s) => s.escalations.length === 1);
    expect(seen.escalations[0]).toMatchObject({
      id: 'backend-T007-E1',
      trigger: 'architectural-question',
      recommended: 'mend',
    });
  });
});

it.each(['cross-service-conflict', 'database-design-conflict'] as const)(
  '%s reaches level 4 when a specialist raises it',
  async (trigger) => {
    const activities = smoothActivities(one, {
      runAttempt: (request) => {
        const { transcript, usage } = handedOff(request);
        if (request.number > 1) return Promise.resolve(handedOff(request));
        const raised = { trigger, question: 'Whose is it?', evidence: ['billing'], recommendation: 'ask' };
        return Promise.resolve({
          outcome: 'suspended',
          on: { kind: 'escalate', raised },
          transcript: transcript ?? 'f'.repeat(64),
          usage,
        });
      },
    });
    await department.withObjective(activities, async ({ status }) => {
      const seen = await until(status, (s) => s.escalations.length === 1);
      expect(seen.escalations[0]).toMatchObject({ trigger, question: 'Whose is it?' });
    });
  },
);

it('database-design-conflict is detected in what an attempt touches; accepted, it is asked about once', async () => {
  const touches = [
    { kind: 'table' as const, service: 'billing', where: 'm/2.up.sql', what: 'drops table orders' },
    { kind: 'note' as const, service: 'web', where: 'pacts/web.json', what: 'the contract changed' },
  ];
  const activities = smoothActivities(one, {
    runAttempt: (request) => Promise.resolve(handedOff(request, { breaking, touches })),
  });
  await department.withObjective(activities, async (objective) => {
    const seen = await until(objective.status, (s) => s.escalations.length === 1);
    expect(seen.escalations[0]).toMatchObject({
      trigger: 'database-design-conflict',
      evidence: ['[billing] m/2.up.sql: drops table orders'],
      recommended: 'additive',
    });
    expect(seen.events.map((row) => row.text)).toContain('changes pacts/web.json, a contract of web');
    await answer(objective, { escalationId: E1, decision: 'accept', guidance: 'billing agreed' });
    expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
    expect((await objective.status()).decisions).toHaveLength(1);
  });
});

it('external-service-blocked: a host out of reach costs one review, then a human is asked', async () => {
  let reviews = 0;
  const activities = smoothActivities(one, {
    gateCommit: ({ scope }) =>
      Promise.resolve(
        scope === 'task'
          ? redGate({ subject: 'tests', excerpt: 'not ok 1\nconnect ECONNREFUSED 10.0.0.5:443' })
          : greenGate(),
      ),
    reviewTask: () => {
      reviews += 1;
      return Promise.resolve({ review: { action: 'guide', guidance: 'once more' }, usage: NO_USAGE });
    },
  });
  await department.withObjective(activities, async ({ status }) => {
    const seen = await until(status, (s) => s.escalations.length === 1);
    expect(seen.escalations[0]).toMatchObject({ trigger: 'external-service-blocked' });
    expect(seen.escalations[0]?.evidence[0]).toBe('10.0.0.5 cannot be reached');
    expect(reviews).toBe(1);
    expect(seen.tasks[0]?.attempts.map((row) => row.level)).toEqual([0, 1, 3]);
  });
});

describe('timeline-concern', () => {
  const chain = [
    planTask({ id: 'backend-T001' }),
    planTask({ id: 'backend-T002', dependsOn: ['backend-T001'] }),
    planTask({ id: 'backend-T003', dependsOn: ['backend-T002'] }),
  ];
  /** T002 ends when the test lets it. */
  function held(): { activities: Activities; release: () => void } {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const activities = smoothActivities(chain, {
      runAttempt: async (request) => {
        if (request.taskId === 'backend-T002') await gate;
        return handedOff(request);
      },
    });
    return { activities, release };
  }
  const past = (): ReturnType<typeof objectiveInput> =>
    objectiveInput({ deadline: new Date(Date.now() - 3_600_000).toISOString() });

  it('is asked once a task has settled, and work goes on meanwhile', async () => {
    const { activities, release } = held();
    await department.withObjective(
      activities,
      async (objective) => {
        const seen = await until(objective.status, (s) => s.escalations.length === 1);
        expect(seen.escalations[0]).toMatchObject({
          id: 'objective-E1',
          trigger: 'timeline-concern',
          recommended: 'late',
        });
        expect(seen.forecast?.criticalPath).toContain('backend-T003');
        await answer(objective, {
          escalationId: 'objective-E1',
          decision: 'accept',
          guidance: 'late is fine',
        });
        release();
        expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
        expect((await objective.status()).decisions).toHaveLength(1);
      },
      past(),
    );
  });

  it('may drop what is not begun', async () => {
    const { activities, release } = held();
    await department.withObjective(
      activities,
      async (objective) => {
        await until(objective.status, (s) => s.escalations.length === 1 && s.tasks[1]?.state === 'running');
        await answer(objective, { escalationId: 'objective-E1', decision: 'skip', option: 'drop' });
        await until(objective.status, (s) => s.tasks[2]?.state === 'skipped');
        release();
        await resultOf(objective.handle);
        expect((await objective.status()).tasks.map((row) => row.state)).toEqual([
          'merged',
          'merged',
          'skipped',
        ]);
      },
      past(),
    );
  });

  it('left unanswered does not hold up the delivery', async () => {
    await department.withObjective(
      smoothActivities(chain),
      async ({ handle }) => {
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      },
      past(),
    );
  });

  it('is not asked while the deadline can be kept, nor forecast without one', async () => {
    const deadline = new Date(Date.now() + 86_400_000).toISOString();
    for (const input of [objectiveInput({ deadline }), objectiveInput()]) {
      const { activities, release } = held();
      await department.withObjective(
        activities,
        async (objective) => {
          const seen = await until(objective.status, (s) => s.tasks[1]?.state === 'running');
          expect(seen.escalations).toEqual([]);
          expect(seen.forecast === undefined).toBe(input.options.deadline === null);
          release();
          expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
        },
        input,
      );
    }
  });
});
