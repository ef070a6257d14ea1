// Needs Temporal (a real dev server); looks for lost workflows come soon, and the activities are scripted.
import { readFileSync } from 'node:fs';
import type { Activities } from '../../activities/contract';
import { CONTRACT_REVIEWED } from '../../src/domain/coordination/coordination-orders';
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
/** Contracts that never act on a review. */
const DEAF = ['reviews.push(review.data)', 'void review.data'] as const;

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

/** A department with contracts, whose activities ask the server who has ended. */
function coordinating(
  contracts: CoordinationRules['contracts'],
  overrides: Partial<Activities> = {},
): Activities {
  const smooth = smoothActivities(PLAN);
  const coordination: CoordinationRules = {
    contracts,
    database: false,
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
