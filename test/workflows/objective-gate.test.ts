// Needs Temporal (a real dev server); the activities behind it are scripted.
import type { Activities } from '../../activities/contract';
import type { Gap } from '../../src/domain/plan/comparison';
import type { CompareResult, GateRequest, InspectRequest } from '../../src/domain/quality-gate/gate-work';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { PlanTask } from '../../src/domain/plan/plan';
import type { GateSummary, RedItem } from '../../src/domain/quality-gate/receipt';
import type { ReviewOrder } from '../../src/domain/quality-gate/review';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AmendPlanRequest } from '../../src/domain/work/work';
import {
  greenGate,
  handedOff,
  redGate,
  resultOf,
  sha,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const tasks = [planTask({ id: 'backend-T001' })];
const repair = planTask({ id: 'backend-T002', kind: 'repair', dependsOn: ['backend-T001'] });
const E1 = 'objective-E1';
const CORS: RedItem = { subject: 'cors', excerpt: 'src/app.js:3: any origin is admitted' };
const AUTH: RedItem = { subject: 'authentication', excerpt: 'the service could not be started' };
const SECRETS: RedItem = {
  subject: 'no-hardcoded-secrets',
  excerpt: 'the quote does not stand at src/a.js:3',
};
const GAP: Gap = { source: 'backend-T001', what: 'a used token ends the session', why: 'no file shows it' };
const ORDERS: ReviewOrder[] = [
  { reviewer: 'backend-architect', items: ['no-hardcoded-secrets', 'authentication'] },
  { reviewer: 'api-architect', items: ['why-comments'] },
];

/** A gate that has questions for models. */
const asking = (gate: GateSummary, reviews: ReviewOrder[] = []): GateSummary => ({
  ...gate,
  questions: { reviews, compare: true },
});

interface Script {
  /** What the objective's gate says, one run after another; the last for ever. */
  readonly gates: readonly GateSummary[];
  /** What is unbuilt, one comparison after another; the last for ever. */
  readonly gaps?: readonly (readonly Gap[])[];
  readonly review?: (request: InspectRequest) => GateSummary;
  readonly overrides?: Partial<Activities>;
}

interface Log {
  readonly activities: Activities;
  readonly gated: GateRequest[];
  readonly inspected: InspectRequest[];
  readonly amended: AmendPlanRequest[];
  readonly attempted: string[];
  readonly compared: unknown[];
}

/** The department with an objective's gate as scripted, and what it was asked. */
function scripted({ gates, gaps = [[]], review, overrides }: Script): Log {
  const gated: GateRequest[] = [];
  const inspected: InspectRequest[] = [];
  const amended: AmendPlanRequest[] = [];
  const compared: unknown[] = [];
  const attempted: string[] = [];
  const nth = <T>(rows: readonly T[], index: number): T => rows[Math.min(index, rows.length - 1)]!;
  const outlines: PlanTask[] = [...tasks];
  const smooth = smoothActivities([...tasks, repair]);
  const activities = smoothActivities(tasks, {
    runAttempt: (request) => {
      attempted.push(request.taskId);
      return Promise.resolve(handedOff(request));
    },
    gateCommit: (request) => {
      if (request.scope !== 'objective') return Promise.resolve(greenGate());
      gated.push(request);
      return Promise.resolve(nth(gates, gated.length - 1));
    },
    reviewObjective: (request) => {
      inspected.push(request);
      return Promise.resolve({ gate: review?.(request) ?? greenGate(), usage: { ...NO_USAGE, requests: 1 } });
    },
    compareObjective: (request) => {
      compared.push(request);
      const found = [...nth(gaps, compared.length - 1)];
      return Promise.resolve({
        gaps: found,
        points: 3,
        left: 0,
        comparison: sha('comparison'),
        usage: { ...NO_USAGE, requests: 1 },
      } satisfies CompareResult);
    },
    amendPlan: (request) => {
      amended.push(request);
      outlines.push(repair);
      return smooth.amendPlan(request);
    },
    ...overrides,
  });
  return { activities, gated, inspected, amended, attempted, compared };
}

const answer = ({ handle }: Objective, payload: object): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.resolveEscalation, { args: [{ by: 'ada', ...payload }] });
const openQuestion = (objective: Objective, id: string): ReturnType<typeof until> =>
  until(objective.status, (seen) => seen.escalations.some((row) => row.id === id));

describe('reviewers', () => {
  it('are asked after the tools, each once on the report of the one before, and are paid for', async () => {
    const log = scripted({
      gates: [asking(greenGate(), ORDERS)],
      review: ({ order }) => ({ ...greenGate(), report: sha(order.reviewer) }),
    });
    await department.withObjective(log.activities, async (objective) => {
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      const status = await objective.status();
      expect(log.inspected.map(({ order, report }) => [order.reviewer, report])).toEqual([
        ['backend-architect', greenGate().report],
        ['api-architect', sha('backend-architect')],
      ]);
      expect(status.gate).toEqual({ ...greenGate(), report: sha('api-architect') });
      expect(status.ledger?.map((row) => row.role)).toEqual(
        expect.arrayContaining(['backend-architect', 'api-architect', 'backend-coordinator']),
      );
      expect(log.gated[0]).toMatchObject({
        plan: sha('plan'),
        done: [{ taskId: 'backend-T001', specialist: 'nodejs-expert' }],
      });
    });
  });

  it('who find a failure make the objective red: it is repaired once', async () => {
    const log = scripted({
      gates: [asking(greenGate(), ORDERS.slice(0, 1)), asking(greenGate())],
      review: () => redGate(AUTH),
    });
    await department.withObjective(log.activities, async ({ handle }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    });
    expect(log.amended[0]?.change).toMatchObject({ kind: 'repair', red: ['authentication'] });
  });

  it('are held to the budget: with nothing left a human is asked before the call', async () => {
    const log = scripted({
      gates: [asking(greenGate(), ORDERS)],
      overrides: {
        runAttempt: (request) =>
          Promise.resolve(handedOff(request, { usage: { ...NO_USAGE, requests: 1, usd: 10 } })),
      },
    });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations[0]).toMatchObject({ trigger: 'budget-exhausted' });
      expect(log.inspected).toEqual([]);
      await objective.handle.executeUpdate(MESSAGES.setBudget, { args: [{ usd: 20, by: 'ada' }] });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect(log.inspected[0]?.allowanceUsd).toBeGreaterThan(0);
    });
  });
});

describe('what nobody could decide', () => {
  const undecided = { ...greenGate(), review: [SECRETS, AUTH] };

  it('asks level 4 once for all of it; accept waives exactly these items', async () => {
    const log = scripted({ gates: [asking(undecided)] });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations).toHaveLength(1);
      expect(seen.escalations[0]).toMatchObject({
        trigger: 'review-needed',
        evidence: [
          'no-hardcoded-secrets: the quote does not stand at src/a.js:3',
          'authentication: the service could not be started',
        ],
        recommended: 'retry',
      });
      expect(seen.escalations[0]?.options.map(({ id }) => id)).toEqual(['retry', 'accept', 'abort']);
      await answer(objective, { escalationId: E1, decision: 'accept', guidance: 'I looked myself' });
      expect(await resultOf(objective.handle)).toMatchObject({
        outcome: 'delivered-with-waivers',
        reason: 'accepted at the objective gate: no-hardcoded-secrets, authentication',
      });
    });
    expect(log.gated.at(-1)?.waived).toEqual(['no-hardcoded-secrets', 'authentication']);
    // An undecided item is nothing to be mended, and the same tree is compared once.
    expect(log.amended).toEqual([]);
    expect(log.compared).toHaveLength(1);
  });

  it('another undecided item than those accepted is asked about again', async () => {
    const log = scripted({
      gates: [asking({ ...greenGate(), review: [SECRETS] }), asking(undecided)],
    });
    await department.withObjective(log.activities, async (objective) => {
      await openQuestion(objective, E1);
      await answer(objective, { escalationId: E1, decision: 'accept', guidance: 'known' });
      const again = await openQuestion(objective, 'objective-E2');
      expect(again.escalations[0]?.evidence).toEqual(['authentication: the service could not be started']);
    });
  });

  it('retry runs the gate again on the reviews it has, and what is decided then is delivered', async () => {
    const log = scripted({ gates: [asking(undecided), asking(greenGate())] });
    await department.withObjective(log.activities, async (objective) => {
      await openQuestion(objective, E1);
      await answer(objective, { escalationId: E1, decision: 'retry', guidance: 'installed it' });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    });
    expect(log.gated[1]).toMatchObject({ earlier: greenGate().report, waived: [] });
  });

  it('abort ends the objective as aborted, its branch as it is', async () => {
    const log = scripted({ gates: [asking(undecided)] });
    await department.withObjective(log.activities, async (objective) => {
      await openQuestion(objective, E1);
      await answer(objective, { escalationId: E1, decision: 'abort' });
      expect(await resultOf(objective.handle)).toMatchObject({
        outcome: 'aborted',
        branch: 'coordinator/test',
      });
    });
  });
});

describe('the repair round', () => {
  it('red items become tasks that run, merge and are gated before the objective is gated again', async () => {
    const log = scripted({ gates: [asking(redGate(CORS)), asking(greenGate())] });
    await department.withObjective(log.activities, async (objective) => {
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered', reason: null });
      const { tasks: all } = await objective.status();
      expect(all.map(({ id, state }) => [id, state])).toEqual([
        ['backend-T001', 'merged'],
        ['backend-T002', 'merged'],
      ]);
    });
    expect(log.amended).toHaveLength(1);
    expect(log.amended[0]?.change).toEqual({
      kind: 'repair',
      report: greenGate().report,
      red: ['cors'],
      gaps: [],
      done: [{ taskId: 'backend-T001', specialist: 'nodejs-expert' }],
    });
    expect(log.attempted).toEqual(['backend-T001', 'backend-T002']);
    expect(log.gated.map(({ done }) => done?.length)).toEqual([1, 2]);
  });

  it('still red after it: the level-4 question, and no second round', async () => {
    const log = scripted({ gates: [asking(redGate(CORS))] });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations[0]).toMatchObject({ trigger: 'gate-red' });
      expect(log.attempted).toEqual(['backend-T001', 'backend-T002']);
      await answer(objective, { escalationId: E1, decision: 'retry', guidance: 'again' });
      await openQuestion(objective, 'objective-E2');
      await answer(objective, { escalationId: 'objective-E2', decision: 'abort' });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'red' });
    });
    expect(log.amended).toHaveLength(1);
  });

  it('refused by the rules of plans, or for nobody, leads to the question at once', async () => {
    const log = scripted({
      gates: [asking(redGate(CORS))],
      overrides: {
        amendPlan: () => Promise.resolve({ outcome: 'refused', errors: ['too many tasks'], usage: NO_USAGE }),
      },
    });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations[0]).toMatchObject({ trigger: 'gate-red' });
      expect(seen.events.map(({ text }) => text)).toContain('no repairs could be added: too many tasks');
    });
  });

  it('a gate without questions, as older workers give it, asks a human as before', async () => {
    const log = scripted({ gates: [redGate(CORS)] });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations[0]).toMatchObject({ trigger: 'gate-red' });
    });
    expect([log.amended, log.inspected, log.compared]).toEqual([[], [], []]);
  });
});

describe('converging', () => {
  it('what is unbuilt becomes tasks once; built then, it is delivered', async () => {
    const log = scripted({ gates: [asking(greenGate())], gaps: [[GAP], []] });
    await department.withObjective(log.activities, async ({ handle }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    });
    expect(log.amended[0]?.change).toMatchObject({ kind: 'repair', red: [], gaps: [GAP] });
    expect(log.compared).toHaveLength(2);
  });

  it('red and unbuilt together share the one round', async () => {
    const log = scripted({ gates: [asking(redGate(CORS)), asking(greenGate())], gaps: [[GAP], []] });
    await department.withObjective(log.activities, async ({ handle }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    });
    expect(log.amended).toHaveLength(1);
    expect(log.amended[0]?.change).toMatchObject({ red: ['cors'], gaps: [GAP] });
  });

  it('still unbuilt: level 4; retry compares anew, accept delivers and says what is missing', async () => {
    const log = scripted({ gates: [asking(greenGate())], gaps: [[GAP]] });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations[0]).toMatchObject({
        trigger: 'unbuilt',
        evidence: ['backend-T001: a used token ends the session - no file shows it'],
      });
      expect(log.compared).toHaveLength(2);
      await answer(objective, { escalationId: E1, decision: 'retry', guidance: 'look at src/auth' });
      await openQuestion(objective, 'objective-E2');
      expect(log.compared).toHaveLength(3);
      await answer(objective, { escalationId: 'objective-E2', decision: 'accept', guidance: 'later' });
      expect(await resultOf(objective.handle)).toMatchObject({
        outcome: 'delivered-with-waivers',
        reason: 'accepted at the objective gate: unbuilt (backend-T001): a used token ends the session',
      });
    });
    expect(log.amended).toHaveLength(1);
  });

  it('a comparison that cannot be had is asked about, and mends nothing', async () => {
    const log = scripted({
      gates: [asking(greenGate())],
      overrides: {
        compareObjective: () =>
          Promise.resolve({
            gaps: [],
            points: 0,
            left: 3,
            comparison: null,
            problem: 'the answer did not fit twice.',
            usage: NO_USAGE,
          }),
      },
    });
    await department.withObjective(log.activities, async (objective) => {
      const seen = await openQuestion(objective, E1);
      expect(seen.escalations[0]?.question).toContain('the answer did not fit twice');
      await answer(objective, { escalationId: E1, decision: 'accept', guidance: 'I compared' });
      expect(await resultOf(objective.handle)).toMatchObject({
        outcome: 'delivered-with-waivers',
        reason: 'accepted at the objective gate: comparison with the objective',
      });
    });
    expect(log.amended).toEqual([]);
  });

  it('what a human left out is not missed: skipped tasks are not part of what is compared', async () => {
    const two = [...tasks, planTask({ id: 'backend-T002' })];
    const compared: unknown[] = [];
    const activities = smoothActivities(two, {
      gateCommit: ({ scope, taskId }) =>
        Promise.resolve(
          scope === 'objective'
            ? asking(greenGate())
            : taskId === 'backend-T002'
              ? redGate({ subject: 'tests', excerpt: 'not ok' })
              : greenGate(),
        ),
      compareObjective: (request) => {
        compared.push(request.done);
        return smoothActivities([]).compareObjective(request);
      },
    });
    await department.withObjective(activities, async (objective) => {
      await openQuestion(objective, 'backend-T002-E1');
      await answer(objective, { escalationId: 'backend-T002-E1', decision: 'skip' });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
    });
    expect(compared).toEqual([[{ taskId: 'backend-T001', specialist: 'nodejs-expert' }]]);
  });
});

it('a pause holds the reviews back until people resume', async () => {
  let open: (gate: GateSummary) => void = () => undefined;
  const gate = new Promise<GateSummary>((resolve) => (open = resolve));
  const log = scripted({
    gates: [],
    overrides: { gateCommit: ({ scope }) => (scope === 'objective' ? gate : Promise.resolve(greenGate())) },
  });
  await department.withObjective(log.activities, async ({ handle, status }) => {
    await until(status, (seen) => seen.tasks[0]?.state === 'merged');
    await handle.executeUpdate(MESSAGES.pause, { args: [{ by: 'ada' }] });
    open(asking(greenGate(), ORDERS));
    await until(status, (seen) => seen.events.some(({ text }) => text === 'paused by ada'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(log.inspected).toEqual([]);
    await handle.executeUpdate(MESSAGES.resume, { args: [{ by: 'ada' }] });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
  });
  expect(log.inspected).toHaveLength(2);
});

describe('a lost worker and a new run', () => {
  it('a worker that takes over at the question knows of the round and of what was accepted', async () => {
    const log = scripted({ gates: [asking({ ...redGate(CORS), review: [AUTH] })], gaps: [[GAP]] });
    await department.withObjective(log.activities, async (objective) => {
      await openQuestion(objective, E1);
      await department.redeploy({ codePath: WORKFLOW_BUNDLE });
      await answer(objective, { escalationId: E1, decision: 'accept', guidance: 'a public API' });
      const undecided = await openQuestion(objective, 'objective-E2');
      expect(undecided.escalations[0]).toMatchObject({ trigger: 'review-needed' });
      await answer(objective, { escalationId: 'objective-E2', decision: 'accept', guidance: 'looked' });
      const missing = await openQuestion(objective, 'objective-E3');
      expect(missing.escalations[0]).toMatchObject({ trigger: 'unbuilt' });
      await answer(objective, { escalationId: 'objective-E3', decision: 'accept', guidance: 'later' });
      expect(await resultOf(objective.handle)).toMatchObject({
        outcome: 'delivered-with-waivers',
        reason: expect.stringContaining('cors, authentication, unbuilt (backend-T001)') as string,
      });
    });
    expect(log.amended).toHaveLength(1);
    expect(log.compared).toHaveLength(2);
  });

  it('continuing as new in the repair round keeps it the only one', async () => {
    const short = await startDepartment({
      dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '40' },
    });
    try {
      const log = scripted({ gates: [asking(redGate(CORS), ORDERS)], review: () => redGate(CORS) });
      await short.withObjective(log.activities, async (objective) => {
        await openQuestion(objective, E1);
        const { workflowId, firstExecutionRunId } = objective.handle;
        const { runId } = await short.server.client.workflow.getHandle(workflowId).describe();
        expect(runId).not.toBe(firstExecutionRunId);
        expect(log.attempted).toEqual(['backend-T001', 'backend-T002']);
        expect(log.amended).toHaveLength(1);
      });
    } finally {
      await short.stop();
    }
  });
});
