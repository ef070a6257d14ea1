// Needs nothing: an objective is judged by a pure function.
import { decisionOutcome } from '../../../src/domain/objective/outcome';
import type { TaskProgress } from '../../../src/domain/work/task-progress';
import { progressOf } from '../progress';

type Settled = 'merged' | 'waived' | 'skipped';
const settled = (...states: readonly Settled[]): TaskProgress[] =>
  states.map((state, index) => progressOf({ step: { kind: 'settled', state } }, index + 1));

describe('how an objective ended', () => {
  it('all merged is delivered, without a reason', () => {
    expect(decisionOutcome(settled('merged', 'merged'), [])).toEqual({ outcome: 'delivered', reason: null });
  });

  it('waived, skipped or accepted at the objective gate is delivered with waivers, each named', () => {
    expect(decisionOutcome(settled('merged', 'waived', 'skipped'), ['tests'])).toEqual({
      outcome: 'delivered-with-waivers',
      reason: 'waived: backend-T002; skipped: backend-T003; accepted at the objective gate: tests',
    });
  });

  it('nothing integrated is aborted', () => {
    expect(decisionOutcome(settled('skipped', 'skipped'), [])).toEqual({
      outcome: 'aborted',
      reason: 'every task was skipped',
    });
  });
});
