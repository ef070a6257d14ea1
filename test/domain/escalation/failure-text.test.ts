// Needs nothing: failures are told by pure functions.
import {
  concernOf,
  describeFailure,
  failureReport,
  redOf,
} from '../../../src/domain/escalation/failure-text';
import type { Failure } from '../../../src/domain/work/task-progress';
import { AttemptPrompt, ReviewRequest } from '../../../src/domain/work/work';
import { HEAD, red } from '../progress';

const conflict: Failure = { kind: 'conflict', files: ['a.js', 'b.js'], theirs: ['backend-T004'], head: HEAD };

describe('what a failure is about', () => {
  it('the section of the red gate item decides; the first with a peer wins', () => {
    const about = (...subjects: readonly Parameters<typeof red>[0][]): string =>
      concernOf({ kind: 'red', red: subjects.map(red) });
    expect(about('no-n-plus-one')).toBe('performance');
    expect(about('indexes')).toBe('performance');
    expect(about('migrations-tested')).toBe('database');
    expect(about('pagination')).toBe('contract');
    expect(about('tests')).toBe('other');
    expect(about('tests', 'why-comments', 'pagination', 'caching')).toBe('contract');
  });

  it('what concerns other tasks is integration', () => {
    expect(concernOf(conflict)).toBe('integration');
    expect(concernOf({ kind: 'strayed', paths: ['x'] })).toBe('integration');
    expect(concernOf({ kind: 'red-together', red: [red('caching')], head: HEAD })).toBe('integration');
  });
});

describe('how a failure is told', () => {
  it('in one sentence that names what to look at', () => {
    expect(describeFailure(conflict)).toBe(
      'Merging conflicts in a.js, b.js with the merged work of backend-T004.',
    );
    expect(describeFailure({ kind: 'strayed', paths: ['README.md'] })).toContain('README.md');
    expect(describeFailure({ kind: 'red-together', red: [red('tests')], head: HEAD })).toContain(
      'red together with what is merged already: tests',
    );
  });

  it('with its evidence for those who did not see it', () => {
    expect(failureReport({ kind: 'red', red: [red('tests')] })).toBe(
      'The gate is red: tests.\n\ntests:\ntests is red',
    );
    expect(redOf(conflict)).toEqual([]);
  });

  it('however long it is, it fits what carries it', () => {
    const long: Failure = {
      kind: 'red',
      red: Array.from({ length: 10 }, () => ({ subject: 'tests' as const, excerpt: 'x'.repeat(1500) })),
    };
    const strayed: Failure = { kind: 'strayed', paths: Array.from({ length: 20 }, () => 'p'.repeat(300)) };
    for (const failure of [long, strayed]) {
      const prompt = { kind: 'failure', text: describeFailure(failure), red: [...redOf(failure)] };
      expect(AttemptPrompt.safeParse(prompt).error).toBeUndefined();
      expect(ReviewRequest.shape.failure.safeParse(failureReport(failure)).error).toBeUndefined();
    }
  });
});
