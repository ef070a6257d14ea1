// Needs nothing: prompts and department are scripted.
import { questionOfSpentBudget, raise } from '../../src/domain/escalation/questions';
import { askDecision } from '../../src/cli/live/ask';
import { describeEscalation } from '../../src/cli/live/questions';
import type { Escalation } from '../../src/domain/escalation/escalation';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { ID, status, task } from './fixtures';

const spent = (id: string): Escalation =>
  raise(questionOfSpentBudget(1, 0.9), { id, raisedAt: '2030-01-01T00:00:00.000Z', ofObjective: true });
const usage = { ...NO_USAGE, usd: 0.9 };

/** Chooses to raise and answers what is asked then; gives what was sent, asked and told. */
async function choose(escalation: Escalation, typed: readonly string[], standing: object | null = {}) {
  const sent: unknown[] = [];
  const asked: string[] = [];
  const told: string[] = [];
  const left = [...typed];
  await askDecision(
    {
      by: 'ann@tty',
      display: { note: (line) => told.push(line) },
      prompts: {
        select: ({ initial }) => Promise.resolve(initial),
        input: ({ message }) => {
          asked.push(message);
          const next = left.shift();
          return next === undefined ? Promise.reject(new Error('Asked too often.')) : Promise.resolve(next);
        },
      },
      department: {
        send: ({ name, payload }) => {
          sent.push({ name, payload });
          return Promise.resolve({ applied: true, message: 'done' });
        },
        snapshot: () =>
          Promise.resolve(
            standing === null
              ? null
              : status({ budgetUsd: 1, usage, tasks: [task({ budgetUsd: 2, usage })], ...standing }),
          ),
      },
    },
    ID,
    escalation,
    new AbortController().signal,
  );
  return { sent, asked, told };
}

test('raising asks for the new budget, and nothing typed takes what is spent and as much as there was', async () => {
  const { sent, asked } = await choose(spent('objective-E1'), ['']);
  expect(asked).toEqual(['New budget in US dollars (empty: 1.9)']);
  expect(sent).toEqual([{ name: 'setBudget', payload: { usd: 1.9, by: 'ann@tty' } }]);
});

test('the budget of a task is raised by an edit of the plan', async () => {
  const { sent } = await choose(spent('backend-T001-E1'), ['4.50']);
  expect(sent).toEqual([
    {
      name: 'reviewPlan',
      payload: {
        decision: 'edit',
        patch: [{ op: 'budget', taskId: 'backend-T001', usd: 4.5 }],
        by: 'ann@tty',
      },
    },
  ]);
});

test('what is no amount, or not more than there was, is said and asked for again', async () => {
  const { sent, told } = await choose(spent('objective-E1'), ['much', '0', '0.95', '5']);
  expect(told).toEqual([
    'Give the new budget in US dollars, such as 25.',
    'Give more than 0 US dollars.',
    '1 US dollars were not enough; give more than that.',
  ]);
  expect(sent).toMatchObject([{ payload: { usd: 5 } }]);
});

test('where nobody tells what is spent nothing is suggested, and nothing typed leaves it open', async () => {
  const { sent, asked } = await choose(spent('objective-E1'), [''], null);
  expect(asked).toEqual(['New budget in US dollars (empty: leave it open)']);
  expect(sent).toEqual([]);
});

test('a printed question names the command that raises, and flags for the other options', () => {
  const text = describeEscalation(ID, spent('objective-E1'));
  expect(text).not.toContain('--option raise');
  expect(text).toContain(`(backend-coordinator budget ${ID} --usd "<usd>")`);
  expect(text).toContain('(--decision retry --option cheaper)');
});
