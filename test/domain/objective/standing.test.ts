import { awaitsDecision } from '../../../src/domain/objective/standing';
import { escalation, status } from '../../cli/fixtures';

describe('whether a decision is open', () => {
  const asked = status({ state: 'awaiting-human', escalations: [escalation()] });

  test('yes while something is asked, though other tasks go on', () => {
    expect(awaitsDecision(asked)).toBe(true);
    expect(awaitsDecision(status({ state: 'running' }))).toBe(false);
  });

  test('yes while the plan waits for approval', () => {
    expect(awaitsDecision(status({ state: 'awaiting-approval' }))).toBe(true);
  });

  test('not while an answer is being taken in, nor when it is over', () => {
    expect(awaitsDecision({ ...asked, takingIn: true })).toBe(false);
    expect(awaitsDecision({ ...asked, outcome: 'aborted' })).toBe(false);
  });
});
