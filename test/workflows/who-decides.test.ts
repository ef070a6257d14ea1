// Needs Temporal (a real dev server); proofs and audit log are the real ones, the other activities are scripted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import type { Activities } from '../../activities/contract';
import { createDecisionActivities } from '../../activities/decisions';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { createProofs } from '../../src/audit/proofs';
import type { AuditLine } from '../../src/domain/escalation/audit';
import type { Speaker } from '../../src/domain/escalation/decision-proof';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import { needsHuman } from '../../src/cli/live/questions';
import { MESSAGES } from '../../src/domain/objective/messages';
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
  type Objective,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';

let department: TestDepartment;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'who-decides-'));
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
  await rm(home, { recursive: true, force: true });
});

const E1 = 'backend-T001-E1';
const E2 = 'backend-T002-E1';
const RULES = DecisionRules.parse({
  people: { security: ['ada'], architect: ['lin'] },
  who: { 'levels-spent': 'security', 'plan-review': 'architect', 'budget-exhausted': 'architect' },
});
const proofs = createProofs({ key: () => Promise.resolve('the key of this installation, long enough') });
const forger = createProofs({ key: () => Promise.resolve('another key, which is long enough as well') });
const ada: Speaker = { person: 'ada', channel: 'cli' };
const eve: Speaker = { person: 'eve', channel: 'mcp' };

/** Both tasks stay red, so both are asked about. */
function redActivities(rules: DecisionRules | null = RULES): Activities {
  const tasks = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002' })];
  const smooth = smoothActivities(tasks);
  return smoothActivities(tasks, {
    surveyRepository: async (input) => ({
      ...(await smooth.surveyRepository(input)),
      ...(rules === null ? {} : { decisions: rules }),
    }),
    runAttempt: (request) => Promise.resolve(handedOff(request)),
    gateCommit: ({ scope }) =>
      Promise.resolve(scope === 'task' ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate()),
    ...createDecisionActivities({ audit: createAuditLog({ folder: join(home, 'audit') }), proofs }),
  });
}

type Payload = Record<string, unknown>;
const accept = (escalationId: string, more: Payload = {}): Payload => ({
  escalationId,
  decision: 'accept',
  guidance: 'a known flake',
  by: 'somebody',
  ...more,
});

async function proven(
  { input }: Objective,
  payload: Payload,
  speaker: Speaker,
  more: {
    readonly name?: string;
    readonly by?: typeof proofs;
    readonly workflowId?: string;
    readonly at?: string;
  } = {},
): Promise<Payload> {
  const { name = MESSAGES.resolveEscalation, by = proofs, workflowId = input.objectiveId } = more;
  const { at = new Date().toISOString() } = more;
  const mac = await by.sign({ workflowId, name, payload, speaker, at });
  return { ...payload, proof: { ...speaker, at, mac } };
}

const update = (
  { handle }: Objective,
  payload: Payload,
  name: string = MESSAGES.resolveEscalation,
): Promise<unknown> => handle.executeUpdate(name, { args: [payload] });
const refused = (why: string): object => ({ cause: { message: expect.stringContaining(why) as unknown } });
const asked = ({ status }: Objective): Promise<unknown> =>
  until(status, (seen) => seen.escalations.length === 2);
/** Lines of the audit log about an objective, once there are so many: they are written right after the answer. */
async function recorded(
  objective: string,
  count = 1,
): Promise<readonly Extract<AuditLine, { kind: 'decision' }>[]> {
  const { lines } = createAuditReader({ folder: join(home, 'audit') });
  const found = async (): Promise<readonly Extract<AuditLine, { kind: 'decision' }>[]> =>
    (await lines()).flatMap((line) =>
      line.kind === 'decision' && line.objective === objective ? [line] : [],
    );
  return eventually(found, ({ length }) => length >= count);
}

describe('a decision the rules restrict', () => {
  it('is taken of a person with the role, who is recorded beside the claim, with what they saw', async () => {
    await department.withObjective(redActivities(), async (objective) => {
      await asked(objective);
      await update(objective, await proven(objective, accept(E1), ada));
      const { decisions } = await objective.status();
      expect(decisions).toMatchObject([
        {
          escalationId: E1,
          by: 'somebody',
          channel: 'update',
          person: 'ada',
          via: 'cli',
          question: expect.stringContaining('backend-T001') as unknown,
        },
      ]);
      expect(await recorded(objective.input.objectiveId)).toMatchObject([
        {
          message: 'resolveEscalation',
          who: { by: 'somebody', person: 'ada', via: 'cli', channel: 'update' },
          decision: { escalationId: E1, decision: 'accept', guidance: 'a known flake' },
          saw: { kind: 'escalation', escalation: { id: E1, trigger: 'levels-spent' } },
        },
      ]);
    });
  });

  it('is refused without a proof, with a wrong one, and of a person without the role', async () => {
    await department.withObjective(redActivities(), async (objective) => {
      await asked(objective);
      const cases: readonly [Payload, string][] = [
        [accept(E1), 'levels-spent is for security (ada)'],
        [await proven(objective, accept(E1), eve), 'eve may not decide levels-spent'],
        [await proven(objective, accept(E1), ada, { by: forger }), 'the proof of ada does not hold'],
        [
          await proven(objective, accept(E1), ada, { workflowId: 'objective-other-00000000' }),
          'does not hold',
        ],
        [{ ...(await proven(objective, accept(E2), ada)), escalationId: E1 }, 'does not hold'],
        [{ ...(await proven(objective, accept(E1), ada)), decision: 'retry' }, 'does not hold'],
        [{ ...accept(E1), proof: { person: 'ada' } }, 'proof'],
      ];
      for (const [payload, why] of cases)
        await expect(update(objective, payload)).rejects.toMatchObject(refused(why));
      const { decisions, escalations } = await objective.status();
      expect([decisions.length, escalations.length]).toEqual([0, 2]);
      expect(await recorded(objective.input.objectiveId, 0)).toEqual([]);
    });
  });

  it('is refused with a proof from before it was asked, as an earlier question of the id had one', async () => {
    await department.withObjective(redActivities(), async (objective) => {
      const { escalations } = await until(objective.status, (seen) => seen.escalations.length === 2);
      const asked = Date.parse(escalations.find(({ id }) => id === E1)?.raisedAt ?? '');
      const madeAt = (ms: number): Promise<Payload> =>
        proven(objective, accept(E1), ada, { at: new Date(asked + ms).toISOString() });
      await expect(update(objective, await madeAt(-61_000))).rejects.toMatchObject(
        refused('before this was asked'),
      );
      expect((await objective.status()).decisions).toEqual([]);
      // Clocks of two hosts may be apart a little.
      await update(objective, await madeAt(-50_000));
      expect((await objective.status()).decisions).toMatchObject([{ escalationId: E1, person: 'ada' }]);
    });
  });

  it('is ignored as a signal, with the reason in the status', async () => {
    await department.withObjective(redActivities(), async (objective) => {
      await asked(objective);
      const signal = (payload: Payload): Promise<void> =>
        objective.handle.signal(MESSAGES.resolveEscalation, payload);
      await signal(accept(E1));
      await signal(await proven(objective, accept(E1), ada, { by: forger }));
      const seen = await until(objective.status, ({ ignored }) => ignored.length === 2);
      expect(seen.ignored.map(({ reason }) => reason)).toEqual([
        expect.stringContaining('is for security'),
        expect.stringContaining('the proof of ada does not hold'),
      ]);
      await signal(await proven(objective, accept(E1), ada));
      const decided = await until(objective.status, ({ decisions }) => decisions.length === 1);
      expect(decided.decisions).toMatchObject([{ person: 'ada', channel: 'signal' }]);
    });
  });

  it('does not go round the rules by cancelling the task, or by raising the budget', async () => {
    await department.withObjective(redActivities(), async (objective) => {
      await asked(objective);
      const cancelling = update(objective, { taskId: 'backend-T001', by: 'eve' }, MESSAGES.cancelTask);
      await expect(cancelling).rejects.toMatchObject(refused(`${E1} is open and for security`));
      const raising = update(objective, { usd: 99, by: 'eve' }, MESSAGES.setBudget);
      await expect(raising).rejects.toMatchObject(refused('budget-exhausted is for architect (lin)'));
      const lin: Speaker = { person: 'lin', channel: 'inbox' };
      const name = MESSAGES.setBudget;
      await update(objective, await proven(objective, { usd: 99, by: 'lin' }, lin, { name }), name);
      expect((await objective.status()).budgetUsd).toBe(99);
    });
  });

  it('holds for the review of a plan too; a proof makes one decision', async () => {
    const input = objectiveInput({ approvePlan: true });
    await department.withObjective(
      redActivities(),
      async (objective) => {
        await until(objective.status, ({ state }) => state === 'awaiting-approval');
        const name = MESSAGES.reviewPlan;
        const edit = { decision: 'edit', patch: [{ op: 'drop', taskId: 'backend-T002' }], by: 'lin' };
        await expect(update(objective, edit, name)).rejects.toMatchObject(
          refused('plan-review is for architect'),
        );
        const once = await proven(objective, edit, { person: 'lin', channel: 'cli' }, { name });
        await update(objective, once, name);
        await until(objective.status, ({ plan }) => plan?.version === 2);
        await expect(update(objective, once, name)).rejects.toMatchObject(refused('used already'));
        expect(await recorded(input.objectiveId)).toMatchObject([
          { message: name, who: { person: 'lin' }, saw: { kind: 'plan', version: 1 } },
        ]);
      },
      input,
    );
  });
});

it('a signal whose proof is still being verified is told to be taken in, so that nobody is asked meanwhile', async () => {
  const activities = redActivities();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: Activities = {
    ...activities,
    verifyProof: async (request) => {
      await released;
      return activities.verifyProof(request);
    },
  };
  await department.withObjective(slow, async (objective) => {
    const before = await until(objective.status, needsHuman);
    expect(before.takingIn).toBeUndefined();
    await objective.handle.signal(MESSAGES.resolveEscalation, await proven(objective, accept(E1), ada));
    await objective.handle.signal(MESSAGES.resolveEscalation, await proven(objective, accept(E2), ada));
    const seen = await objective.status();
    expect([seen.escalations.length, seen.takingIn, needsHuman(seen)]).toEqual([2, true, false]);
    release();
    await resultOf(objective.handle);
    const after = await objective.status();
    expect([after.decisions.length, after.takingIn]).toEqual([2, undefined]);
  });
});

it('an answer that has to wait behind a question to somebody else does not hide that question', async () => {
  let fail = (): void => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = () => {
      reject(ApplicationFailure.nonRetryable('the base cannot be checked', 'Gate.Broken'));
    };
  });
  const activities = redActivities(null);
  const stuck: Activities = {
    ...activities,
    gateCommit: (request) => (request.scope === 'base' ? failed : activities.gateCommit(request)),
  };
  await department.withObjective(
    stuck,
    async (objective) => {
      await until(objective.status, ({ plan }) => plan !== null);
      await update(objective, { decision: 'approve', by: 'ada' }, MESSAGES.reviewPlan);
      expect((await objective.status()).takingIn).toBe(true);
      fail();
      const seen = await until(objective.status, ({ escalations }) => escalations.length > 0);
      expect([seen.escalations[0]?.id, seen.takingIn, needsHuman(seen)]).toEqual([
        'objective-E1',
        undefined,
        true,
      ]);
    },
    objectiveInput({ approvePlan: true }),
  );
});

describe('two people who decide at once', () => {
  it('by two updates: the first is taken, the second is told who decided what', async () => {
    await department.withObjective(redActivities(null), async (objective) => {
      await asked(objective);
      const answers = await Promise.allSettled([
        update(objective, await proven(objective, accept(E1, { by: 'ada' }), ada)),
        update(objective, await proven(objective, { ...accept(E1), decision: 'skip', by: 'eve' }, eve)),
      ]);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: refused(`${E1} is already decided`),
      });
      const { decisions } = await objective.status();
      expect(decisions.filter(({ escalationId }) => escalationId === E1)).toHaveLength(1);
      expect(await recorded(objective.input.objectiveId)).toHaveLength(1);
    });
  });

  it('by an update and a signal: one counts', async () => {
    await department.withObjective(redActivities(null), async (objective) => {
      await asked(objective);
      await Promise.allSettled([
        objective.handle.signal(
          MESSAGES.resolveEscalation,
          await proven(objective, accept(E1, { by: 'ada' }), ada),
        ),
        update(objective, { ...accept(E1), decision: 'skip', by: 'eve' }),
      ]);
      const { decisions } = await until(objective.status, (seen) => seen.decisions.length > 0);
      expect(decisions.filter(({ escalationId }) => escalationId === E1)).toHaveLength(1);
      expect(await recorded(objective.input.objectiveId)).toHaveLength(1);
    });
  });
});

describe('decisions that come while others look', () => {
  it.each(['signal', 'update'] as const)(
    'by %s outlive the worker that took them',
    async (how) => {
      for (let round = 0; round < 3; round += 1) {
        await department.withObjective(redActivities(null), async (objective) => {
          await asked(objective);
          let over = false;
          const looking = Array.from({ length: 4 }, async () => {
            // So many at once may be too many for the server; what counts is asked below.
            while (!over) await objective.status().catch(() => undefined);
          });
          const send = async (id: string): Promise<void> => {
            const payload = await proven(objective, { ...accept(id), decision: 'skip' }, ada);
            if (how === 'update') await update(objective, payload);
            else await objective.handle.signal(MESSAGES.resolveEscalation, payload);
          };
          await Promise.all([send(E1), send(E2)]);
          await until(objective.status, ({ decisions }) => decisions.length === 2);
          expect(await recorded(objective.input.objectiveId, 2)).toHaveLength(2);
          over = true;
          await Promise.all(looking);
          await department.redeploy({ codePath: WORKFLOW_BUNDLE });
          expect((await objective.status()).decisions).toMatchObject([{ person: 'ada' }, { person: 'ada' }]);
        });
      }
    },
    240_000,
  );
});

describe('without rules', () => {
  it('a broken proof makes a decision nobody’s in particular', async () => {
    await department.withObjective(redActivities(null), async (objective) => {
      await asked(objective);
      await update(objective, await proven(objective, accept(E1), ada, { by: forger }));
      await update(objective, accept(E2));
      await resultOf(objective.handle);
      const { decisions } = await objective.status();
      expect(decisions.map(({ person, via }) => [person, via])).toEqual([
        [null, null],
        [null, null],
      ]);
    });
  });

  it('every decision, pause and word to a specialist is in the audit log when it ends', async () => {
    await department.withObjective(redActivities(null), async (objective) => {
      await asked(objective);
      await update(objective, { by: 'ada' }, MESSAGES.pause);
      await update(objective, { by: 'ada' }, MESSAGES.resume);
      await update(objective, { message: 'mind the gap', by: 'ada' }, MESSAGES.steer);
      await update(objective, { usd: 20, by: 'ada' }, MESSAGES.setBudget);
      await update(objective, { taskId: 'backend-T002', by: 'ada' }, MESSAGES.cancelTask);
      await objective.handle.signal(MESSAGES.resolveEscalation, accept(E1));
      await resultOf(objective.handle);
      const lines = await recorded(objective.input.objectiveId, 6);
      expect(lines.map(({ message }) => message)).toEqual([
        'pause',
        'resume',
        'steer',
        'setBudget',
        'cancelTask',
        'resolveEscalation',
      ]);
      expect(lines[4]).toMatchObject({ saw: { kind: 'escalation', escalation: { id: E2 } } });
    });
    expect((await createAuditReader({ folder: join(home, 'audit') }).verify(null)).problem).toBeNull();
  });

  it('a decision for a closed or unknown question is refused, with and without a proof', async () => {
    await department.withObjective(redActivities(null), async (objective) => {
      await asked(objective);
      const unknown = accept('backend-T009-E1');
      await expect(update(objective, unknown)).rejects.toMatchObject(refused('there is no escalation'));
      await expect(update(objective, await proven(objective, unknown, ada))).rejects.toMatchObject(
        refused('there is no escalation'),
      );
      await update(objective, accept(E1));
      await expect(update(objective, await proven(objective, accept(E1), ada))).rejects.toMatchObject(
        refused('already decided: accept by somebody'),
      );
    });
  });

  it('a log that cannot be written for a while keeps nobody, and gets the decision in the end', async () => {
    let broken = true;
    const activities = redActivities(null);
    const { recordDecisions } = activities;
    const flaky: Activities = {
      ...activities,
      recordDecisions: (request) =>
        broken ? Promise.reject(new Error('the disk is full')) : recordDecisions(request),
    };
    await department.withObjective(flaky, async (objective) => {
      await asked(objective);
      await update(objective, accept(E1));
      await update(objective, accept(E2));
      await until(objective.status, ({ outcome }) => outcome !== null);
      broken = false;
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
      expect(await recorded(objective.input.objectiveId, 2)).toHaveLength(2);
    });
  });
});
