// Needs a Temporal server.
import { needsHuman } from '../../src/cli/live/questions';
import { Worker } from '@temporalio/worker';
import {
  ATTEMPT_MAILBOX,
  MESSAGES,
  OBJECTIVE_WORKFLOW,
  QUERIES,
  TASK_QUEUE,
} from '../../src/domain/objective/messages';
import { outlineTask, type PlanTask } from '../../src/domain/plan/plan';
import { ObjectiveStatus } from '../../src/domain/objective/status';
import { newProgress } from '../../src/domain/work/task-progress';
import type { Carried } from '../../workflows/carried';
import { PROVIDER_OPEN, providerGateId } from '../../src/domain/usage/provider-gate';
import { NO_USAGE, type Usage } from '../../src/domain/usage/usage';
import type { AttemptRequest, AttemptResult } from '../../src/domain/work/work';
import { createProviderActivities } from '../../activities/provider-gate';
import { planTask } from '../support/plans';
import {
  BASE,
  handedOff,
  objectiveInput,
  resultOf,
  sha,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

type Suspension = Extract<AttemptResult, { outcome: 'suspended' }>['on'];

const suspended = (on: Suspension, usage: Partial<Usage> = {}): AttemptResult => ({
  outcome: 'suspended',
  on,
  transcript: sha('so far'),
  usage: { ...NO_USAGE, ...usage },
  mail: 0,
});

const one = [planTask({ id: 'backend-T001' })];

describe('an attempt that is suspended', () => {
  it('by a pause goes on after resume with the same number and journal, and burns no level', async () => {
    const requests: AttemptRequest[] = [];
    let paused = false;
    const activities = smoothActivities(one, {
      runAttempt: async (request) => {
        requests.push(request);
        while (requests.length === 1 && !paused) await new Promise((resolve) => setTimeout(resolve, 20));
        return requests.length === 1 ? suspended({ kind: 'pause' }) : handedOff(request);
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, () => requests.length === 1);
      await handle.executeUpdate(MESSAGES.pause, { args: [{ by: 'ada' }] });
      expect(await handle.query(ATTEMPT_MAILBOX, 'backend-T001')).toMatchObject({ paused: true });
      paused = true;
      const resting = await until(status, (s) => s.tasks[0]?.state === 'suspended');
      expect(resting.state).toBe('paused');
      await handle.executeUpdate(MESSAGES.resume, { args: [{ by: 'ada' }] });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect(requests.map(({ number, level }) => [number, level])).toEqual([
        [1, 0],
        [1, 0],
      ]);
      expect(requests[1]?.journal).toBe(requests[0]?.journal);
      expect(requests[1]?.start).toEqual(requests[0]?.start);
      expect((await status()).tasks[0]?.attempts).toMatchObject([{ number: 1, outcome: 'handed-off' }]);
    });
  });

  it('for context gets the coordinator’s answer in the same attempt, and keeps what it was granted', async () => {
    const requests: AttemptRequest[] = [];
    const asked = { paths: ['docs/**'], reason: 'the runbook' };
    const decision = { granted: ['docs/**'], reason: 'fine' };
    const activities = smoothActivities(one, {
      runAttempt: (request) => {
        requests.push(request);
        return Promise.resolve(
          requests.length === 1 ? suspended({ kind: 'context', request: asked }) : handedOff(request),
        );
      },
      decideContext: () => Promise.resolve({ decision, usage: NO_USAGE }),
    });
    await department.withObjective(activities, async ({ handle }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect(requests[1]).toMatchObject({
        number: 1,
        journal: requests[0]?.journal,
        prompt: { kind: 'context', from: '@backend-coordinator', decision },
        grants: [{ paths: ['docs/**'], reason: 'fine', by: '@backend-coordinator' }],
      });
    });
  });
});

describe('a wall of the provider', () => {
  const wall = (provider: string, waitMs: number): Suspension => ({
    kind: 'wall',
    wall: { provider, waitMs, reason: 'The provider answered 429' },
  });

  it('is waited out at the provider’s gate, starts nothing meanwhile, burns no level and fails no task', async () => {
    const started: { readonly task: string; readonly at: number }[] = [];
    const two = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002', dependsOn: [] })];
    const provider = 'provider-a';
    const activities = smoothActivities(two, {
      ...createProviderActivities(),
      runAttempt: (request) => {
        started.push({ task: request.taskId, at: performance.now() });
        const first = started.filter((row) => row.task === request.taskId).length === 1;
        return Promise.resolve(
          first && request.taskId === 'backend-T001' ? suspended(wall(provider, 8_000)) : handedOff(request),
        );
      },
    });
    await department.withObjective(
      activities,
      async ({ handle, status, input }) => {
        department.carry({ ...input, objectiveId: providerGateId(provider) }, activities);
        const waiting = await until(status, (s) => s.wall !== null);
        expect(waiting.tasks[0]).toMatchObject({ state: 'suspended', level: 0 });
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
        const gate = department.server.client.workflow.getHandle(providerGateId(provider));
        expect(await gate.result()).toEqual({ walls: 1 });
        const rows = started.map((row) => row.task);
        expect(rows).toEqual(['backend-T001', 'backend-T001', 'backend-T002']);
        expect(started[1]!.at - started[0]!.at).toBeGreaterThanOrEqual(7_900);
        expect((await status()).tasks.map((task) => [task.level, task.attempts.length])).toEqual([
          [0, 1],
          [0, 1],
        ]);
      },
      objectiveInput({ maxParallel: 1 }),
    );
  });

  it('met by one objective holds back another on the same provider and key, and not one on another', async () => {
    const provider = 'provider-b';
    const survey = (of: string) => ({
      ...smoothActivities(one).surveyRepository,
      surveyRepository: async (
        input: Parameters<ReturnType<typeof smoothActivities>['surveyRepository']>[0],
      ) => ({
        ...(await smoothActivities(one).surveyRepository(input)),
        provider: of,
      }),
    });
    let hold = true;
    const waiting = (of: string, started: string[]) =>
      smoothActivities(one, {
        ...survey(of),
        ...createProviderActivities(),
        runAttempt: async (request) => {
          started.push(request.taskId);
          while (hold) await new Promise((resolve) => setTimeout(resolve, 20));
          return handedOff(request);
        },
      });
    const meets = smoothActivities(one, {
      ...survey(provider),
      ...createProviderActivities(),
      runAttempt: () => Promise.resolve(suspended(wall(provider, 60_000))),
    });
    await department.withObjective(waiting(provider, []), async (same) => {
      await department.withObjective(waiting('provider-c', []), async (other) => {
        await until(same.status, (s) => s.tasks[0]?.state === 'running');
        await until(other.status, (s) => s.tasks[0]?.state === 'running');
        department.carry({ ...same.input, objectiveId: providerGateId(provider) }, meets);
        await department.withObjective(meets, async (walled) => {
          await until(walled.status, (s) => s.wall !== null);
          const told = await until(same.status, (s) => s.wall !== null);
          expect(told.wall?.reason).toContain('429');
          expect(await same.handle.query(ATTEMPT_MAILBOX, 'backend-T001')).toMatchObject({
            wallMs: expect.any(Number),
          });
          expect((await other.status()).wall).toBeNull();
          // The gate's word opens it for all at once; here it is given by hand.
          await same.handle.signal(PROVIDER_OPEN, { provider });
          await until(same.status, (s) => s.wall === null);
        });
        hold = false;
      });
    });
    await department.server.client.workflow.getHandle(providerGateId(provider)).terminate('the test is over');
  });
});

describe('a provider that has not answered for six hours', () => {
  it('is asked about once for the objective, and no task fails; an answer goes on with the same attempt', async () => {
    const two = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002' })];
    const requests: AttemptRequest[] = [];
    let walled = true;
    const activities = smoothActivities(two, {
      runAttempt: (request) => {
        requests.push(request);
        const wall = { provider: 'provider-d', waitMs: 50, reason: 'The provider answered 529' };
        return Promise.resolve(walled ? suspended({ kind: 'wall', wall }) : handedOff(request));
      },
    });
    const input = objectiveInput();
    department.carry(input, activities);
    const { client } = department.server;
    // Carried over by a run that met its first wall six hours and a minute ago.
    const carried = { ...carriedRun(two), walledSince: Date.now() - (6 * 60 + 1) * 60_000 };
    const handle = await client.workflow.start(OBJECTIVE_WORKFLOW, {
      workflowId: input.objectiveId,
      taskQueue: TASK_QUEUE,
      args: [input, carried],
    });
    const status = async () => ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
    const asked = await until(status, (s) => s.escalations.length > 0);
    expect(asked.escalations).toMatchObject([{ id: 'objective-E1', trigger: 'provider-unavailable' }]);
    expect(asked.tasks.every((task) => task.state === 'suspended' || task.state === 'ready')).toBe(true);
    walled = false;
    await handle.executeUpdate(MESSAGES.resolveEscalation, {
      args: [{ escalationId: 'objective-E1', decision: 'retry', by: 'ada' }],
    });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    const end = await status();
    expect(end.tasks.map(({ level, attempts }) => [level, attempts.length])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(new Set(requests.map((request) => request.number))).toEqual(new Set([1]));
  });
});

/** What a run that has planned these tasks carries over; the rest is filled in by the workflow. */
function carriedRun(tasks: readonly PlanTask[]): Partial<Carried> {
  return {
    startedAt: new Date().toISOString(),
    handle: { dossier: sha('dossier') },
    analysis: sha('analysis'),
    plan: { ref: sha('plan'), version: 1 },
    baseReport: sha('report'),
    approved: true,
    integrationHead: BASE,
    tasks: tasks.map((task) => newProgress(outlineTask(task))),
  };
}

describe('a worker that lacks an activity', () => {
  it('beside one that has it, as in the middle of a deploy, fails no task: the other takes the step', async () => {
    const { runAttempt: _, ...older } = smoothActivities(one);
    const worker = await Worker.create({
      connection: department.server.nativeConnection,
      taskQueue: TASK_QUEUE,
      activities: older,
    });
    const running = worker.run();
    try {
      for (let round = 0; round < 3; round += 1) {
        await department.withObjective(smoothActivities(one), async ({ handle, status }) => {
          expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
          expect((await status()).tasks[0]).toMatchObject({ level: 0, attempts: [{ number: 1 }] });
        });
      }
    } finally {
      worker.shutdown();
      await running;
    }
  });
});

describe('the budget', () => {
  const priced = (usd: number): Partial<Usage> => ({ requests: 1, usd });

  it('is held before work starts: what runs in parallel never holds more than is left', async () => {
    const held: number[] = [];
    const four = ['1', '2', '3', '4'].map((n) => planTask({ id: `backend-T00${n}` }));
    let most = 0;
    const activities = smoothActivities(four, {
      runAttempt: async (request) => {
        held.push(request.allowanceUsd ?? Number.NaN);
        most = Math.max(
          most,
          held.reduce((sum, usd) => sum + usd, 0),
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
        return handedOff(request, { usage: { ...NO_USAGE, ...priced(0.01) } });
      },
    });
    await department.withObjective(
      activities,
      async ({ handle }) => {
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
        expect(held).toHaveLength(4);
        expect(most).toBeLessThanOrEqual(1);
      },
      objectiveInput({ budgetUsd: 1 }),
    );
  });

  it('that is spent asks once; setBudget alone lets the very same attempt go on', async () => {
    const requests: AttemptRequest[] = [];
    const activities = smoothActivities(one, {
      runAttempt: (request) => {
        requests.push(request);
        const spent = { requests: 3, usd: 0.9 };
        return Promise.resolve(
          requests.length === 1
            ? suspended({ kind: 'budget', needsUsd: 0.4 }, spent)
            : handedOff(request, { usage: { ...NO_USAGE, requests: 4, usd: 1.2 } }),
        );
      },
    });
    await department.withObjective(
      activities,
      async ({ handle, status }) => {
        const asked = await until(
          status,
          (s) => s.escalations.length === 1 && s.tasks[0]?.waitingFor !== null,
        );
        expect(asked.tasks[0]).toMatchObject({ state: 'suspended', waitingFor: 'objective-E1' });
        // A run without a terminal ends with the question instead of watching a task that rests.
        expect(needsHuman(asked)).toBe(true);
        expect(asked.escalations[0]).toMatchObject({
          id: 'objective-E1',
          trigger: 'budget-exhausted',
          recommended: 'raise',
          options: [{ id: 'raise' }, { id: 'cheaper' }, { id: 'drop' }, { id: 'abort' }],
        });
        expect(asked.usage.usd).toBeCloseTo(0.9);
        // A retry that adds no money would only be asked about again.
        const how = `\`backend-coordinator budget ${handle.workflowId} --usd "<usd>"\` (message setBudget)`;
        const raise = { escalationId: 'objective-E1', decision: 'retry', option: 'raise', by: 'bob' };
        const { option: _option, ...retry } = raise;
        for (const answer of [raise, retry])
          await expect(
            handle.executeUpdate(MESSAGES.resolveEscalation, { args: [answer] }),
          ).rejects.toMatchObject({ cause: { message: expect.stringContaining(how) } });
        await handle.signal(MESSAGES.resolveEscalation, raise);
        const refused = await until(status, ({ ignored }) => ignored.length === 1);
        expect(refused.ignored[0]).toMatchObject({
          name: 'resolveEscalation',
          reason: expect.stringContaining(how),
        });
        expect(refused).toMatchObject({ decisions: [], escalations: [{ id: 'objective-E1' }] });
        await handle.executeUpdate(MESSAGES.setBudget, { args: [{ usd: 5, by: 'ada' }] });
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
        const end = await status();
        expect(requests.map(({ number }) => number)).toEqual([1, 1]);
        expect(requests[1]?.allowanceUsd).toBeGreaterThanOrEqual(1.3);
        // The attempt tells its total each time; it is booked once.
        expect(end.usage).toMatchObject({ requests: 4 });
        expect(end.usage.usd).toBeCloseTo(1.2);
        const row = end.ledger?.find(({ subject }) => subject === 'backend-T001');
        expect(row).toMatchObject({ role: 'nodejs-expert', level: 0, usage: { requests: 4 } });
        expect(end.decisions).toMatchObject([{ escalationId: 'objective-E1', option: 'raise', by: 'ada' }]);
      },
      objectiveInput({ budgetUsd: 1 }),
    );
  });

  it('can be met by leaving out what is not begun', async () => {
    const chain = [one[0]!, planTask({ id: 'backend-T002', dependsOn: ['backend-T001'] })];
    let asked = 0;
    const activities = smoothActivities(chain, {
      runAttempt: (request) =>
        Promise.resolve(
          request.taskId === 'backend-T001'
            ? handedOff(request, { usage: { ...NO_USAGE, ...priced(1.5) } })
            : (asked++, handedOff(request)),
        ),
    });
    await department.withObjective(
      activities,
      async ({ handle, status }) => {
        await until(status, (s) => s.escalations.length === 1);
        await handle.executeUpdate(MESSAGES.resolveEscalation, {
          args: [{ escalationId: 'objective-E1', decision: 'skip', option: 'drop', by: 'ada' }],
        });
        await resultOf(handle);
        expect((await status()).tasks.map((task) => task.state)).toEqual(['merged', 'skipped']);
        expect(asked).toBe(0);
      },
      objectiveInput({ budgetUsd: 1 }),
    );
  });

  it('can be met by cheaper models from then on', async () => {
    const requests: AttemptRequest[] = [];
    const activities = smoothActivities(one, {
      runAttempt: (request) => {
        requests.push(request);
        return Promise.resolve(
          requests.length === 1
            ? suspended({ kind: 'budget', needsUsd: 0.4 }, { requests: 1, usd: 0.7 })
            : requests.length === 2
              ? suspended({ kind: 'budget', needsUsd: 0.1 }, { requests: 1, usd: 0.7 })
              : handedOff(request),
        );
      },
    });
    await department.withObjective(
      activities,
      async ({ handle, status }) => {
        await until(status, (s) => s.escalations.length === 1);
        await handle.executeUpdate(MESSAGES.resolveEscalation, {
          args: [{ escalationId: 'objective-E1', decision: 'retry', option: 'cheaper', by: 'ada' }],
        });
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
        expect(requests.at(-1)).toMatchObject({ thrift: 1 });
      },
      objectiveInput({ budgetUsd: 1 }),
    );
  });
});
