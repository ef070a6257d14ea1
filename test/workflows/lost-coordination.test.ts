// Needs Temporal (a real dev server); looks for lost workflows come soon, and the activities are scripted.
import { readFileSync } from 'node:fs';
import type { Activities } from '../../activities/contract';
import { CONTRACT_REVIEWED, databaseWorkflowId } from '../../src/domain/coordination/coordination-orders';
import type { CoordinationRules } from '../../src/domain/coordination/coordination-rules';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptRequest } from '../../src/domain/work/work';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import {
  handedOff,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { eventually } from '../support/eventually';
import { planTask } from '../support/plans';

/** The workflows as they are, with some of their text changed. */
function bundleWith(changes: readonly (readonly [from: string, to: string])[]): { readonly code: string } {
  let code = readFileSync(WORKFLOW_BUNDLE, 'utf8');
  for (const [from, to] of changes) {
    expect(code.split(from)).toHaveLength(2);
    code = code.replace(from, to);
  }
  return { code };
}
const SOON = ['FIRST_LOOK_MS = 15_000', 'FIRST_LOOK_MS = 200'] as const;
const NO_LOOK = ['FIRST_LOOK_MS = 15_000', 'FIRST_LOOK_MS = 3_600_000'] as const;
/** Contracts that never act on a review. */
const DEAF = ['reviews.push(review.data)', 'void review.data'] as const;

interface Hold {
  readonly until: Promise<void>;
  letGo(): void;
}
function hold(): Hold {
  let letGo = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  releases.push(letGo);
  return { until, letGo };
}

let department: TestDepartment;
/** Lets go of what is held; a worker waits for its activities before it stops. */
const releases: (() => void)[] = [];
beforeAll(async () => {
  department = await startDepartment({ bundle: bundleWith([SOON]) });
});
afterAll(async () => {
  for (const release of releases) release();
  await department.stop();
});

const PLAN = [
  planTask({ id: 'backend-T001', kind: 'contract', specialist: 'api-architect', owns: ['openapi.yaml'] }),
];

/** Contracts that end before anything is asked of them; nothing is asked of a workflow that has not ended. */
const GONE_AT_ONCE = [
  [
    'const { handle, rules } = input;',
    'if (input.known) return input.known; const { handle, rules } = input;',
  ],
  ['nonCancellable(start).catch(', 'nonCancellable(() => start().then((child) => child.result())).catch('],
] as const;

/** A department with contracts, whose activities ask the server who has ended. */
function coordinating(
  contracts: CoordinationRules['contracts'],
  overrides: Partial<Activities> = {},
  { plan = PLAN, database = false }: { readonly plan?: typeof PLAN; readonly database?: boolean } = {},
): Activities {
  const smooth = smoothActivities(plan);
  const coordination: CoordinationRules = {
    contracts,
    database,
    watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
  };
  return {
    ...smooth,
    surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), coordination }),
    endedObjectives: async ({ objectiveIds }) => {
      const ended: { objectiveId: string; delivered: boolean }[] = [];
      for (const objectiveId of objectiveIds) {
        const { status } = await department.server.client.workflow.getHandle(objectiveId).describe();
        if (status.name !== 'RUNNING') ended.push({ objectiveId, delivered: false });
      }
      return { ended };
    },
    ...overrides,
  };
}

const contractOf = ({ input }: Objective) =>
  department.server.client.workflow.getHandle(`${input.objectiveId}/contract/openapi`);
const texts = (status: ObjectiveStatus): string => status.events.map(({ text }) => text).join('\n');
const isShared = ({ contracts, tasks }: ObjectiveStatus): boolean =>
  contracts?.[0]?.state === 'shared' && tasks[0]?.state === 'suspended';

it('a contract that is terminated after its review was handed to it is taken up again, with what was said of it', async () => {
  const attempts: AttemptRequest[] = [];
  const activities = coordinating(
    { review: 'human', deadlineHours: 24 },
    {
      runAttempt: (request) => {
        attempts.push(request);
        return Promise.resolve(handedOff(request));
      },
    },
  );
  await department.redeploy(bundleWith([SOON, DEAF]));
  await department.withObjective(activities, async (objective) => {
    const { handle, status } = objective;
    const review = (body: object): Promise<unknown> =>
      handle.executeUpdate(MESSAGES.reviewContract, { args: [{ contract: 'openapi', by: 'ann', ...body }] });
    await until(status, isShared);
    await review({ decision: 'request-changes', comments: 'GET /orders: needs a cursor' });
    await eventually(
      async () => (await contractOf(objective).fetchHistory()).events ?? [],
      (events) =>
        events.some(
          (event) => event.workflowExecutionSignaledEventAttributes?.signalName === CONTRACT_REVIEWED,
        ),
    );
    await contractOf(objective).terminate('by hand');
    await department.redeploy(bundleWith([SOON]));
    await until(
      status,
      (seen) => isShared(seen) && seen.contracts?.[0]?.by === null && attempts.length === 2,
    );
    expect(JSON.stringify(attempts[1]?.prompt)).toContain('needs a cursor');
    await review({ decision: 'approve' });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    expect(texts(await status())).toContain('was lost and is taken up again');
  });
});

it('a contract that is terminated before silence could approve it is shared anew', async () => {
  const activities = coordinating({ review: 'auto', deadlineHours: 0.001 });
  await department.withObjective(activities, async (objective) => {
    const { handle, status } = objective;
    await until(status, isShared);
    await contractOf(objective).terminate('by hand');
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    expect((await status()).contracts?.[0]?.by).toContain('nobody objected');
  });
});

it('a contract that is lost again and again while an agent looks at it becomes a question', async () => {
  let asked = 0;
  let isHeld = true;
  const held = new Promise<void>((resolve) => releases.push(resolve));
  const activities = coordinating(
    { review: 'agent', deadlineHours: 24 },
    {
      validateContract: async () => {
        asked += 1;
        if (isHeld) await held;
        return { decision: 'approve', comments: [], usage: NO_USAGE };
      },
    },
  );
  await department.withObjective(activities, async (objective) => {
    const { handle, status } = objective;
    for (let losses = 1; losses <= 3; losses += 1) {
      await eventually(
        async () => asked,
        (times) => times === losses,
      );
      await contractOf(objective).terminate('by hand');
    }
    const { escalations } = await until(status, (seen) => seen.escalations.length > 0);
    expect(escalations[0]?.question).toContain('/contract/openapi ended 3 times before it had answered');
    isHeld = false;
    await handle.executeUpdate(MESSAGES.resolveEscalation, {
      args: [{ escalationId: escalations[0]?.id, decision: 'retry', by: 'ann' }],
    });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
  });
});

describe('workflows that several tasks have a say of', () => {
  // What a test before holds would keep its worker from stopping.
  beforeEach(() => {
    for (const release of releases.splice(0)) release();
  });
  const schema = (id: string, dependsOn: string[] = []): (typeof PLAN)[number] =>
    planTask({
      ...{ id, kind: 'schema', specialist: 'database-optimizer', dependsOn },
      owns: [`migrations/${id}/**`],
    });
  const NEVER_ASKED: CoordinationRules['contracts'] = { review: 'agent', deadlineHours: 24 };

  /** Two schema changes whose designs are held and counted; the second comes once `between` is let go on. */
  function twoSchemas(overrides: Partial<Activities> = {}) {
    const designs: string[] = [];
    const held = hold();
    const between = hold();
    const activities = coordinating(
      NEVER_ASKED,
      {
        designMigration: async (request) => {
          designs.push(request.taskId);
          await held.until;
          return smoothActivities(PLAN).designMigration(request);
        },
        runAttempt: async (request) => {
          if (request.taskId === 'backend-T002') await between.until;
          return handedOff(request);
        },
        ...overrides,
      },
      {
        database: true,
        plan: [
          schema('backend-T001'),
          planTask({ id: 'backend-T002' }),
          schema('backend-T003', ['backend-T002']),
        ],
      },
    );
    return { activities, designs, held, between };
  }
  /** A contract, and a task that changes its file once `between` is let go on. */
  function twoOfOneSpec(contracts: CoordinationRules['contracts'], between: Hold): Activities {
    return coordinating(
      contracts,
      {
        runAttempt: async (request) => {
          if (request.taskId === 'backend-T002') await between.until;
          return handedOff(request);
        },
      },
      { plan: [...PLAN, planTask({ id: 'backend-T002', shares: ['openapi.yaml'] })] },
    );
  }
  /** Approves whatever revision waits, until the objective has delivered. */
  async function approveAll({ handle, status }: Objective): Promise<void> {
    await eventually(
      async () => {
        const approval = { contract: 'openapi', decision: 'approve', by: 'ann' };
        await handle.executeUpdate(MESSAGES.reviewContract, { args: [approval] }).catch(() => undefined);
        return (await status()).outcome;
      },
      (outcome) => outcome === 'delivered',
    );
  }
  const databaseOf = ({ input }: Objective) =>
    department.server.client.workflow.getHandle(databaseWorkflowId(input.objectiveId));
  const count = (rows: readonly string[], row: string): number => rows.filter((each) => each === row).length;

  it('what a lost one had not answered is given again when the order of another task takes it up again', async () => {
    await department.redeploy(bundleWith([NO_LOOK]));
    const { activities, designs, held, between } = twoSchemas();
    await department.withObjective(activities, async (objective) => {
      await eventually(
        async () => designs.length,
        (asked) => asked === 1,
      );
      await databaseOf(objective).terminate('by hand');
      between.letGo();
      await until(objective.status, (seen) => texts(seen).includes('was lost and is taken up again'));
      held.letGo();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect([count(designs, 'backend-T001'), count(designs, 'backend-T003')]).toEqual([2, 1]);
    });
  });

  it('so is what rests until silence would approve it', async () => {
    await department.redeploy(bundleWith([NO_LOOK]));
    const between = hold();
    const activities = twoOfOneSpec({ review: 'auto', deadlineHours: 24 }, between);
    await department.withObjective(activities, async (objective) => {
      await until(objective.status, isShared);
      await contractOf(objective).terminate('by hand');
      between.letGo();
      await until(objective.status, (seen) => texts(seen).includes('was lost and is taken up again'));
      await approveAll(objective);
      expect(texts(await objective.status())).toContain('contract openapi was lost; its task is looked at');
    });
  });

  it('a task whose contract another task shares anew is looked at again once that is decided', async () => {
    await department.redeploy(bundleWith([NO_LOOK]));
    const between = hold();
    const activities = twoOfOneSpec({ review: 'human', deadlineHours: 24 }, between);
    await department.withObjective(activities, async (objective) => {
      await until(objective.status, isShared);
      between.letGo();
      await until(objective.status, ({ contracts }) => contracts?.[0]?.revision === 2);
      await approveAll(objective);
      const { contracts, tasks } = await objective.status();
      expect(contracts?.[0]).toMatchObject({ revision: 3, by: 'ann' });
      expect(tasks.map(({ state }) => state)).toEqual(['merged', 'merged']);
    });
  });

  it('an answer from before it was taken up again is none about what was given since', async () => {
    await department.redeploy(bundleWith([SOON]));
    const looked = hold();
    const looks: string[] = [];
    const { activities, designs, held, between } = twoSchemas({
      endedObjectives: async ({ objectiveIds }) => {
        looks.push(...objectiveIds);
        if (looks.length > 1) return { ended: [] };
        await looked.until;
        return { ended: objectiveIds.map((objectiveId) => ({ objectiveId, delivered: false })) };
      },
    });
    await department.withObjective(activities, async (objective) => {
      await eventually(
        async () => looks.length,
        (asked) => asked === 1,
      );
      await databaseOf(objective).terminate('by hand');
      between.letGo();
      await until(objective.status, (seen) => texts(seen).includes('was lost and is taken up again'));
      // Both orders are in the new workflow's hands: it carries out one, and the objective waits for both.
      await eventually(
        async () => (await databaseOf(objective).fetchHistory()).events ?? [],
        (events) => events.filter((event) => event.workflowExecutionSignaledEventAttributes).length === 2,
      );
      looked.letGo();
      await eventually(
        async () => looks.length,
        (asked) => asked > 1,
      );
      held.letGo();
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect([count(designs, 'backend-T001'), count(designs, 'backend-T003')]).toEqual([2, 1]);
    });
  });

  it('one that ends each time before its order reaches it becomes a question', async () => {
    await department.redeploy(bundleWith([NO_LOOK, ...GONE_AT_ONCE]));
    await department.withObjective(coordinating(NEVER_ASKED), async ({ status }) => {
      const { escalations } = await until(status, (seen) => seen.escalations.length > 0);
      expect(escalations[0]?.question).toContain('/contract/openapi ended 3 times before it had answered');
    });
  });
});
