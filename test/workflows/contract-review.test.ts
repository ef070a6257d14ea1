import type { CoordinationRules } from '../../src/domain/coordination/coordination-rules';
import { questionOfTrouble } from '../../src/domain/escalation/questions';
import { newProgress, type Step } from '../../src/domain/work/task-progress';
import { refuseContractReview } from '../../workflows/contract-review';
import { planTask } from '../support/plans';

const CONTRACT = planTask({ id: 'backend-T001', kind: 'contract', specialist: 'api-architect' });

/** An objective whose contract is shared; its task is still in the contract's hands, or where `step` says. */
function sharing(
  review: CoordinationRules['contracts']['review'],
  step: Step = { kind: 'coordinate', of: 'contract' },
): Parameters<typeof refuseContractReview>[0] {
  return {
    progress: {
      rules: {
        contracts: { review, deadlineHours: 24 },
        database: true,
        watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
      },
      tasks: [{ ...newProgress(CONTRACT), step }],
      coordination: {
        contracts: [
          {
            ...{
              name: 'openapi',
              path: 'openapi.yaml',
              taskId: CONTRACT.id,
              revision: 1,
              hash: 'a'.repeat(64),
            },
            ...{ state: 'shared', bundle: null, by: null, comments: [] },
          },
        ],
        databaseChanges: [],
        lastRequest: 1,
        children: [],
      },
    },
  };
}
const approval = { contract: 'openapi', decision: 'approve', by: 'ann' } as const;

it('a review that comes between sharing and asking is told to come again, not that somebody else reviews', () => {
  const later = 'openapi is shared but not asked about yet; say it again in a moment';
  expect(refuseContractReview(sharing('human'), approval)).toBe(later);
  expect(refuseContractReview(sharing('auto'), approval)).toBe(later);
});

it('a review of what @frontend-coordinator reviews is refused, with who it is', () => {
  expect(refuseContractReview(sharing('agent'), approval)).toBe(
    'openapi is being reviewed by @frontend-coordinator',
  );
});

it('a review of what nobody waits for any more is refused for good, with the question to decide first if there is one', () => {
  const skipped: Step = { kind: 'settled', state: 'skipped' };
  const over = 'openapi is shared, but nothing waits for its review any more';
  expect(refuseContractReview(sharing('auto', skipped), approval)).toBe(over);
  expect(refuseContractReview(sharing('agent', skipped), approval)).toBe(over);
  const question = questionOfTrouble('could-not-run', 'it ended 3 times');
  const asked: Step = { kind: 'await-decision', escalationId: 'backend-T001-E1', question };
  expect(refuseContractReview(sharing('human', asked), approval)).toBe(
    'openapi is not waiting to be reviewed while backend-T001-E1 is open; decide that first',
  );
});
