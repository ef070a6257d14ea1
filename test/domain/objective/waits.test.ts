// Needs nothing: pure functions.
import {
  readWaitsMemo,
  subjectOf,
  waitOf,
  waitsMemo,
  WaitsMemo,
  waitsOf,
} from '../../../src/domain/objective/waits';
import { escalation, status, task } from '../../cli/fixtures';

test('questions come first, then a plan, then contracts', () => {
  const waiting = status({
    state: 'awaiting-approval',
    escalations: [escalation()],
    tasks: [task({ waitingFor: 'contract:openapi' })],
  });
  expect(waitsOf(waiting)).toMatchObject([
    { kind: 'question', id: 'backend-T001-E1', trigger: 'security-concern', recommended: 'retry' },
    { kind: 'plan', id: 'plan-v1', trigger: null, raisedAt: waiting.now },
    { kind: 'contract', id: 'contract:openapi', trigger: null },
  ]);
});

test('a plan keeps the instant it was first seen waiting; its next version has one of its own', () => {
  const first = status({ state: 'awaiting-approval', plan: { version: 1, ref: 'a'.repeat(64) } });
  const known = waitsOf(first);
  const later = { ...first, now: '2030-01-01T05:00:00.000Z' };
  expect(waitsOf(later, known)).toEqual(known);
  const edited = { ...later, plan: { version: 2, ref: 'b'.repeat(64) } };
  expect(waitsOf(edited, known)).toMatchObject([{ id: 'plan-v2', raisedAt: later.now }]);
});

test('a question is one line of at most 160 characters, whole characters only', () => {
  const { question } = waitOf(escalation({ question: `line\n${'💥'.repeat(400)}` }));
  expect([...question]).toHaveLength(160);
  expect(question).toMatch(/^line 💥+…$/u);
});

test('however many wait, whoever asks the workflow is told of all: only the memo is short', () => {
  const many = Array.from({ length: 50 }, (_, index) => escalation({ id: `objective-E${String(index)}` }));
  expect(waitsOf(status({ escalations: many }))).toHaveLength(50);
});

test('what the memo holds is what was put into it, an empty list too', () => {
  for (const waits of [[], [waitOf(escalation())]]) {
    expect(readWaitsMemo(WaitsMemo.parse(JSON.parse(JSON.stringify(waitsMemo(waits)))))).toEqual(waits);
  }
});

test.each([
  ['question', 'backend-T007-E12', 'backend-T007'],
  ['question', 'deployment-E1', 'deployment'],
  ['plan', 'plan-v2', 'plan'],
  ['contract', 'contract:openapi', 'openapi'],
] as const)('the %s %s is about %s', (kind, id, subject) => {
  expect(subjectOf({ kind, id })).toBe(subject);
});
