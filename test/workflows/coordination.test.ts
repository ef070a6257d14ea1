// Needs Temporal (a real dev server); the activities behind it are scripted.
import type { Activities } from '../../activities/contract';
import { createDecisionActivities } from '../../activities/decisions';
import { soundRehearsal } from '../../bench/smooth-coordination';
import type { smoothCoordination } from '../../bench/smooth-coordination';
import { createProofs } from '../../src/audit/proofs';
import type { AuditEntry } from '../../src/domain/escalation/audit';
import { awaitedContracts } from '../../src/domain/contract/contract-status';
import type { CoordinationRules } from '../../src/domain/coordination/coordination-rules';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptRequest } from '../../src/domain/work/work';
import {
  handedOff,
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

const RULES: CoordinationRules = {
  contracts: { review: 'agent', deadlineHours: 24 },
  database: true,
  watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
};
const CONTRACT = planTask({
  id: 'backend-T001',
  kind: 'contract',
  specialist: 'api-architect',
  owns: ['openapi.yaml'],
});
const SCHEMA = planTask({
  id: 'backend-T002',
  kind: 'schema',
  specialist: 'database-optimizer',
  owns: ['migrations/**'],
});
const BUILD = planTask({
  id: 'backend-T003',
  kind: 'implementation',
  dependsOn: ['backend-T001', 'backend-T002'],
});
const PLAN = [CONTRACT, SCHEMA, BUILD];

const proofs = createProofs({ key: () => Promise.resolve('the key of this installation, long enough') });
const forger = createProofs({ key: () => Promise.resolve('another key, which is long enough as well') });

type Coordinating = ReturnType<typeof smoothCoordination>;

/** A department that coordinates, with what a test is about in place of what goes well. */
function coordinating(
  overrides: Partial<Activities & Coordinating> = {},
  rules: CoordinationRules = RULES,
): Activities {
  const smooth = smoothActivities(PLAN);
  return smoothActivities(PLAN, {
    surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), coordination: rules }),
    ...overrides,
  });
}

const stateOf = (status: ObjectiveStatus, id: string): string | undefined =>
  status.tasks.find((task) => task.id === id)?.state;
const asksForReview = ({ tasks }: ObjectiveStatus): boolean => awaitedContracts(tasks).length > 0;
const texts = (status: ObjectiveStatus): string => status.events.map(({ text }) => text).join('\n');

describe('an API contract', () => {
  it('is shared, validated and tested, and its task is merged after it was approved', async () => {
    const order: string[] = [];
    const smooth = smoothActivities(PLAN);
    const activities = coordinating({
      validateContract: () => {
        order.push('validated');
        return Promise.resolve({
          decision: 'approve',
          comments: [],
          usage: { ...NO_USAGE, requests: 1, input: 7 },
        });
      },
      mergeTask: (request) => {
        order.push(request.taskId);
        return smooth.mergeTask(request);
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect(order.indexOf('validated')).toBeLessThan(order.indexOf('backend-T001'));
      const done = await status();
      expect(done.contracts).toMatchObject([
        {
          name: 'openapi',
          taskId: 'backend-T001',
          revision: 1,
          state: 'tested',
          by: '@frontend-coordinator',
        },
      ]);
      expect(done.ledger?.find((row) => row.role === 'frontend-coordinator')?.usage.input).toBe(7);
      const child = department.server.client.workflow.getHandle(`${done.objectiveId}/contract/openapi`);
      await expect(child.result()).resolves.toMatchObject({ state: 'tested' });
    });
  });

  it('goes back to its designer with the comments when the frontend asks for changes, without burning a level', async () => {
    const attempts: AttemptRequest[] = [];
    let asked = 0;
    const activities = coordinating({
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request));
      },
      validateContract: ({ earlier }) => {
        asked += 1;
        return Promise.resolve(
          asked === 1
            ? { decision: 'request-changes', comments: ['GET /orders: needs a cursor'], usage: NO_USAGE }
            : {
                decision: earlier.length > 0 ? 'approve' : 'request-changes',
                comments: earlier,
                usage: NO_USAGE,
              },
        );
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await resultOf(handle);
      const again = attempts.filter(({ taskId }) => taskId === 'backend-T001');
      expect(again.map(({ level }) => level)).toEqual([0, 0]);
      expect(again[1]?.prompt).toMatchObject({ kind: 'guidance', from: '@frontend-coordinator' });
      expect(JSON.stringify(again[1]?.prompt)).toContain('needs a cursor');
      expect((await status()).contracts).toMatchObject([{ revision: 2, state: 'tested' }]);
    });
  });

  it('that cannot be built upon climbs the ladder with what is wrong', async () => {
    const attempts: AttemptRequest[] = [];
    const smooth = smoothActivities(PLAN);
    const activities = coordinating({
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request));
      },
      inspectContract: (request) =>
        attempts.filter(({ taskId }) => taskId === 'backend-T001').length > 1
          ? smooth.inspectContract(request)
          : Promise.resolve({
              outcome: 'refused',
              path: 'openapi.yaml',
              problems: ['no operation has an answer'],
            }),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await resultOf(handle);
      const again = attempts.filter(({ taskId }) => taskId === 'backend-T001');
      expect(again.map(({ level }) => level)).toEqual([0, 1]);
      expect(JSON.stringify(again[1]?.prompt)).toContain('no operation has an answer');
      expect(texts(await status())).toContain('contract refused');
    });
  });

  it('waits for a human without holding anything but its dependants, and the first review counts', async () => {
    const rules: CoordinationRules = { ...RULES, contracts: { review: 'human', deadlineHours: 24 } };
    await department.withObjective(coordinating({}, rules), async ({ handle, status }) => {
      const waiting = await until(status, (s) => asksForReview(s) && stateOf(s, 'backend-T002') === 'merged');
      expect(waiting.state).toBe('awaiting-human');
      expect(stateOf(waiting, 'backend-T003')).toBe('pending');
      const review = (body: object): Promise<unknown> =>
        handle.executeUpdate(MESSAGES.reviewContract, { args: [{ by: 'ann', ...body }] });
      await expect(review({ contract: 'orders', decision: 'approve' })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('there is no contract orders; there are: openapi') },
      });
      await expect(review({ contract: 'f'.repeat(64), decision: 'approve' })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('not the newest revision') },
      });
      await review({ contract: waiting.contracts?.[0]?.hash ?? '', decision: 'approve' });
      // Whatever the contract's own workflow takes to hear of it, people are not asked for any longer.
      const reviewed = await status();
      expect([reviewed.state, awaitedContracts(reviewed.tasks)]).toEqual(['running', []]);
      await expect(
        review({ contract: 'openapi', decision: 'request-changes', comments: 'no' }),
      ).rejects.toMatchObject({ cause: { message: expect.stringContaining('by ann') } });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect((await status()).contracts).toMatchObject([{ state: 'tested', by: 'ann' }]);
    });
  });

  it('waits for somebody with the role where the rules keep its review for one', async () => {
    const rules: CoordinationRules = { ...RULES, contracts: { review: 'human', deadlineHours: 24 } };
    const smooth = coordinating({}, rules);
    const decisions = DecisionRules.parse({
      people: { architect: ['lin'] },
      who: { 'contract-review': 'architect' },
    });
    const audited: AuditEntry[] = [];
    const activities: Activities = {
      ...smooth,
      surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), decisions }),
      ...createDecisionActivities({
        audit: { append: (entries) => Promise.resolve(void audited.push(...entries)) },
        proofs,
      }),
    };
    await department.withObjective(activities, async ({ handle, status, input }) => {
      const waiting = await until(status, (s) => asksForReview(s) && s.state === 'awaiting-human');
      const review = { contract: 'openapi', decision: 'approve', by: 'lin' };
      const said = async (person: string, by = proofs): Promise<object> => {
        const statement = {
          workflowId: input.objectiveId,
          name: MESSAGES.reviewContract,
          payload: review,
          speaker: { person, channel: 'cli' as const },
          at: new Date().toISOString(),
        };
        return {
          ...review,
          proof: { ...statement.speaker, at: statement.at, mac: await by.sign(statement) },
        };
      };
      const cases: readonly [object, string][] = [
        [review, 'contract-review is for architect (lin)'],
        [await said('eve'), 'eve may not decide contract-review'],
        [await said('lin', forger), 'the proof of lin does not hold'],
      ];
      for (const [payload, why] of cases) {
        await expect(
          handle.executeUpdate(MESSAGES.reviewContract, { args: [payload] }),
        ).rejects.toMatchObject({ cause: { message: expect.stringContaining(why) } });
        await handle.signal(MESSAGES.reviewContract, payload);
      }
      const seen = await until(status, ({ ignored }) => ignored.length === cases.length);
      expect(seen.ignored.map(({ reason }) => reason)).toEqual(
        cases.map(([, why]) => expect.stringContaining(why) as unknown),
      );
      expect(seen.contracts).toMatchObject([{ state: 'shared', by: null }]);
      expect(stateOf(seen, 'backend-T001')).toBe('suspended');
      expect(audited).toEqual([]);
      const approval = await said('lin');
      await handle.executeUpdate(MESSAGES.reviewContract, { args: [approval] });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect((await status()).contracts).toMatchObject([{ state: 'tested', by: 'lin' }]);
      const { name, revision, hash } = waiting.contracts?.[0] ?? {};
      expect(audited).toMatchObject([
        {
          message: MESSAGES.reviewContract,
          who: { person: 'lin', via: 'cli', channel: 'update' },
          decision: { contract: 'openapi', decision: 'approve' },
          saw: { kind: 'contract', name, revision, hash },
        },
      ]);
    });
  });

  it('is approved when nobody objects before the deadline that configuration gives', async () => {
    const rules: CoordinationRules = { ...RULES, contracts: { review: 'auto', deadlineHours: 0.0005 } };
    await department.withObjective(coordinating({}, rules), async ({ handle, status }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect((await status()).contracts?.[0]?.by).toContain('nobody objected');
    });
  });

  it('that the service does not keep becomes a repair, with what a peer says of each mismatch', async () => {
    const repairs: unknown[] = [];
    let tests = 0;
    const smooth = smoothActivities(PLAN);
    const activities = coordinating({
      testContract: async (request) => {
        tests += 1;
        const passed = await smooth.testContract(request);
        return tests === 1
          ? {
              ...passed,
              outcome: 'failed',
              mismatches: ['GET /orders · /total: expected integer, got string'],
            }
          : passed;
      },
      gateCommit: async (request) => {
        const gate = await smooth.gateCommit(request);
        return request.scope === 'objective' ? { ...gate, questions: { reviews: [], compare: true } } : gate;
      },
      amendPlan: (request) => {
        repairs.push(request.change);
        const repair = planTask({ id: 'backend-T004', kind: 'repair', dependsOn: ['backend-T003'] });
        return smoothActivities([...PLAN, repair]).amendPlan(request);
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect(repairs).toMatchObject([
        {
          kind: 'repair',
          gaps: [
            {
              source: 'backend-T003',
              what: expect.stringContaining('/total: expected integer'),
              why: expect.stringContaining('use an index'),
            },
          ],
        },
      ]);
      expect(tests).toBe(2);
      expect(stateOf(await status(), 'backend-T004')).toBe('merged');
    });
  });
});

describe('a schema change', () => {
  it('is designed before it is written, and merged after rehearsal, sign-off and rollout were agreed', async () => {
    const order: string[] = [];
    const attempts: AttemptRequest[] = [];
    const smooth = smoothActivities(PLAN);
    const noted =
      <A extends unknown[], R>(name: string, call: (...args: A) => R) =>
      (...args: A): R => {
        order.push(name);
        return call(...args);
      };
    const activities = coordinating({
      reserveMigration: noted('reserve', smooth.reserveMigration),
      designMigration: noted('design', smooth.designMigration),
      rehearseMigration: noted('rehearse', smooth.rehearseMigration),
      drillBackup: noted('drill', smooth.drillBackup),
      planDeployment: noted('deployment', smooth.planDeployment),
      chooseRollout: noted('rollout', smooth.chooseRollout),
      rehearseRollout: noted('walk', smooth.rehearseRollout),
      runAttempt: (request) => {
        if (request.taskId === 'backend-T002') {
          order.push('attempt');
          attempts.push(request);
        }
        return Promise.resolve(handedOff(request));
      },
      mergeTask: (request) => {
        if (request.taskId === 'backend-T002') order.push('merge');
        return smooth.mergeTask(request);
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await resultOf(handle);
      expect(order).toEqual([
        'reserve',
        'design',
        'attempt',
        'rehearse',
        'drill',
        'deployment',
        'rollout',
        'walk',
        'merge',
      ]);
      expect(attempts[0]?.prompt).toMatchObject({ kind: 'delegation', slot: { identifier: '0002' } });
      const { databaseChanges } = await status();
      expect(databaseChanges?.[0]?.steps.map(({ state }) => state)).toEqual([
        'done',
        'done',
        'done',
        'done',
        'done',
        'pending',
      ]);
    });
  });

  it('that the replica refuses goes back to its writer with the evidence', async () => {
    const attempts: AttemptRequest[] = [];
    const activities = coordinating({
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request));
      },
      rehearseMigration: () =>
        Promise.resolve(
          attempts.filter(({ taskId }) => taskId === 'backend-T002').length > 1
            ? soundRehearsal()
            : soundRehearsal({
                outcome: 'refused',
                problems: [{ step: 'script', text: 'down leaves the index sessions_user behind' }],
              }),
        ),
    });
    await department.withObjective(activities, async ({ handle }) => {
      await resultOf(handle);
      const again = attempts.filter(({ taskId }) => taskId === 'backend-T002');
      expect(again.map(({ level }) => level)).toEqual([0, 1]);
      expect(JSON.stringify(again[1]?.prompt)).toContain('sessions_user');
    });
  });

  it('that destroys data asks a human, and is not rehearsed again once it is accepted', async () => {
    let rehearsals = 0;
    const activities = coordinating({
      rehearseMigration: () => {
        rehearsals += 1;
        return Promise.resolve(soundRehearsal({ destructive: ['drops column legacy of orders'] }));
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      const asked = await until(status, (s) => s.escalations.length === 1);
      expect(asked.escalations[0]).toMatchObject({ trigger: 'breaking-change' });
      expect(asked.escalations[0]?.question).toContain('drops column legacy of orders');
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [
          {
            escalationId: asked.escalations[0]?.id,
            decision: 'accept',
            guidance: 'nobody reads it',
            by: 'dba',
          },
        ],
      });
      await resultOf(handle);
      expect(rehearsals).toBe(1);
      expect((await status()).databaseChanges?.[0]?.strategy).toBe('in-place');
    });
  });

  it('refused by @database-admin climbs with the reason', async () => {
    let asked = 0;
    const smooth = smoothActivities(PLAN);
    const activities = coordinating({
      planDeployment: async (request) => {
        asked += 1;
        const plan = await smooth.planDeployment(request);
        return asked === 1 ? { ...plan, approved: false, reason: 'the lock is too long' } : plan;
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await resultOf(handle);
      expect(texts(await status())).toContain('@database-admin refuses the deployment: the lock is too long');
      expect(asked).toBe(2);
    });
  });
});

it('a coordinating workflow that was terminated is taken up again, and nothing is lost', async () => {
  const rules: CoordinationRules = { ...RULES, contracts: { review: 'human', deadlineHours: 24 } };
  await department.withObjective(coordinating({}, rules), async ({ handle, status }) => {
    const { objectiveId } = await until(status, asksForReview);
    const child = department.server.client.workflow.getHandle(`${objectiveId}/contract/openapi`);
    await child.terminate('by hand');
    const review = { contract: 'openapi', decision: 'approve', by: 'ann' };
    await handle.executeUpdate(MESSAGES.reviewContract, { args: [review] });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    const done = await status();
    expect(texts(done)).toContain('was lost and is taken up again');
    expect(done.contracts).toMatchObject([{ state: 'tested', revision: 1, by: 'ann' }]);
  });
});

it('an objective that is cancelled leaves no coordinating workflow open', async () => {
  const rules: CoordinationRules = { ...RULES, contracts: { review: 'human', deadlineHours: 24 } };
  await department.withObjective(coordinating({}, rules), async ({ handle, status }) => {
    const { objectiveId } = await until(status, asksForReview);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    const child = department.server.client.workflow.getHandle(`${objectiveId}/contract/openapi`);
    await expect(child.result()).resolves.toMatchObject({ state: 'shared' });
  });
});
