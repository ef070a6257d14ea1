import type { ContractStatus } from '../../../src/domain/contract/contract-status';
import { tidingsOfReminder } from '../../../src/domain/notification/news';
import { isReviewed } from '../../../src/domain/notification/reviewed';
import type { ObjectiveStatus } from '../../../src/domain/objective/status';
import { status, task } from '../../cli/fixtures';

const untouched = [task({ startedAt: null, state: 'ready' })];
const begun = [task()];

function withContract(state: ContractStatus['state'], over: Partial<ObjectiveStatus> = {}): ObjectiveStatus {
  const contract: ContractStatus = {
    name: 'openapi',
    path: 'openapi.yaml',
    taskId: 'backend-T001',
    revision: 1,
    hash: 'a'.repeat(64),
    state,
    bundle: null,
    by: null,
    comments: [],
  };
  return status({ tasks: begun, contracts: [contract], ...over });
}

describe('whether a plan was reviewed', () => {
  const isPlanReviewed = (over: Partial<ObjectiveStatus>, kind: 'plan-review' | 'reminder' = 'plan-review') =>
    isReviewed({ kind, subject: 'plan' }, status(over));

  test('not while it waits for approval, also while a message is being taken in: nobody can tell what it says', () => {
    expect(isPlanReviewed({ state: 'awaiting-approval', tasks: untouched })).toBe(false);
    expect(isPlanReviewed({ state: 'awaiting-approval', tasks: untouched }, 'reminder')).toBe(false);
    expect(isPlanReviewed({ state: 'awaiting-approval', tasks: untouched, takingIn: true })).toBe(false);
  });

  test('yes once it is built by, or the objective has ended', () => {
    expect(isPlanReviewed({ state: 'running', tasks: untouched })).toBe(true);
    expect(isPlanReviewed({ state: 'running', tasks: untouched }, 'reminder')).toBe(true);
    expect(isPlanReviewed({ state: 'aborted', outcome: 'rejected', tasks: untouched })).toBe(true);
  });

  test.each(['planning', 'awaiting-human', 'paused'] as const)(
    'while the state is %s only a task that was begun tells it',
    (state) => {
      expect(isPlanReviewed({ state, tasks: untouched })).toBe(false);
      expect(isPlanReviewed({ state, tasks: begun })).toBe(true);
    },
  );
});

describe('whether a contract was reviewed', () => {
  const review = { kind: 'contract-review', subject: 'openapi' } as const;

  test('not while it is shared, whether a task waits for a human or for the deadline', () => {
    expect(isReviewed(review, withContract('shared'))).toBe(false);
    const waiting = [task({ waitingFor: 'contract:openapi' })];
    expect(isReviewed(review, withContract('shared', { tasks: waiting }))).toBe(false);
    expect(isReviewed({ ...review, kind: 'reminder' }, withContract('shared'))).toBe(false);
  });

  test('yes once it is approved, or has to be changed', () => {
    expect(isReviewed(review, withContract('approved'))).toBe(true);
    expect(isReviewed(review, withContract('changes-requested'))).toBe(true);
    expect(isReviewed({ ...review, kind: 'reminder' }, withContract('approved'))).toBe(true);
  });

  test('nobody can tell of one that the status does not know', () => {
    expect(isReviewed(review, status({ tasks: begun }))).toBe(false);
    expect(isReviewed({ ...review, subject: 'events' }, withContract('approved'))).toBe(false);
  });

  test('one that is called like the plan is told apart from it, but for a reminder that does not say it', () => {
    const named = (over: Partial<ObjectiveStatus>, state: ContractStatus['state']): ObjectiveStatus => {
      const known = withContract(state, over);
      return { ...known, contracts: known.contracts!.map((row) => ({ ...row, name: 'plan' })) };
    };
    const seen = named({ state: 'awaiting-human' }, 'shared');
    expect(isReviewed({ kind: 'contract-review', subject: 'plan' }, seen)).toBe(false);
    expect(isReviewed({ kind: 'plan-review', subject: 'plan' }, seen)).toBe(true);
    expect(isReviewed({ kind: 'reminder', subject: 'plan' }, seen)).toBe(false);
    expect(isReviewed({ kind: 'reminder', subject: 'plan', review: 'plan' }, seen)).toBe(true);
    const approved = named({ state: 'awaiting-approval' }, 'approved');
    expect(isReviewed({ kind: 'reminder', subject: 'plan', review: 'contract' }, approved)).toBe(true);
    expect(isReviewed({ kind: 'reminder', subject: 'plan', review: 'plan' }, approved)).toBe(false);
    const both = named({ state: 'running' }, 'approved');
    expect(isReviewed({ kind: 'reminder', subject: 'plan' }, both)).toBe(true);
  });
});

test.each([
  ['plan', { subject: 'plan', review: 'plan' }],
  ['contract:plan', { subject: 'plan', review: 'contract' }],
  ['backend-T001-E1', { subject: 'backend-T001-E1' }],
])('a reminder of what waits as %s says what is to be reviewed', (key, said) => {
  expect(tidingsOfReminder(key, 'it waits')).toEqual({ kind: 'reminder', ...said, text: 'it waits' });
});
