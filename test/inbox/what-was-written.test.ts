// Needs no Temporal and no browser: what people write into the forms of the inbox is not lost or changed.
import { Plan } from '../../src/domain/plan/plan';
import { ConfigurationError } from '../../src/domain/common/user-error';
import type { InboxServer } from '../../src/inbox/server';
import { ID, status, task } from '../cli/fixtures';
import { planTask } from '../support/plans';
import { asking, createFakeDesk, openInbox } from './fake-desk';
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

describe('steering that is refused', () => {
  const page = `/objectives/${ID}`;
  const written = { message: 'Keep to <v2>, می\u200cخواهم.', task: 'backend-T002' };
  const kept = 'Keep to &lt;v2&gt;, می&#x200C;خواهم.';
  const tasks = [task(), task({ id: 'backend-T002' })];

  test('stays in its form, for whom it was meant', async () => {
    const desk = createFakeDesk([status({ tasks })]);
    const send = async (): Promise<never> => {
      throw new ConfigurationError('backend-T002 is settled.');
    };
    server = await openInbox({ ...desk, send });
    const { get, press } = await logIn(server);
    const refused = await press(await (await get(page)).text(), written, `${page}/steer`);
    const html = await refused.text();
    expect([refused.status, html]).toEqual([409, expect.stringContaining('backend-T002 is settled.')]);
    expect(html).toContain(`\n${kept}</textarea>`);
    expect(html).toMatch(/<option value="backend-T002" selected>/);
    expect(html).not.toMatch(/<option value="backend-T001" selected>/);
  });

  test('stays for whom it was meant although their task is settled by now; nobody else whose is can be chosen', async () => {
    const desk = createFakeDesk([status({ tasks })]);
    const send = async (): Promise<never> => {
      throw new ConfigurationError('backend-T002 is settled already.');
    };
    server = await openInbox({ ...desk, send });
    const { get, press } = await logIn(server);
    const before = await (await get(page)).text();
    desk.change(ID, { tasks: tasks.map((row) => ({ ...row, state: 'merged' })) });
    const html = await (await press(before, written, `${page}/steer`)).text();
    expect(html).toMatch(/<option value="backend-T002" selected>/);
    expect(html).not.toContain('<option value="backend-T001"');
    expect(await (await get(page)).text()).not.toContain('<option value="backend-T00');
  });

  test('stands below the reason where the objective has ended and takes none any more', async () => {
    const desk = createFakeDesk([status({ tasks })]);
    server = await openInbox(desk);
    const { get, press } = await logIn(server);
    const before = await (await get(page)).text();
    desk.change(ID, { outcome: 'delivered', state: 'delivered' });
    const html = await (await press(before, written, `${page}/steer`)).text();
    expect(html).toContain('is already finished');
    expect(html).toContain(`as you wrote it</h2>`);
    expect(html).toContain(kept);
  });

  test('stands below the reason where it has ended and no worker answers', async () => {
    const desk = createFakeDesk([asking({ tasks })]);
    let recorded = false;
    server = await openInbox({
      ...desk,
      status: async (id) => {
        const [row] = await desk.list(null);
        return recorded ? { kind: 'recorded', row: row! } : desk.status(id);
      },
    });
    const { get, press } = await logIn(server);
    const before = await (await get(page)).text();
    desk.change(ID, { outcome: 'delivered', state: 'delivered', escalations: [] });
    recorded = true;
    const refused = await press(before, written, `${page}/steer`);
    const html = await refused.text();
    expect([refused.status, html]).toEqual([409, expect.stringContaining('is already finished')]);
    expect(html).toContain('No worker answers');
    expect(html).toContain(kept);
  });
});
