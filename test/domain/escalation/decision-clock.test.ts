// Needs no server.
import {
  decideSilently,
  hasClock,
  keepWaiting,
  nextDue,
  remindersBy,
  type Waiting,
} from '../../../src/domain/escalation/decision-clock';
import { DecisionRules, NEVER_BY_DEFAULT } from '../../../src/domain/escalation/decision-rules';
import type { Escalation } from '../../../src/domain/escalation/escalation';
import { EscalationReason } from '../../../src/domain/department/triggers';

const HOUR = 3_600_000;
const rules = DecisionRules.parse({
  remindAfterHours: 4,
  defaults: { 'levels-spent': { afterHours: 10 }, 'budget-exhausted': { afterHours: 10 } },
});

const asked = (id: string, more: Partial<Escalation> = {}): Escalation => ({
  id,
  level: 4,
  trigger: 'levels-spent',
  question: 'How shall it go on?',
  evidence: [],
  options: [
    { id: 'retry', label: 'Again', consequence: 'One more attempt.', decision: 'retry' },
    { id: 'take', label: 'Take it', consequence: 'It is waived.', decision: 'accept' },
    { id: 'other', label: 'Somebody else', consequence: 'Another role.', decision: 'reassign' },
  ],
  recommended: 'retry',
  raisedAt: '2026-11-23T12:00:00.000Z',
  ...more,
});
const waiting = (key: string, more: Partial<Waiting> = {}): Waiting => ({
  key,
  since: 0,
  reminders: 0,
  undecidable: false,
  ...more,
});

describe('what is due next', () => {
  it('is the reminder of what waits longest, again and again', () => {
    const open = [asked('E1'), asked('E2')];
    expect(nextDue(rules, [waiting('E1'), waiting('E2', { since: HOUR })], open)).toEqual({
      kind: 'remind',
      key: 'E1',
      at: 4 * HOUR,
    });
    const reminded = [waiting('E1', { reminders: 1 }), waiting('E2', { since: HOUR })];
    expect(nextDue(rules, reminded, open)).toEqual({ kind: 'remind', key: 'E2', at: 5 * HOUR });
  });

  it('is the declared default once its hours are over, unless it could not be taken', () => {
    const late = waiting('E1', { reminders: 2 });
    expect(nextDue(rules, [late], [asked('E1')])).toEqual({ kind: 'default', key: 'E1', at: 10 * HOUR });
    expect(nextDue(rules, [{ ...late, undecidable: true }], [asked('E1')])).toEqual({
      kind: 'remind',
      key: 'E1',
      at: 12 * HOUR,
    });
  });

  it('is only ever a reminder for plans, contracts and questions without a default', () => {
    for (const key of ['plan', 'contract:openapi', 'E1']) {
      const due = nextDue(rules, [waiting(key, { reminders: 9 })], [asked('E1', { trigger: 'unbuilt' })]);
      expect(due).toEqual({ kind: 'remind', key, at: 40 * HOUR });
    }
  });

  it('is nothing where nothing waits, or the rules say nothing', () => {
    expect(nextDue(rules, [], [])).toBeNull();
    const silent = DecisionRules.parse({ who: { 'gate-red': 'architect' } });
    expect(nextDue(silent, [waiting('E1')], [asked('E1')])).toBeNull();
    expect([hasClock(silent), hasClock(null), hasClock(rules)]).toEqual([false, false, true]);
  });

  it('does not make up for reminders nobody was there to send', () => {
    expect(remindersBy(rules, waiting('E1'), 17 * HOUR)).toBe(4);
  });

  it('keeps what it knows of what still waits, and forgets the rest', () => {
    const kept = keepWaiting(
      [waiting('E1', { reminders: 3 }), waiting('E2')],
      [
        { key: 'E1', since: 7 },
        { key: 'plan', since: 9 },
      ],
    );
    expect(kept).toEqual([waiting('E1', { reminders: 3 }), waiting('plan', { since: 9 })]);
  });
});

describe('silence', () => {
  it('takes the recommended option', () => {
    expect(decideSilently(rules, asked('E1'))).toEqual({
      kind: 'taken',
      message: { escalationId: 'E1', decision: 'retry', option: 'retry', by: 'nobody decided within 10 h' },
    });
  });

  it('says why, where it accepts', () => {
    expect(decideSilently(rules, asked('E1', { recommended: 'take' }))).toMatchObject({
      message: { decision: 'accept', guidance: expect.stringContaining('within 10 h') as unknown },
    });
  });

  it.each([
    ['an assignee is needed', asked('E1', { recommended: 'other' }), 'needs somebody'],
    ['nothing is recommended', asked('E1', { recommended: 'none' }), 'nothing is recommended'],
    [
      'more money is needed',
      asked('E1', {
        trigger: 'budget-exhausted',
        recommended: 'raise',
        options: [{ id: 'raise', label: 'Raise it', consequence: 'It goes on.', decision: 'retry' }],
      }),
      'only a person',
    ],
  ])('takes nothing where %s', (_, question, why) => {
    expect(decideSilently(rules, question)).toEqual({
      kind: 'not-taken',
      why: expect.stringContaining(why) as unknown,
    });
  });

  it.each([...NEVER_BY_DEFAULT])('never decides %s, whatever the rules say', (trigger) => {
    const forced = { ...rules, defaults: { [trigger]: { afterHours: 1 } } };
    const question = asked('E1', { trigger });
    expect(decideSilently(forced, question)).toMatchObject({ kind: 'not-taken' });
    expect(nextDue({ ...forced, remindAfterHours: undefined }, [waiting('E1')], [question])).toBeNull();
    const written = { defaults: { [trigger]: { afterHours: 1 } } };
    expect(DecisionRules.safeParse(written).error?.issues[0]?.message).toContain('never decided by silence');
  });

  it('may decide what is neither security nor destruction nor of other services', () => {
    const may = EscalationReason.options.filter((reason) => !NEVER_BY_DEFAULT.has(reason));
    expect(may).toContain('timeline-concern');
    expect(may).not.toContain('security-concern');
  });
});
