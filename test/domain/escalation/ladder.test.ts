// Needs nothing: the ladder is pure.
import fc from 'fast-check';
import { assertNever } from '../../../src/domain/common/assert-never';
import type { Decision, DecisionKind } from '../../../src/domain/escalation/escalation';
import type { Finding } from '../../../src/domain/work/handoff';
import {
  afterAttempt,
  afterConsult,
  afterGate,
  afterMerge,
  afterReview,
} from '../../../src/domain/escalation/ladder';
import { climb } from '../../../src/domain/escalation/climb';
import { afterDecision } from '../../../src/domain/escalation/after-decision';
import { CONCERNS, LEVELS } from '../../../src/domain/department/levels';
import type { Failure, Question, TaskProgress } from '../../../src/domain/work/task-progress';
import { NO_USAGE } from '../../../src/domain/usage/usage';
import type { AttemptResult } from '../../../src/domain/work/work';
import { BLOB, COMMIT, gateOf, handedOff, HEAD, progressOf, red } from '../progress';

const advice = { summary: 'use an index', recommendations: ['add it'], risks: [] };
const guide = { action: 'guide' as const, guidance: 'read the test' };
const finding: Finding = {
  severity: 'high',
  title: 'Tokens in clear',
  file: 'src/store.js',
  line: 3,
  detail: 'the column holds the token',
  remedy: 'store a hash',
};

const unfinished = (concern: (typeof CONCERNS)[number]): Failure => ({
  kind: 'unfinished',
  reason: 'ran out of turns',
  concern,
});

/** Carries a task through one round: whatever it does next fails again in the same way. */
function failAgain(progress: TaskProgress, failure: Failure): TaskProgress {
  const { step } = progress;
  switch (step.kind) {
    case 'consult':
      return afterConsult(progress, advice);
    case 'review':
      return afterReview(progress, guide);
    case 'attempt':
      return climb(progress, failure);
    case 'context':
    case 'gate':
    case 'merge':
    case 'ask':
    case 'coordinate':
    case 'await-contract':
    case 'await-decision':
    case 'settled':
      throw new Error(`${step.kind} is not a step that fails`);
    default:
      return assertNever(step);
  }
}

/** The levels a task's attempts are made at when every one of them fails. */
function climbOut(failure: Failure, from = progressOf()): { levels: number[]; end: TaskProgress } {
  const levels: number[] = [];
  let progress = from;
  while (progress.step.kind !== 'ask') {
    if (progress.step.kind === 'attempt') levels.push(progress.step.level);
    progress = failAgain(progress, failure);
  }
  return { levels, end: progress };
}

describe('climbing the levels', () => {
  it('a concern with a peer passes through every level, as often as each grants', () => {
    for (const concern of ['performance', 'database', 'contract'] as const) {
      expect(climbOut(unfinished(concern)).levels).toEqual([0, 1, 1, 2, 2, 3, 3]);
    }
  });

  it('a concern without a peer goes from level 1 to level 3', () => {
    for (const concern of ['integration', 'other'] as const) {
      expect(climbOut(unfinished(concern)).levels).toEqual([0, 1, 1, 3, 3]);
    }
  });

  it('nobody is consulted about their own work', () => {
    const { levels } = climbOut(unfinished('contract'), progressOf({ specialist: 'api-architect' }));
    expect(levels).toEqual([0, 1, 1, 3, 3]);
  });

  it('a response time still too long after level 2 is asked about at once: performance-unachievable', () => {
    const { levels, end } = climbOut({ kind: 'red', red: [red('response-time')] });
    expect(levels).toEqual([0, 1, 1, 2, 2]);
    expect(end.step).toMatchObject({ kind: 'ask', question: { reason: 'performance-unachievable' } });
  });

  it('files outside the claims start at level 3', () => {
    expect(climbOut({ kind: 'strayed', paths: ['README.md'] }).levels).toEqual([0, 3, 3]);
  });

  it('a conflict starts at level 3 with one attempt, on the head it conflicts with', () => {
    const conflict: Failure = { kind: 'conflict', files: ['a.js'], theirs: [], head: HEAD };
    const reviewed = afterReview(climb(progressOf(), conflict), guide);
    expect(reviewed.step).toMatchObject({ level: 3, start: { kind: 'conflict', with: HEAD } });
    const { levels, end } = climbOut(conflict);
    expect(levels).toEqual([0, 3]);
    expect(end.step).toMatchObject({ question: { reason: 'merge-conflict', acceptable: false } });
  });

  it('both sides of a merge that did not pass go to the specialist, also after a human granted an attempt', () => {
    const sides = 'd'.repeat(64);
    const conflicted = afterMerge(progressOf(), {
      outcome: 'conflict',
      files: ['a.js'],
      theirs: [],
      head: HEAD,
      sides,
      notes: ['a.js is marked as generated'],
    });
    expect(conflicted.step).toMatchObject({ kind: 'review', failure: { kind: 'conflict', sides } });
    const guided = afterReview(conflicted, guide);
    expect(guided.step).toMatchObject({
      prompt: { sides, text: expect.stringContaining('a.js is marked as generated') },
    });
    const together: Failure = { kind: 'red-together', red: [red('tests')], head: HEAD, sides };
    expect(afterReview(climb(progressOf(), together), guide).step).toMatchObject({ prompt: { sides } });
    const asked = climb({ ...progressOf(), integrationTries: 1 }, together);
    expect(asked.step).toMatchObject({ kind: 'ask', question: { sides } });
  });

  it('a merge that strays climbs as strayed work does', () => {
    const next = afterMerge(progressOf(), { outcome: 'strayed', paths: ['README.md'], head: HEAD });
    expect(next.step).toMatchObject({ kind: 'review', failure: { kind: 'strayed', paths: ['README.md'] } });
  });

  it('level 1 goes on in the conversation with the failing evidence', () => {
    expect(climb(progressOf(), { kind: 'red', red: [red('tests')] }).step).toMatchObject({
      kind: 'attempt',
      level: 1,
      start: { kind: 'continue' },
      prompt: { kind: 'failure', red: [red('tests')] },
      because: 'after The gate is red: tests.',
    });
  });

  it('after a human granted an attempt, failing again asks again', () => {
    const granted = progressOf({ level: 4 });
    expect(climb(granted, { kind: 'red', red: [red('tests')] }).step.kind).toBe('ask');
    expect(climb(granted, { kind: 'conflict', files: [], theirs: [], head: HEAD }).step.kind).toBe('ask');
  });
});

describe('the end of an attempt', () => {
  it('a handoff goes to the gate with its commit and conversation', () => {
    expect(afterAttempt(progressOf(), handedOff())).toMatchObject({
      step: { kind: 'gate' },
      commit: COMMIT,
      transcript: BLOB,
    });
  });

  it('a finding of high severity is asked about before any gate; a medium one is not', () => {
    const audit = (severity: Finding['severity']): TaskProgress =>
      afterAttempt(progressOf(), handedOff({ findings: [{ ...finding, severity }] }));
    expect(audit('high').step).toMatchObject({
      kind: 'ask',
      question: { reason: 'security-concern', findings: [{ title: 'Tokens in clear' }] },
    });
    expect(audit('critical').step.kind).toBe('ask');
    expect(audit('medium').step.kind).toBe('gate');
  });

  it('strayed work climbs, and is kept as the commit of the task', () => {
    const next = afterAttempt(progressOf(), handedOff({ strayed: ['README.md'] }));
    expect(next).toMatchObject({
      commit: COMMIT,
      step: { kind: 'review', failure: { paths: ['README.md'] } },
    });
  });

  it('a consultation the specialist asks for spends one attempt of level 2 and none of level 1', () => {
    const next = afterAttempt(progressOf(), {
      outcome: 'suspended',
      on: { kind: 'consult', question: { concern: 'database', question: 'which index?' } },
      transcript: BLOB,
      usage: NO_USAGE,
    });
    expect(next).toMatchObject({
      level: 2,
      spent: { 1: 0, 2: 1, 3: 0 },
      step: { kind: 'consult', peer: 'database-optimizer', failure: null },
    });
    expect(afterConsult(next, advice).step).toMatchObject({
      kind: 'attempt',
      level: 2,
      start: { kind: 'continue' },
      prompt: { kind: 'advice', from: 'database-optimizer' },
      because: 'after advice of @database-optimizer',
    });
  });

  it('a consultation nobody is mapped to goes to the coordinator', () => {
    const next = afterAttempt(progressOf(), {
      outcome: 'suspended',
      on: { kind: 'consult', question: { concern: 'external', question: 'the bank is down' } },
      transcript: BLOB,
      usage: NO_USAGE,
    });
    expect(next.step).toMatchObject({ kind: 'review', failure: { reason: 'the bank is down' } });
  });

  it('a trigger raised by the specialist goes straight to level 4', () => {
    const next = afterAttempt(progressOf(), {
      outcome: 'suspended',
      on: {
        kind: 'escalate',
        raised: { trigger: 'breaking-change', question: 'drop v1?', evidence: [], recommendation: 'no' },
      },
      transcript: BLOB,
      usage: NO_USAGE,
    });
    expect(next).toMatchObject({ level: 4, step: { kind: 'ask', question: { reason: 'breaking-change' } } });
  });
});

describe('the coordinator at level 3', () => {
  const reviewing = climb(progressOf({ transcript: BLOB, spent: { 1: 2, 2: 2, 3: 0 } }), unfinished('other'));

  it('reassignment starts a new conversation on the integration head', () => {
    const review = { action: 'reassign' as const, assignee: 'python-pro', guidance: 'it is a script' };
    expect(afterReview(reviewing, review)).toMatchObject({
      specialist: 'python-pro',
      transcript: null,
      step: { level: 3, start: { kind: 'fresh-on-head' }, because: 'reassigned to @python-pro' },
    });
  });

  it('a re-scoped task says what it is now', () => {
    const review = { action: 'rescope' as const, objective: 'only the schema', guidance: 'leave the rest' };
    expect(afterReview(reviewing, review).step).toMatchObject({
      start: { kind: 'continue' },
      prompt: { text: expect.stringContaining('The task is now: only the schema') as string },
    });
  });

  it('an escalation carries its trigger to level 4', () => {
    const review = { action: 'escalate' as const, trigger: 'timeline-concern' as const, question: 'later?' };
    expect(afterReview(reviewing, review)).toMatchObject({
      level: 4,
      step: { question: { reason: 'timeline-concern' } },
    });
  });

  it('answers for a task that asked nothing are bugs', () => {
    expect(() => afterReview(progressOf(), guide)).toThrow(/backend-T001 was not under review/);
    expect(() => afterConsult(progressOf(), advice)).toThrow(/backend-T001 was not consulting anyone/);
  });
});

describe('gate and merge', () => {
  it('green merges, and the first gate is remembered', () => {
    const first = afterGate(progressOf({ commit: COMMIT }), gateOf());
    expect(first).toMatchObject({ step: { kind: 'merge' }, firstGatePassed: true });
    const later = afterGate(afterGate(progressOf(), gateOf(red('tests'))), gateOf());
    expect(later.firstGatePassed).toBe(false);
  });

  it('subjects a human accepted do not stop a task; others do', () => {
    const accepted = progressOf({ waived: ['caching'], level: 4 });
    expect(afterGate(accepted, gateOf(red('caching'))).step.kind).toBe('merge');
    expect(afterGate(accepted, gateOf(red('caching'), red('tests'))).step).toMatchObject({
      kind: 'ask',
      question: { red: [{ subject: 'tests' }] },
    });
  });

  it('merged settles, waived where something was accepted; a moved branch merges again', () => {
    const merging = progressOf({ step: { kind: 'merge' } });
    expect(afterMerge(merging, { outcome: 'merged', head: HEAD }).step).toEqual({
      kind: 'settled',
      state: 'merged',
    });
    expect(afterMerge({ ...merging, waived: [] }, { outcome: 'merged', head: HEAD }).step).toEqual({
      kind: 'settled',
      state: 'waived',
    });
    expect(afterMerge(merging, { outcome: 'moved', head: HEAD })).toEqual(merging);
  });

  it('green alone and red together is work for the coordinator, on the head it is red with', () => {
    const next = afterMerge(progressOf(), { outcome: 'red', gate: gateOf(red('tests')), head: HEAD });
    expect(next.step).toMatchObject({ kind: 'review', failure: { kind: 'red-together', head: HEAD } });
    expect(afterReview(next, guide).step).toMatchObject({ start: { kind: 'conflict', with: HEAD } });
  });
});

describe('decisions of a human', () => {
  const question = (changes: Partial<Question> = {}): Question => ({
    reason: 'levels-spent',
    question: 'how shall it go on?',
    evidence: [],
    recommendation: 'retry',
    findings: [],
    red: [],
    restart: { kind: 'continue' },
    resume: null,
    acceptable: true,
    ...changes,
  });
  const decide = (decision: DecisionKind, more: Partial<Decision> = {}): Decision => ({
    escalationId: 'backend-T001-E1',
    decision,
    option: null,
    guidance: null,
    assignee: null,
    by: 'ada',
    channel: 'update',
    decidedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  });
  const waiting = progressOf({ level: 4, commit: COMMIT, transcript: BLOB, gate: gateOf(red('tests')) });

  it('retry is one attempt of level 4 with the guidance', () => {
    expect(
      afterDecision(waiting, question(), decide('retry', { guidance: 'look again' })).step,
    ).toMatchObject({ level: 4, start: { kind: 'continue' }, prompt: { from: 'ada', text: 'look again' } });
  });

  it('retry after trouble takes up the very step that could not be done, on its own level', () => {
    const resume = { step: { kind: 'gate' as const }, level: 1 as const };
    expect(afterDecision(waiting, question({ resume }), decide('retry'))).toMatchObject({
      step: { kind: 'gate' },
      level: 1,
    });
  });

  it('mending findings audits again with a new conversation on the mended head', () => {
    expect(afterDecision(waiting, question({ findings: [finding] }), decide('retry'))).toMatchObject({
      transcript: null,
      step: { start: { kind: 'fresh-on-head' }, because: 'again after the repair' },
    });
  });

  it('accept waives exactly the red subjects asked about and goes on to merge', () => {
    const next = afterDecision(waiting, question({ red: [red('tests')] }), decide('accept'));
    expect(next).toMatchObject({ waived: ['tests'], step: { kind: 'merge' } });
    const twice = afterDecision(next, question({ red: [red('caching')] }), decide('accept'));
    expect(twice.waived).toEqual(['tests', 'caching']);
  });

  it('accepted findings still owe the gate; work without a commit is waived as it is', () => {
    const accepted = afterDecision(waiting, question({ findings: [finding] }), decide('accept'));
    expect(accepted).toMatchObject({ waived: [], step: { kind: 'gate' } });
    const nothing = afterDecision(progressOf({ level: 4 }), question(), decide('accept'));
    expect(nothing.step).toEqual({ kind: 'settled', state: 'waived' });
  });

  it('whoever takes a schema task over is told its design and number too', () => {
    const designed = { design: BLOB, slot: { identifier: '0003', after: [] } };
    const reviewing = climb(progressOf({ spent: { 1: 2, 2: 2, 3: 0 }, designed }), unfinished('other'));
    const review = { action: 'reassign' as const, assignee: 'python-pro', guidance: 'it is a script' };
    const prompt = { kind: 'guidance', ...designed };
    expect(afterReview(reviewing, review)).toMatchObject({ step: { prompt } });
    const decided = afterDecision({ ...waiting, designed }, question(), decide('reassign'));
    expect(decided).toMatchObject({ step: { prompt } });
  });

  it('reassign hands it to the assignee from the start; skip settles it', () => {
    const next = afterDecision(waiting, question(), decide('reassign', { assignee: 'python-pro' }));
    expect(next).toMatchObject({
      specialist: 'python-pro',
      transcript: null,
      step: { level: 4, start: { kind: 'fresh-on-head' }, because: 'reassigned to @python-pro by ada' },
    });
    expect(afterDecision(waiting, question(), decide('skip')).step).toEqual({
      kind: 'settled',
      state: 'skipped',
    });
  });
});

describe('whatever goes wrong, in whatever order', () => {
  const subject = fc.constantFrom(
    'tests' as const,
    'caching' as const,
    'response-time' as const,
    'indexes' as const,
  );
  const concern = fc.constantFrom(...CONCERNS);
  const attemptEnd: fc.Arbitrary<AttemptResult> = fc.oneof(
    fc.constant(handedOff()),
    fc.constant(handedOff({ strayed: ['README.md'] })),
    concern.map((about) => ({
      outcome: 'unfinished' as const,
      reason: 'no handoff',
      concern: about,
      transcript: BLOB,
      usage: NO_USAGE,
    })),
    concern.map((about) => ({
      outcome: 'suspended' as const,
      on: { kind: 'consult' as const, question: { concern: about, question: 'what now?' } },
      transcript: BLOB,
      usage: NO_USAGE,
    })),
  );
  const review = fc.constantFrom(
    guide,
    { action: 'rescope' as const, objective: 'less', guidance: 'do less' },
    { action: 'reassign' as const, assignee: 'api-architect', guidance: 'yours' },
    { action: 'reassign' as const, assignee: 'database-optimizer', guidance: 'yours' },
  );
  /** Everything that may happen in one round; the step decides which part of it does. */
  const round = fc.record({
    attempt: attemptEnd,
    review,
    gate: fc.option(subject, { nil: null }),
    merge: fc.constantFrom('conflict' as const, 'red' as const),
  });
  type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

  const happen = (progress: TaskProgress, bad: Round): TaskProgress => {
    switch (progress.step.kind) {
      case 'attempt':
        return afterAttempt({ ...progress, attemptCount: progress.attemptCount + 1 }, bad.attempt);
      case 'consult':
        return afterConsult(progress, advice);
      case 'review':
        return afterReview(progress, bad.review);
      case 'gate':
        return afterGate(progress, bad.gate === null ? gateOf() : gateOf(red(bad.gate)));
      case 'merge':
        return afterMerge(
          progress,
          bad.merge === 'red'
            ? { outcome: 'red', gate: gateOf(red('tests')), head: HEAD }
            : { outcome: 'conflict', files: ['a.js'], theirs: [], head: HEAD },
        );
      case 'context':
      case 'ask':
      case 'coordinate':
      case 'await-contract':
      case 'await-decision':
      case 'settled':
        return progress;
      default:
        return assertNever(progress.step);
    }
  };
  const MOST_ATTEMPTS = 1 + LEVELS.reduce((sum, row) => sum + (row.level === 0 ? 0 : row.attempts), 0) + 1;

  it('a human is asked after a bounded number of attempts', () => {
    fc.assert(
      fc.property(fc.infiniteStream(round), (rounds) => {
        let progress = progressOf();
        for (let steps = 0; progress.step.kind !== 'ask'; steps += 1) {
          expect(steps).toBeLessThan(40);
          progress = happen(progress, rounds.next().value);
        }
        expect(progress.attemptCount).toBeLessThanOrEqual(MOST_ATTEMPTS);
      }),
    );
  });

  it('no level is spent beyond what it grants', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 40 }), (rounds) => {
        let progress = progressOf();
        for (const bad of rounds) {
          progress = happen(progress, bad);
          for (const level of [1, 2, 3] as const) {
            expect(progress.spent[level]).toBeLessThanOrEqual(LEVELS[level].attempts);
          }
          expect(progress.integrationTries).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
