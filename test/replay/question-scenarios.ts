import { ApplicationFailure } from '@temporalio/activity';
import type { Activities } from '../../activities/contract';
import { MESSAGES } from '../../src/domain/objective/messages';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { sha, smoothActivities, until, type Objective } from '../support/department';
import { eventually } from '../support/eventually';
import { planTask } from '../support/plans';
import type { Scenario } from './scenario';

const E1 = 'objective-E1';
const T1 = 'backend-T001';
const one = [planTask({ id: T1 })];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const say = async ({ handle }: Objective, name: string, payload: object): Promise<void> => {
  await handle.executeUpdate(name, { args: [{ by: 'ada', ...payload }] });
};
const asked = ({ status }: Objective): Promise<unknown> =>
  until(status, ({ escalations }) => escalations.some(({ id }) => id === E1));

/** The branch cannot be written the first time. */
function refusedOnce(): Activities {
  const smooth = smoothActivities(one);
  let calls = 0;
  return {
    ...smooth,
    deliverObjective: (request) => {
      calls += 1;
      if (calls > 1) return smooth.deliverObjective(request);
      const failure = ApplicationFailure.nonRetryable('the branch is protected', 'Forge.Refused');
      // A history names no folder of whoever recorded it.
      failure.stack = '';
      return Promise.reject(failure);
    },
  };
}

const tryAgain = async (objective: Objective): Promise<void> => {
  await asked(objective);
  await say(objective, MESSAGES.resolveEscalation, { escalationId: E1, decision: 'retry' });
};

/** The budget is spent, and what the only task held is given back slowly. */
function spent(): Activities {
  let claims = 0;
  return smoothActivities(one, {
    runAttempt: () =>
      Promise.resolve({
        outcome: 'suspended',
        on: { kind: 'budget', needsUsd: 0.4 },
        transcript: sha('so far'),
        usage: { ...NO_USAGE, requests: 3, usd: 0.9 },
        mail: 0,
      }),
    claimWork: async () => {
      claims += 1;
      if (claims > 1) await pause(2_000);
      return { held: [] };
    },
  });
}

const leaveTaskOut = async (objective: Objective): Promise<void> => {
  await asked(objective);
  await say(objective, MESSAGES.cancelTask, { taskId: T1 });
};

/** An answer that adds no money, and so is asked about again. */
const raiseWithoutMoney = async (objective: Objective): Promise<void> => {
  const E2 = 'objective-E2';
  await asked(objective);
  await say(objective, MESSAGES.resolveEscalation, { escalationId: E1, decision: 'retry', option: 'raise' });
  await until(objective.status, ({ escalations }) => escalations.some(({ id }) => id === E2));
  await say(objective, MESSAGES.resolveEscalation, { escalationId: E2, decision: 'abort' });
};

/** Questions to people outside the running of tasks, and those that are open once no task is left. */
export const QUESTION_SCENARIOS: readonly Scenario[] = [
  {
    // Recorded with the code of before.
    name: 'asked-about-its-delivery-and-unlisted',
    activities: refusedOnce,
    drive: tryAgain,
    change: { from: "(0, workflow_1.patched)('every-question-is-shown')", to: 'true' },
  },
  {
    name: 'asked-about-its-delivery',
    activities: refusedOnce,
    drive: tryAgain,
    change: { from: "('every-question-is-shown')", to: "('another-patch')" },
  },
  {
    name: 'left-with-no-task-while-models-are-refused',
    activities: spent,
    drive: leaveTaskOut,
    options: { budgetUsd: 1 },
    change: { from: "('nothing-left-to-block')", to: "('another-patch')" },
  },
  {
    name: 'aborted-as-its-last-task-is-left-out',
    activities: spent,
    repository: { kind: 'path', path: '/srv/shop' },
    options: { budgetUsd: 1 },
    drive: async (objective) => {
      await leaveTaskOut(objective);
      await eventually(objective.status, ({ tasks }) => tasks[0]?.state === 'skipped');
      await say(objective, MESSAGES.resolveEscalation, { escalationId: E1, decision: 'abort' });
      await say(objective, MESSAGES.setBudget, { usd: 50 });
    },
    change: { from: "('last-answers-count')", to: "('another-patch')" },
  },
  {
    // Recorded with the code of before.
    name: 'raised-without-any-money',
    activities: spent,
    drive: raiseWithoutMoney,
    options: { budgetUsd: 1 },
    change: { from: "!(0, workflow_1.patched)('a-raise-needs-money')", to: 'false' },
  },
];
