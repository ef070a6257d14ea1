// Needs nothing: questions are built by pure functions.
import { Escalation } from '../../../src/domain/escalation/escalation';
import {
  questionAfterLadder,
  questionOfFindings,
  questionOfTrouble,
  questionRaised,
  raise,
} from '../../../src/domain/escalation/questions';
import { questionOfRedObjective } from '../../../src/domain/escalation/objective-questions';
import type { Question } from '../../../src/domain/work/task-progress';
import { COMMIT, HEAD, progressOf, red } from '../progress';

const facts = { id: 'backend-T001-E1', raisedAt: '2026-01-01T00:00:00.000Z', ofObjective: false };
const optionsOf = (question: Question, ofObjective = false): string[] =>
  raise(question, { ...facts, ofObjective }).options.map((option) => option.decision);
const finding = {
  severity: 'high' as const,
  title: 'Tokens in clear',
  file: 'src/store.js',
  line: 3,
  detail: 'd'.repeat(2000),
  remedy: 'r'.repeat(1000),
};
const built = progressOf({ commit: COMMIT, attemptCount: 5 });

describe('a question after the ladder', () => {
  it('says what was tried and shows the evidence', () => {
    const question = questionAfterLadder(built, { kind: 'red', red: [red('tests')] });
    expect(question).toMatchObject({ reason: 'levels-spent', evidence: ['tests: tests is red'] });
    expect(question.question).toContain('did not pass after 5 attempts. The gate is red: tests.');
  });

  it('offers accept only where something could be merged', () => {
    const failure = { kind: 'red' as const, red: [red('tests')] };
    expect(optionsOf(questionAfterLadder(built, failure))).toContain('accept');
    expect(optionsOf(questionAfterLadder(progressOf(), failure))).not.toContain('accept');
    const conflict = { kind: 'conflict' as const, files: ['a.js'], theirs: [], head: HEAD };
    expect(optionsOf(questionAfterLadder(built, conflict))).toEqual(['retry', 'reassign', 'skip', 'abort']);
  });
});

describe('options people get', () => {
  it('findings may be mended, accepted, left out or end the objective; mending is recommended', () => {
    const escalation = raise(questionOfFindings(built, [finding]), facts);
    expect(escalation.options.map((option) => option.id)).toEqual(['mend', 'accept', 'skip', 'abort']);
    expect(escalation).toMatchObject({ trigger: 'security-concern', recommended: 'mend', level: 4 });
  });

  it('a question about the objective offers neither skip nor reassign', () => {
    expect(optionsOf(questionOfRedObjective([red('tests')]), true)).toEqual(['retry', 'accept', 'abort']);
    expect(optionsOf(questionOfTrouble('could-not-run', 'disk full'), true)).toEqual(['retry', 'abort']);
  });

  it('the recommended option is always one of those offered', () => {
    const questions = [
      questionAfterLadder(built, { kind: 'red', red: [red('response-time')] }),
      questionOfFindings(built, [finding]),
      questionOfTrouble('provider-refused', 'the key is refused'),
      questionOfRedObjective([red('tests')]),
    ];
    for (const question of questions) {
      for (const ofObjective of [true, false]) {
        const { options, recommended } = raise(question, { ...facts, ofObjective });
        expect(options.map((option) => option.id)).toContain(recommended);
      }
    }
  });

  it('a specialist raises it in its own words, with its recommendation as evidence', () => {
    const raised = {
      trigger: 'breaking-change' as const,
      question: 'drop v1?',
      evidence: ['v1 is used'],
      recommendation: 'keep it',
    };
    expect(questionRaised(built, raised)).toMatchObject({
      reason: 'breaking-change',
      question: 'drop v1?',
      evidence: ['v1 is used', 'Recommended by @nodejs-expert: keep it'],
    });
  });

  it('however long the evidence, the escalation fits its schema', () => {
    const long = 'x'.repeat(20_000);
    const subjects = Array.from({ length: 10 }, () => ({ subject: 'tests' as const, excerpt: long }));
    const questions = [
      questionAfterLadder(built, { kind: 'red', red: subjects }),
      questionOfFindings(
        built,
        Array.from({ length: 12 }, () => finding),
      ),
      questionOfTrouble('could-not-run', long),
      questionOfRedObjective(subjects),
      questionRaised(built, {
        trigger: 'timeline-concern',
        question: long,
        evidence: Array.from({ length: 10 }, () => long),
        recommendation: long,
      }),
    ];
    for (const question of questions)
      expect(Escalation.safeParse(raise(question, facts)).error).toBeUndefined();
  });
});
