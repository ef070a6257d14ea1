// Needs Temporal (a real dev server); the activities behind it are scripted.
import { ApplicationFailure } from '@temporalio/activity';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Activities } from '../../activities/contract';
import { needsHuman } from '../../src/cli/live/questions';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import { readWaitsMemo, WAITS_MEMO, WaitsMemo } from '../../src/domain/objective/waits';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import {
  objectiveInput,
  redGate,
  resultOf,
  sha,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { eventually } from '../support/eventually';
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

const E1 = 'objective-E1';
const T1 = 'backend-T001';
const one = [planTask({ id: T1 })];
const refusedKey = (): Promise<never> =>
  Promise.reject(ApplicationFailure.nonRetryable('the key is refused', 'Model.Unauthorized'));

const update = ({ handle }: Objective, name: string, payload: object): Promise<unknown> =>
  handle.executeUpdate(name, { args: [{ by: 'ada', ...payload }] });
const answer = (objective: Objective, decision: string): Promise<unknown> =>
  update(objective, MESSAGES.resolveEscalation, { escalationId: E1, decision });
const cancelTask = (objective: Objective): Promise<unknown> =>
  update(objective, MESSAGES.cancelTask, { taskId: T1 });

/** What lists tell of it, without asking the workflow: its state, and the ids of what waits. */
async function listed({ handle }: Objective): Promise<readonly [unknown, readonly string[]]> {
  const { memo, typedSearchAttributes } = await handle.describe();
  const waits = WaitsMemo.safeParse(memo?.[WAITS_MEMO]);
  return [
    typedSearchAttributes.get(defineSearchAttributeKey('CoordinatorStatus', SearchAttributeType.KEYWORD)),
    waits.success ? readWaitsMemo(waits.data).map(({ id }) => id) : [],
  ];
}
const isListed = (objective: Objective): Promise<unknown> =>
  eventually(
    () => listed(objective),
    ([state, ids]) => state === 'awaiting-human' && ids.includes(E1),
  );
const isNoMore = (objective: Objective): Promise<unknown> =>
  eventually(
    () => listed(objective),
    ([state, ids]) => state !== 'awaiting-human' && ids.length === 0,
  );

/** Something that cannot be done until it is mended, and is looked at once more then. */
function breakable(fail: () => Promise<never>): { mend: () => void; orFail: <T>(use: () => T) => T } {
  let broken = true;
  return {
    mend: () => {
      broken = false;
    },
    orFail: (use) => (broken ? (fail() as never) : use()),
  };
}

describe('a question outside the running of tasks', () => {
  const stages = ['surveyRepository', 'analyseObjective', 'planObjective', 'deliverObjective'] as const;
  it.each(stages)('by %s is in the lists until it is answered', async (name) => {
    const { mend, orFail } = breakable(refusedKey);
    const smooth = smoothActivities(one);
    const activities: Activities = {
      ...smooth,
      [name]: (request: never) => orFail(() => (smooth[name] as (r: never) => Promise<never>)(request)),
    };
    await department.withObjective(activities, async (objective) => {
      await isListed(objective);
      mend();
      await answer(objective, 'retry');
      await isNoMore(objective);
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    });
  });

  it('about a delivery keeps the objective from having ended, so that people are asked', async () => {
    const { mend, orFail } = breakable(() =>
      Promise.reject(ApplicationFailure.nonRetryable('the branch is protected', 'Forge.Refused')),
    );
    const smooth = smoothActivities(one);
    const activities: Activities = {
      ...smooth,
      deliverObjective: (request) => orFail(() => smooth.deliverObjective(request)),
    };
    await department.withObjective(activities, async (objective) => {
      const seen = await until(objective.status, ({ escalations }) => escalations.length > 0);
      expect([seen.state, seen.outcome, needsHuman(seen)]).toEqual(['awaiting-human', null, true]);
      mend();
      await answer(objective, 'retry');
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect((await objective.status()).outcome).toBe('delivered');
    });
  });
});

describe('what keeps models from being asked, once no task is left', () => {
  const blocked = smoothActivities(one, { runAttempt: refusedKey });
  const isAsked = (objective: Objective): Promise<unknown> =>
    until(
      objective.status,
      ({ escalations, tasks }) => escalations.length > 0 && tasks[0]?.state === 'suspended',
    );

  it('is asked no more, and an answer is refused instead of lost', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const activities: Activities = {
      ...blocked,
      gateCommit: async (request) => {
        if (request.scope === 'objective') await released;
        return { ...redGate(), green: true };
      },
    };
    await department.withObjective(activities, async (objective) => {
      await isAsked(objective);
      await cancelTask(objective);
      const seen = await until(objective.status, ({ tasks }) => tasks[0]?.state === 'skipped');
      expect([seen.escalations, needsHuman(seen)]).toEqual([[], false]);
      await expect(answer(objective, 'abort')).rejects.toMatchObject({
        cause: { message: expect.stringContaining('there is no escalation') as unknown },
      });
      release();
      await resultOf(objective.handle);
    });
  });

  it('ends the objective where somebody says so while the last task is given back', async () => {
    let claims = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const activities: Activities = {
      ...blocked,
      claimWork: async () => {
        claims += 1;
        if (claims > 1) await released;
        return { held: [] };
      },
    };
    const input: ObjectiveInput = {
      ...objectiveInput(),
      repository: { kind: 'path', path: '/srv/shop' },
      repositoryIdentity: '/srv/shop',
    };
    await department.withObjective(
      activities,
      async (objective) => {
        await isAsked(objective);
        await cancelTask(objective);
        await eventually(
          () => claims,
          (count) => count > 1,
        );
        await answer(objective, 'abort');
        release();
        expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'aborted' });
      },
      input,
    );
  });
});

it('a question that was answered is not answered again by the budget that comes after it', async () => {
  const spent = smoothActivities(one, {
    runAttempt: () =>
      Promise.resolve({
        outcome: 'suspended',
        on: { kind: 'budget', needsUsd: 0.4 },
        transcript: sha('so far'),
        usage: { ...NO_USAGE, requests: 3, usd: 0.9 },
        mail: 0,
      }),
  });
  await department.withObjective(
    spent,
    async (objective) => {
      await until(objective.status, ({ escalations }) => escalations.length > 0);
      // Both come to a worker at once.
      await department.redeploy({ codePath: WORKFLOW_BUNDLE }, async () => {
        const { handle } = objective;
        await handle.signal(MESSAGES.resolveEscalation, { escalationId: E1, decision: 'abort', by: 'ada' });
        await handle.signal(MESSAGES.setBudget, { usd: 50, by: 'lin' });
      });
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'aborted' });
      expect((await objective.status()).decisions).toMatchObject([{ decision: 'abort', by: 'ada' }]);
    },
    objectiveInput({ budgetUsd: 1 }),
  );
});
