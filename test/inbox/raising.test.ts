// Needs no server but the inbox itself, on the loopback interface.
import { questionOfSpentBudget, raise } from '../../src/domain/escalation/questions';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { InboxServer } from '../../src/inbox/server';
import { ID, status, task } from '../cli/fixtures';
import { createFakeDesk, openInbox, QUESTION, type FakeDesk } from './fake-desk';
import { logIn } from './visitor';

const OF_OBJECTIVE = 'objective-E1';
const usage = { ...NO_USAGE, usd: 0.9 };
const path = (id: string): string => `/objectives/${ID}/questions/${id}`;

let desk: FakeDesk;
let server: InboxServer;
beforeEach(async () => {
  const escalations = [OF_OBJECTIVE, QUESTION].map((id) =>
    raise(questionOfSpentBudget(1, 0.9), { id, raisedAt: '2030-01-01T00:00:00.000Z', ofObjective: true }),
  );
  desk = createFakeDesk([
    status({
      state: 'awaiting-human',
      budgetUsd: 1,
      usage,
      tasks: [task({ budgetUsd: 2, usage })],
      escalations,
    }),
  ]);
  server = await openInbox(desk);
});
afterEach(() => server.stop());

/** Opens the page of a question and presses the button of an option. */
async function press(id: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  const visitor = await logIn(server);
  const page = await (await visitor.get(path(id))).text();
  return visitor.press(page, { option: '0', ...fields }, path(id));
}

test('the option has a field, filled with what is spent and as much as there was', async () => {
  const page = await (await (await logIn(server)).get(path(OF_OBJECTIVE))).text();
  expect(page).toContain('<label for="usd">New budget in US dollars</label>');
  expect(page).toMatch(/<input[^>]*name="usd"[^>]*value="1.9"/);
  expect(page).toContain('0.90 of 1 are spent.');
});

test('its button sets the budget, without any script, and on to the objective', async () => {
  const answer = await press(OF_OBJECTIVE, { usd: '5' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/objectives/${ID}`]);
  expect(desk.sent).toEqual([{ id: ID, name: 'setBudget', payload: { usd: 5, by: 'ada@inbox' } }]);
});

test('at the question of a task it edits the plan', async () => {
  expect((await press(QUESTION, { usd: '3' })).status).toBe(303);
  expect(desk.sent).toMatchObject([
    {
      name: 'reviewPlan',
      payload: { decision: 'edit', patch: [{ op: 'budget', taskId: 'backend-T001', usd: 3 }] },
    },
  ]);
});

test.each([
  ['nothing', '', 'Give the new budget in US dollars, such as 25.'],
  ['what is no number', '<b>"5</b>', 'Give the new budget in US dollars, such as 25.'],
  ['no more than there was', '1', '1 US dollars were not enough; give more than that.'],
])('%s is refused on the page, and what was written stands there, escaped', async (_, usd, why) => {
  const answer = await press(OF_OBJECTIVE, { usd, guidance: 'kept words' });
  const page = await answer.text();
  expect(answer.status).toBe(422);
  expect(page).toContain(why);
  expect(page).toContain('kept words');
  expect(page).not.toContain('<b>"5');
  if (usd.includes('<')) expect(page).toContain('value="&lt;b&gt;&quot;5&lt;/b&gt;"');
  expect(desk.sent).toEqual([]);
});

test('without the token of the session nothing is raised', async () => {
  expect((await press(OF_OBJECTIVE, { usd: '5', csrf: '' })).status).toBe(403);
  expect(desk.sent).toEqual([]);
});

test('the other options need no budget', async () => {
  expect((await press(OF_OBJECTIVE, { option: '1', usd: '' })).status).toBe(303);
  expect(desk.sent).toMatchObject([{ name: 'resolveEscalation', payload: { option: 'cheaper' } }]);
});
