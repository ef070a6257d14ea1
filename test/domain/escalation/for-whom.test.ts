// Needs no server.
import { DecisionRules } from '../../../src/domain/escalation/decision-rules';
import { Escalation } from '../../../src/domain/escalation/escalation';
import { describeDecider, prospects, shownQuestion } from '../../../src/domain/escalation/for-whom';
import { readWaitsMemo, spellWaits, waitOf, WaitsMemo, waitsOf } from '../../../src/domain/objective/waits';
import { escalation, status } from '../../cli/fixtures';

const rules = DecisionRules.parse({
  people: { security: ['lin', 'ada'], dba: ['a', 'b', 'c', 'd', 'e', 'f'] },
  who: {
    'security-concern': 'security',
    'levels-spent': 'architect',
    unbuilt: 'anyone',
    'database-design-conflict': 'dba',
  },
  defaults: { 'levels-spent': { afterHours: 1.5 }, 'budget-exhausted': { afterHours: 2 } },
});
const stuck = escalation({ trigger: 'levels-spent' });

describe('what is said beside a question', () => {
  it.each([
    ['the role with its people', rules, 'security-concern', 'security (lin, ada)'],
    ['the role alone where nobody has it', rules, 'levels-spent', 'architect (nobody is named)'],
    ['five people at most', rules, 'database-design-conflict', 'dba (a, b, c, d, e, …)'],
    ['nobody where anyone may', rules, 'unbuilt', null],
    ['nobody where the rules say nothing of it', rules, 'timeline-concern', null],
    ['nobody without rules', null, 'security-concern', null],
  ] as const)('is for %s', (_case, given, about, expected) => {
    expect(describeDecider(given, about)).toBe(expected);
    const shown = shownQuestion(given, escalation({ trigger: about }), true);
    expect(shown.for).toBe(expected ?? undefined);
  });

  it('is when silence takes what is recommended, counted from when it was asked', () => {
    const shown = shownQuestion(rules, stuck, true);
    expect(shown).toEqual({
      ...stuck,
      for: 'architect (nobody is named)',
      defaultAt: '2030-01-01T01:31:00.000Z',
    });
    expect(prospects(shown)).toEqual([
      'for architect (nobody is named)',
      'without an answer retry is taken at 2030-01-01 01:31 UTC',
    ]);
    expect(Escalation.parse(shown)).toEqual(shown);
  });

  it.each([
    ['no default is declared', rules, escalation({ trigger: 'unbuilt' }), true],
    ['there are no rules', null, stuck, true],
    ['nobody keeps the time', rules, stuck, false],
    ['nothing is recommended', rules, { ...stuck, recommended: 'gone' }, true],
    [
      'only a person can say how much more may be spent',
      rules,
      escalation({
        trigger: 'budget-exhausted',
        options: [{ id: 'raise', label: 'Raise', consequence: 'more', decision: 'retry' }],
        recommended: 'raise',
      }),
      true,
    ],
  ] as const)('is nothing of silence where %s', (_case, given, asked, clocked) => {
    expect(shownQuestion(given, asked, clocked)).not.toHaveProperty('defaultAt');
  });
});

describe('the list of what waits', () => {
  const waits = waitsOf(
    status({
      state: 'awaiting-approval',
      escalations: [shownQuestion(rules, stuck, true)],
      reviewers: { plan: 'architect (lin)' },
    }),
  );

  it('says for whom a question and a review are, and when silence decides', () => {
    expect(waits).toMatchObject([
      { kind: 'question', for: 'architect (nobody is named)', defaultAt: '2030-01-01T01:31:00.000Z' },
      { kind: 'plan', for: 'architect (lin)' },
    ]);
    expect(readWaitsMemo(WaitsMemo.parse(waits))).toEqual(waits);
  });

  it('of before says neither, still reads, and is not told anew for these words alone', () => {
    const before = WaitsMemo.parse([waitOf(stuck)]);
    expect(before[0]).not.toHaveProperty('for');
    expect(spellWaits(readWaitsMemo(before))).toBe(spellWaits(waits.slice(0, 1)));
    expect(spellWaits(readWaitsMemo(before))).not.toBe(spellWaits([]));
  });
});
