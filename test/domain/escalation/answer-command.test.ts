// Pure.
import { answerWords } from '../../../src/domain/escalation/answer-command';
import type { Escalation } from '../../../src/domain/escalation/escalation';
import { questionOfSpentBudget, raise } from '../../../src/domain/escalation/questions';
import { escalation } from '../../cli/fixtures';

const ID = 'objective-add-login-0123abcd';

/** The question of a spent budget, as it is raised for the objective or for a task. */
const spent = (id: string): Escalation =>
  raise(questionOfSpentBudget(10, 9.99), {
    id,
    raisedAt: '2030-01-01T00:00:00.000Z',
    ofObjective: id.startsWith('objective'),
  });

test('a question is answered by `resolve` as recommended', () => {
  expect(answerWords(ID, escalation())).toBe(`resolve ${ID} backend-T001-E1 --decision retry --option retry`);
});

test('what a human must add stands in quotes, so that a shell takes it as one word', () => {
  expect(answerWords(ID, escalation({ recommended: 'accept' }))).toMatch(/ --guidance "<why>"$/);
});

test('a spent budget is answered by a higher one, since a retry alone would spend nothing more', () => {
  expect(answerWords(ID, spent('objective-E2'))).toBe(`budget ${ID} --usd "<usd>"`);
  expect(answerWords(ID, spent('backend-T003-E1'))).toBe(`plan ${ID} budget backend-T003 "<usd>"`);
});
