// Needs no Temporal and no browser: what people write into the forms of the inbox is not lost or changed.
import { Plan } from '../../src/domain/plan/plan';
import type { InboxServer } from '../../src/inbox/server';
import { ID, status, task } from '../cli/fixtures';
import { planTask } from '../support/plans';
import { createFakeDesk, openInbox } from './fake-desk';
import { logIn } from './visitor';

let server: InboxServer;
afterEach(() => server.stop());

test('joiners, soft hyphens and marks of a byte order stay in a plan that is edited', async () => {
  const desk = createFakeDesk([status()]);
  const plan = Plan.parse({ summary: 'Login', tasks: [planTask({ id: 'backend-T001' })] });
  desk.change(ID, {
    state: 'awaiting-approval',
    plan: { version: 2, ref: desk.store(JSON.stringify(plan)) },
    tasks: [task({ state: 'pending' })],
  });
  const write = async (): Promise<string> => 'summary: می\u200cخواهم \u200d \u00ad \ufeff <b>';
  server = await openInbox(desk, { planText: { write, read: async () => plan } });
  const { get } = await logIn(server);
  const html = await (await get(`/objectives/${ID}/plan`)).text();
  expect(html).toContain('\nsummary: می&#x200C;خواهم &#x200D; &#x00AD; &#xFEFF; &lt;b&gt;</textarea>');
});
