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
/** The recording department takes every proof for sound. */
const PROOF = {
  person: 'lin',
  channel: 'cli',
  at: '2026-01-01T12:00:00.000Z',
  mac: '0'.repeat(64),
};
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
      await handle.executeUpdate(MESSAGES.reviewPlan, {
        args: [{ decision: 'approve', baseVersion: 1, by: 'lin', proof: PROOF }],
      });
    },
    change: { from: "due.kind === 'remind'", to: "due.kind !== 'remind'" },
  },
  {
    name: 'refused-reviews-and-a-proven-approval',
    activities: spent,
    options: { approvePlan: true },
    // What is mixed up, what cannot be checked and whoever is not the architect are refused; then the architect approves.
    drive: async ({ handle, status }) => {
      await until(status, ({ state }) => state === 'awaiting-approval');
      const patch = [{ op: 'drop', taskId: 'backend-T009' }];
      const review = async (body: Readonly<Record<string, unknown>>): Promise<string> =>
        handle.executeUpdate(MESSAGES.reviewPlan, { args: [body] }).then(
          () => 'taken',
          () => 'refused',
        );
      await handle.signal(MESSAGES.reviewPlan, { decision: 'approve', patch, by: 'kim' });
      expect(await review({ decision: 'approve', by: 'kim', proof: { ...PROOF, person: 'kim' } })).toBe(
        'refused',
      );
      expect(await review({ decision: 'approve', by: 'lin', proof: { ...PROOF, mac: '1'.repeat(64) } })).toBe(
        'taken',
      );
    },
    change: {
      from: "if (!(0, workflow_1.patched)('decisions-by-activity'))",
      to: "if ((0, workflow_1.patched)('decisions-by-activity'))",
    },
  },
];
