import type { Activities } from '../../activities/contract';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import { MESSAGES } from '../../src/domain/objective/messages';
import { greenGate, redGate, smoothActivities, until } from '../support/department';
import { planTask } from '../support/plans';
import type { Scenario } from './scenario';

const SECOND = 1 / 3600;
const RULES = DecisionRules.parse({
  people: { architect: ['lin'] },
  who: { 'plan-review': 'architect' },
  remindAfterHours: 2 * SECOND,
  defaults: { 'levels-spent': { afterHours: 3 * SECOND } },
});
/** Attempts of levels 0 to 3; the next one is granted by level 4. */
const SPENT = 5;

/** One task that is red until level 4 grants an attempt. */
function spent(): Activities {
  const tasks = [planTask({ id: 'backend-T001' })];
  const smooth = smoothActivities(tasks);
  let gates = 0;
  return smoothActivities(tasks, {
    surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), decisions: RULES }),
    gateCommit: ({ scope }) => {
      if (scope === 'task') gates += 1;
      return Promise.resolve(
        scope === 'task' && gates <= SPENT ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate(),
      );
    },
  });
}

export const DECISION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'reminded-and-decided-by-default',
    activities: spent,
    options: { approvePlan: true },
    // The plan is approved by somebody who is known; the question after it is nobody's.
    drive: async ({ handle, status }) => {
      await until(status, ({ state }) => state === 'awaiting-approval');
      const proof = {
        person: 'lin',
        channel: 'cli',
        at: '2026-01-01T12:00:00.000Z',
        mac: '0'.repeat(64),
      };
      await handle.executeUpdate(MESSAGES.reviewPlan, {
        args: [{ decision: 'approve', baseVersion: 1, by: 'lin', proof }],
      });
    },
    change: { from: "due.kind === 'remind'", to: "due.kind !== 'remind'" },
  },
];
