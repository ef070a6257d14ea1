import type { CoordinationRules } from '../../src/domain/coordination/coordination-rules';
import { newProgress } from '../../src/domain/work/task-progress';
import { refuseContractReview } from '../../workflows/contract-review';
import { planTask } from '../support/plans';

const CONTRACT = planTask({ id: 'backend-T001', kind: 'contract', specialist: 'api-architect' });

/** An objective whose contract is shared while its task is still in the contract's hands. */
function sharing(
  review: CoordinationRules['contracts']['review'],
): Parameters<typeof refuseContractReview>[0] {
  return {
    progress: {
      rules: {
        contracts: { review, deadlineHours: 24 },
        database: true,
        watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
      },
      tasks: [{ ...newProgress(CONTRACT), step: { kind: 'coordinate', of: 'contract' } }],
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
