// Needs Chromium on PATH, no Temporal: the pages of the inbox as people meet them, over a desk in memory.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { Plan } from '../../src/domain/plan/plan';
import { BlobRef } from '../../src/domain/common/blob';
import type { ObjectiveStatus, TaskStatus } from '../../src/domain/objective/status';
import { ConfigurationError, TemporalUnreachableError } from '../../src/domain/common/user-error';
import type { InboxServer } from '../../src/inbox/server';
import { ID, status, task } from '../cli/fixtures';
import { describeInBrowser, openBrowser } from '../support/chromium';
import { eventually } from '../support/eventually';
import { planTask } from '../support/plans';
import { NAMELESS_FIELDS, PALE_TEXT } from './page-checks';
import { asking, createFakeDesk, openInbox, QUESTION, watching, type FakeDesk } from './fake-desk';

const PHONE = { width: 390, height: 844 };
const SCRIPTED = `<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>`;

describeInBrowser('the inbox in a browser', () => {
  let browser: Browser;
  let desk: FakeDesk;
  let server: InboxServer;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    await server.stop();
  });

  const serve = async (made: FakeDesk, over: Parameters<typeof openInbox>[1] = {}): Promise<void> => {
    desk = made;
    server = await openInbox(desk, over);
  };

  /** A browser of its own, logged in by a link; everything its console complained of is kept. */
  const logIn = async (
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ readonly page: Page; readonly complaints: string[] }> => {
    const context = await browser.newContext(options);
    contexts.push(context);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(server.newLink());
    await page.waitForURL(`${server.url}/`);
    return { page, complaints };
  };

  test('a link logs in; the question is read and answered with the mouse', async () => {
    await serve(createFakeDesk([asking()]));
    const { page, complaints } = await logIn();
    expect(await page.locator('#headline').textContent()).toBe('1 decision waits');
    await page.getByRole('link', { name: /Refresh tokens/ }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('stored in clear');
    await page.getByLabel('Guidance for whoever goes on').fill('Store a hash.');
    await page.getByRole('button', { name: 'Mend it' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(await page.locator('.notice').textContent()).toBe('recorded and applied.');
    expect(desk.sent).toMatchObject([
      { payload: { decision: 'retry', guidance: 'Store a hash.', by: 'ada@inbox' } },
    ]);
    expect(complaints).toEqual([]);
  });

  test('the same link opens nothing in a second browser', async () => {
    await serve(createFakeDesk([asking()]));
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    const link = server.newLink();
    await page.goto(link);
    await page.waitForURL(`${server.url}/`);
    await context.clearCookies();
    await page.goto(link);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This link opens nothing');
    await page.goto(server.url);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You are not logged in');
  });

  test('who logs in comes to the page they wanted, once', async () => {
    await serve(createFakeDesk([asking()]));
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    const wanted = `${server.url}/objectives/${ID}/questions/${QUESTION}`;
    await page.goto(wanted);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You are not logged in');
    await page.goto(server.newLink());
    await page.getByRole('button', { name: 'Mend it' }).waitFor();
    expect(page.url()).toBe(wanted);
    await page.goto(server.newLink());
    await page.waitForURL(`${server.url}/`);
  });

  test('who is logged in follows the link of a notification on another site to its page', async () => {
    await serve(createFakeDesk([asking()]));
    const { page } = await logIn();
    const link = `${server.url}/objectives/${ID}/questions/${QUESTION}`;
    const mail = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="${link}">Decide</a>`);
    });
    mail.listen(0, '127.0.0.1');
    await once(mail, 'listening');
    try {
      const { port } = z.object({ port: z.number() }).parse(mail.address());
      await page.goto(`http://localhost:${String(port)}/`);
      await page.getByRole('link', { name: 'Decide' }).click();
      await page.getByRole('button', { name: 'Mend it' }).waitFor();
      expect(page.url()).toBe(link);
    } finally {
      mail.close();
      mail.closeAllConnections();
    }
  });

  test('with the keyboard alone: past the navigation, to the question, an assignee, the button', async () => {
    await serve(createFakeDesk([asking()]));
    const { page } = await logIn();
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
    const tabTo = async (wanted: (text: string) => boolean | Promise<boolean>): Promise<void> => {
      for (let step = 0; step < 40; step += 1) {
        await page.keyboard.press('Tab');
        if (await wanted(await focused())) return;
      }
      throw new Error('The keyboard does not get there.');
    };
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo((text) => text.startsWith('Refresh tokens'));
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForURL(/questions/);
    await tabTo(async () => (await page.evaluate('document.activeElement.id')) === 'guidance');
    await page.keyboard.type('Take another look.');
    await page.keyboard.press('Tab');
    await page.keyboard.type('@nodejs');
    await tabTo((text) => text === 'Hand it to somebody else');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([
      { payload: { decision: 'reassign', assignee: 'nodejs-expert', guidance: 'Take another look.' } },
    ]);
  });

  test('two people at once: the second sees it decided without a reload, and is told by whom when too late', async () => {
    await serve(createFakeDesk([asking()]));
    const [one, two, three] = [await logIn(), await logIn(), await logIn({ javaScriptEnabled: false })];
    for (const { page } of [one, two, three])
      await page.goto(`${server.url}/objectives/${ID}/questions/${QUESTION}`);
    await one.page.getByRole('button', { name: 'Mend it' }).click();
    await two.page.getByText('Decided: retry by ada@inbox').waitFor();
    await three.page.getByRole('button', { name: 'Mend it' }).click();
    expect(await three.page.getByRole('alert').textContent()).toContain('ada@inbox decided retry');
    expect(desk.sent).toHaveLength(1);
  });

  test('progress appears without a reload, and the sentence on it is announced', async () => {
    await serve(createFakeDesk([status({ tasks: [task({ doing: 'reads the code' })] })]));
    const { page, complaints } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}`);
    await page.evaluate(`document.body.setAttribute('data-mark', 'same page')`);
    desk.change(ID, { tasks: [task({ state: 'merged', doing: '' })] });
    await page.getByRole('cell', { name: 'merged', exact: true }).waitFor();
    expect(await page.locator('#headline').textContent()).toContain('1 of 1 tasks settled');
    expect(await page.locator('#headline').getAttribute('role')).toBe('status');
    expect(await page.locator('body').getAttribute('data-mark')).toBe('same page');
    desk.change(ID, { escalations: asking().escalations, state: 'awaiting-human' });
    await page.getByRole('link', { name: /Refresh tokens/ }).waitFor();
    expect(await page.locator('form').count()).toBe(2);
    desk.change(ID, { outcome: 'delivered', state: 'delivered', escalations: [] });
    await page.getByRole('link', { name: 'Report' }).waitFor();
    await page.locator('form').first().waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('who can be told something is kept up to date, and what is being written stays, for whom it was meant', async () => {
    const rows = (...states: readonly TaskStatus['state'][]): TaskStatus[] =>
      states.map((state, at) =>
        task({ id: `backend-T00${String(at + 1)}`, title: `Step ${String(at + 1)}`, state }),
      );
    await serve(createFakeDesk([status({ tasks: rows('running', 'running', 'merged') })]));
    const { page, complaints } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}`);
    const who = page.getByLabel('Who');
    const offered = async (): Promise<string[]> =>
      (await who.locator('option').allTextContents()).map((text) => text.trim().replace(/\s+/g, ' '));
    const [everybody, one, two] = ['everybody who works on it', 'backend-T001 Step 1', 'backend-T002 Step 2'];
    expect(await offered()).toEqual([everybody, one, two]);
    await page.getByLabel('What they should know').pressSequentially('Keep to');
    await who.selectOption('backend-T001');
    await page.getByLabel('What they should know').press('End');
    desk.change(ID, { tasks: rows('running', 'merged', 'merged', 'running') });
    await eventually(offered, (seen) => seen.length === 3 && !seen.includes(two));
    expect(await offered()).toEqual([everybody, one, 'backend-T004 Step 4']);
    expect(await who.inputValue()).toBe('backend-T001');
    await page.keyboard.type(' v2.');
    desk.change(ID, { tasks: rows('merged', 'merged', 'merged', 'running', 'running') });
    await who.locator('option[value=backend-T005]').waitFor({ state: 'attached' });
    expect(await who.inputValue()).toBe('backend-T001');
    await page.getByRole('button', { name: 'Tell them' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    await eventually(
      () => desk.sent.length,
      (sent) => sent === 1,
    );
    expect(desk.sent).toMatchObject([{ payload: { message: 'Keep to v2.', taskId: 'backend-T001' } }]);
    expect(complaints).toEqual([]);
  });

  test('a new question appears in the list of who looks at it, and keeps the focus where it was', async () => {
    await serve(createFakeDesk([status()]));
    const { page } = await logIn();
    await page.getByRole('link', { name: 'Add login' }).focus();
    desk.change(ID, asking());
    await page.getByRole('link', { name: /Refresh tokens/ }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Add login');
  });

  test('a page says since when it knows nothing newer, and that it goes on once Temporal answers', async () => {
    await serve(createFakeDesk([status({ tasks: [task()] })]));
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}`);
    desk.fail(new TemporalUnreachableError('No Temporal server answers.'));
    await page.locator('#stale').getByText('No Temporal server answers.').waitFor();
    desk.fail(null);
    await page.locator('#stale p').waitFor({ state: 'detached' });
  });

  test('a page that could not be shown shows itself once it can', async () => {
    await serve(createFakeDesk([asking()]));
    const { page } = await logIn();
    desk.fail(new TemporalUnreachableError('No Temporal server answers.'));
    await page.goto(`${server.url}/objectives/${ID}/questions/${QUESTION}`);
    await page.getByText('No Temporal server answers.').waitFor();
    desk.fail(null);
    await page.getByRole('button', { name: 'Mend it' }).waitFor();
  });

  test('what came of a form is told also where the page of it could not be shown at first', async () => {
    const made = createFakeDesk([asking()]);
    const send: FakeDesk['send'] = async (message) => {
      const answer = await made.send(message);
      made.fail(new TemporalUnreachableError('No Temporal server answers.'));
      return answer;
    };
    await serve({ ...made, send });
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}/questions/${QUESTION}`);
    await page.getByRole('button', { name: 'Mend it' }).click();
    await page.getByText('No Temporal server answers.').waitFor();
    desk.fail(null);
    expect(await page.locator('.notice').textContent()).toBe('recorded and applied.');
  });

  test('a page that could not be shown says what it is instead, once Temporal answers', async () => {
    await serve(createFakeDesk([asking()]));
    const { page } = await logIn();
    desk.fail(new TemporalUnreachableError('No Temporal server answers.'));
    await page.goto(`${server.url}/objectives/objective-nothing-00000000`);
    await page.getByText('No Temporal server answers.').waitFor();
    desk.fail(null);
    await page.getByText('There is no objective').waitFor();
  });

  test('a page that is looked for again says so where one has to log in first', async () => {
    await serve(createFakeDesk([asking()]));
    const { page } = await logIn();
    desk.fail(new TemporalUnreachableError('No Temporal server answers.'));
    await page.goto(`${server.url}/objectives/${ID}`);
    await page.getByText('No Temporal server answers.').waitFor();
    await page.context().clearCookies();
    await page.getByRole('heading', { name: 'You are not logged in' }).waitFor();
  });

  test('a page of an inbox that ended says so, and that one has to log in where another took its place', async () => {
    await serve(createFakeDesk([asking()]));
    const { page } = await logIn();
    await server.stop();
    await page.locator('#offline').getByText('does not answer').waitFor();
    const { port } = new URL(server.url);
    server = await openInbox(desk, { port: Number(port) });
    await page.locator('#offline').getByText('you may have to log in again').waitFor();
  });

  test('the focus stays in a table that is drawn anew under it', async () => {
    await serve(createFakeDesk([status({ tasks: [task()] })]));
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}`);
    await page.getByRole('region', { name: 'Tasks of the objective' }).focus();
    desk.change(ID, { tasks: [task({ state: 'merged' })] });
    await page.getByRole('cell', { name: 'merged', exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'Tasks of the objective',
    );
  });

  test('without scripts everything is there, and a reload brings the rest', async () => {
    await serve(createFakeDesk([status({ tasks: [task()] })]));
    const { page } = await logIn({ javaScriptEnabled: false });
    await page.goto(`${server.url}/objectives/${ID}`);
    expect(await page.locator('svg[role=img]').count()).toBe(2);
    desk.change(ID, { tasks: [task({ state: 'merged' })] });
    await page.reload();
    expect(await page.getByRole('cell', { name: 'merged', exact: true }).count()).toBe(1);
  });

  test('what models and repositories write runs nothing, leads nowhere and reorders nothing', async () => {
    const hostile = asking({
      objective: `Add ${SCRIPTED}`,
      repository: `javascript:window.hurt=1`,
      reason: `"><script>window.hurt=1</script>`,
      tasks: [task({ title: SCRIPTED, doing: `\u202egnp.exe`, state: 'suspended', commit: 'c'.repeat(40) })],
      events: [{ seq: 1, at: '2030-01-01T00:00:00.000Z', taskId: null, text: SCRIPTED }],
    });
    const [asked] = hostile.escalations;
    const escalations = [
      {
        ...asked!,
        question: `Is it safe? ${SCRIPTED} \u202e[click](javascript:alert(1))`,
        evidence: [SCRIPTED, '</pre><script>window.hurt=1</script>'],
        options: [
          {
            id: '"><script>',
            label: SCRIPTED,
            consequence: `' onclick='window.hurt=1`,
            decision: 'retry' as const,
          },
        ],
      },
    ];
    const diff = `diff --git a/x b/x\n--- a/x\n+++ b/${SCRIPTED}\n@@ -1 +1 @@\n-if (a) { \u202e/* } */\n+${SCRIPTED}\n`;
    await serve(createFakeDesk([{ ...hostile, escalations }], { 'backend-T001': diff }));
    const { page } = await logIn();
    const paths = [
      '/',
      `/objectives/${ID}`,
      `/objectives/${ID}/questions/${QUESTION}`,
      `/objectives/${ID}/diff/backend-T001`,
    ];
    for (const path of paths) {
      await page.goto(`${server.url}${path}`);
      // The stream has put its pieces in their places.
      await page.waitForTimeout(200);
      expect(await page.evaluate(`'hurt' in window`)).toBe(false);
      expect(await page.locator('img, script:not([src])').count()).toBe(0);
      expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
      expect(await page.content()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }
    expect(await page.getByText('[U+202E]').count()).toBeGreaterThan(0);
    await page.goto(`${server.url}/objectives/${ID}/questions/${QUESTION}`);
    await page.getByRole('button').first().click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([{ payload: { option: '"><script>' } }]);
  });

  test('on a phone no page scrolls sideways, and a diff has one column', async () => {
    const long = `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same ${'word '.repeat(60)}\n-old${'x'.repeat(300)}\n+new${'y'.repeat(300)}\n`;
    await serve(
      createFakeDesk(
        [
          asking({
            objective: `Add ${'averyveryverylongword'.repeat(8)}`,
            plan: { version: 1, ref: 'a'.repeat(64) },
            tasks: [1, 2, 3, 4].map((group) =>
              task({
                id: `backend-T00${String(group)}`,
                group,
                commit: 'c'.repeat(40),
                title: 'x'.repeat(90),
              }),
            ),
          }),
        ],
        { 'backend-T001': long },
      ),
    );
    const { page } = await logIn({ viewport: PHONE });
    for (const path of [
      '/',
      `/objectives/${ID}`,
      `/objectives/${ID}/questions/${QUESTION}`,
      `/objectives/${ID}/diff/backend-T001`,
    ]) {
      await page.goto(`${server.url}${path}`);
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        path,
        PHONE.width,
      ]);
    }
    const [before, after] = [
      page.locator('.changed .before').first(),
      page.locator('.changed .after').first(),
    ];
    const [above, below] = [await before.boundingBox(), await after.boundingBox()];
    expect(below!.y).toBeGreaterThanOrEqual(above!.y + above!.height);
    await page.setViewportSize({ width: 1280, height: 800 });
    const [left, right] = [await before.boundingBox(), await after.boundingBox()];
    expect(right!.x).toBeGreaterThanOrEqual(left!.x + left!.width);
    expect(right!.y).toBe(left!.y);
  });

  test('a plan is read and approved as the version that was looked at', async () => {
    const plan = { summary: 'Login in one step', tasks: [planTask({ id: 'backend-T001' })] };
    const made = createFakeDesk([status()]);
    const ref = made.store(JSON.stringify(plan));
    made.change(ID, {
      state: 'awaiting-approval',
      plan: { version: 2, ref },
      tasks: [task({ state: 'pending' })],
    });
    await serve(made);
    const { page } = await logIn();
    await page.getByRole('link', { name: 'Review the plan, version 2' }).click();
    expect(await page.locator('svg[role=img]').count()).toBe(1);
    await page.getByLabel('Comment').fill('Go.');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([
      {
        name: 'reviewPlan',
        payload: { decision: 'approve', baseVersion: 2, comment: 'Go.', by: 'ada@inbox' },
      },
    ]);
  });

  test('an edited plan is read again; a mistake is told, and what was written stays', async () => {
    const plan = { summary: 'Login in one step', tasks: [planTask({ id: 'backend-T001' })] };
    const made = createFakeDesk([status()]);
    const ref = made.store(JSON.stringify(plan));
    made.change(ID, {
      state: 'awaiting-approval',
      plan: { version: 2, ref },
      tasks: [task({ state: 'pending' })],
    });
    const read = async (_: unknown, text: string): Promise<Plan> => {
      if (text.includes('nonsense')) throw new ConfigurationError('Line 1: this is no plan.');
      return Plan.parse(JSON.parse(text));
    };
    await serve(made, { planText: { write: async () => JSON.stringify(plan, null, 2), read } });
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}/plan`);
    const field = page.getByLabel('The plan as YAML');
    expect(JSON.parse(await field.inputValue())).toEqual(plan);
    await field.fill('nonsense');
    await page.getByRole('button', { name: 'Save the edited plan' }).click();
    expect(await page.getByRole('alert').textContent()).toBe('Line 1: this is no plan.');
    expect(await field.inputValue()).toBe('nonsense');
    const edited = { ...plan, summary: 'Login in two steps' };
    await field.fill(JSON.stringify(edited));
    await page.getByRole('button', { name: 'Save the edited plan' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([{ payload: { decision: 'edit', baseVersion: 2, plan: edited } }]);
  });

  test('a plan is rejected with the reason', async () => {
    await servePlan(2);
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}/plan`);
    await page.getByLabel('Comment').fill('Not this year.');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([{ payload: { decision: 'reject', comment: 'Not this year.' } }]);
  });

  test('an edit of a plan that somebody else edited meanwhile takes nothing back, and what was written stays', async () => {
    const plan = await servePlan(2);
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}/plan`);
    await page.getByLabel('The plan as YAML').fill('my edit');
    desk.change(ID, {
      plan: { version: 3, ref: desk.store(JSON.stringify({ ...plan, summary: 'By bob' })) },
    });
    await page.getByRole('button', { name: 'Save the edited plan' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('at version 3 by now');
    expect(await page.getByLabel('The plan as YAML').inputValue()).toBe('my edit');
    expect(await page.getByRole('button', { name: 'Save the edited plan' }).count()).toBe(0);
    expect(desk.sent).toEqual([]);
    await page.getByRole('link', { name: 'edit version 3' }).click();
    await page.getByRole('heading', { name: 'Plan, version 3' }).waitFor();
    expect(await page.getByLabel('The plan as YAML').inputValue()).toContain('By bob');
  });

  /** A plan that waits for approval, as JSON in the place of YAML. */
  const servePlan = async (version: number): Promise<Plan> => {
    const plan = Plan.parse({ summary: 'Login in one step', tasks: [planTask({ id: 'backend-T001' })] });
    const made = createFakeDesk([status()]);
    const ref = made.store(JSON.stringify(plan));
    made.change(ID, {
      state: 'awaiting-approval',
      plan: { version, ref },
      tasks: [task({ state: 'pending' })],
    });
    const write = async ({ plan: at }: ObjectiveStatus): Promise<string> =>
      at === null ? '' : made.blob(BlobRef.parse(at.ref));
    const read = async (_: unknown, text: string): Promise<Plan> => Plan.parse(JSON.parse(text));
    await serve(made, { planText: { write, read } });
    return plan;
  };

  test('a contract is approved as the revision that was looked at', async () => {
    const made = createFakeDesk([status()]);
    const hash = 'd'.repeat(64);
    const bundle = made.store(
      JSON.stringify({
        ...{ name: 'orders', revision: 3, hash, kind: 'openapi', source: 'openapi.yaml', files: [] },
        ...{ operations: [], breaking: [{ kind: 'api', where: 'GET /v1/orders', what: 'a field is gone' }] },
      }),
    );
    made.change(ID, {
      state: 'awaiting-human',
      tasks: [task({ waitingFor: 'contract:orders' })],
      contracts: [
        {
          ...{ name: 'orders', path: 'openapi.yaml', taskId: 'backend-T001', revision: 3, hash },
          ...{ state: 'shared' as const, bundle, by: null, comments: [] },
        },
      ],
    });
    await serve(made);
    const { page } = await logIn();
    await page.goto(`${server.url}/objectives/${ID}/contracts/orders`);
    await page.getByRole('heading', { name: 'Breaks clients' }).waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([
      { name: 'reviewContract', payload: { contract: hash, decision: 'approve', by: 'ada@inbox' } },
    ]);
  });

  test('everything that is read out or pressed has a name, and no two places have the same', async () => {
    const diff = `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n kept line\n-old line\n+new line\n`;
    const made = createFakeDesk([asking()], { 'backend-T001': diff });
    made.watchOver(watching());
    await serve(made);
    const { page } = await logIn();
    for (const path of [
      '',
      `/objectives/${ID}`,
      `/objectives/${ID}/questions/${QUESTION}`,
      `/objectives/${ID}/deployment`,
    ]) {
      await page.goto(`${server.url}${path}`);
      const tree = await page.locator('body').ariaSnapshot();
      const nodes = [
        ...tree.matchAll(/^\s*- (region|link|button|textbox|combobox|table|img|navigation)( "[^"]*")?/gm),
      ];
      expect(nodes.filter(([, , name]) => name === undefined).map(([line]) => line)).toEqual([]);
      const places = nodes.filter(([, role]) => role === 'region').map(([, , name]) => name);
      expect([path, places.length]).toEqual([path, new Set(places).size]);
      const levels: number[] = JSON.parse(
        await page.evaluate(
          `JSON.stringify([...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1])))`,
        ),
      );
      expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
      // Whatever scrolls can be reached and scrolled with the keyboard.
      expect(await page.locator('.scroll:not([tabindex])').count()).toBe(0);
    }
    await page.goto(`${server.url}/objectives/${ID}/diff/backend-T001`);
    const tree = await page.locator('.diff').ariaSnapshot();
    expect(tree.match(/kept line/g)).toHaveLength(1);
    expect(tree).toMatch(/deletion: old line/);
    expect(tree).not.toMatch(/(deletion|insertion): kept line/);
  });

  test('a contract is judged by its reference page, which can do nothing', async () => {
    const made = createFakeDesk([status()]);
    const hash = 'd'.repeat(64);
    const reference = `<!doctype html><style>p{color:rgb(1,2,3)}</style><p>GET /v1/orders</p><script>top.hurt=1;window.hurt=1</script><form action="/"><button>x</button></form>`;
    const bundle = made.store(
      JSON.stringify({
        name: 'orders',
        revision: 3,
        hash,
        kind: 'openapi',
        source: 'openapi.yaml',
        files: [
          {
            path: 'reference.html',
            blob: made.store(reference),
            bytes: reference.length,
            mediaType: 'text/html',
          },
        ],
        operations: [{ name: 'GET /v1/orders', id: null, summary: 'Lists orders' }],
        breaking: [],
      }),
    );
    made.change(ID, {
      state: 'awaiting-human',
      tasks: [task({ waitingFor: 'contract:orders' })],
      contracts: [
        {
          name: 'orders',
          path: 'openapi.yaml',
          taskId: 'backend-T001',
          revision: 3,
          hash,
          state: 'shared',
          bundle,
          by: null,
          comments: [],
        },
      ],
    });
    await serve(made);
    const { page } = await logIn();
    await page.getByRole('link', { name: 'Review the API contract orders' }).click();
    await page.locator('iframe').scrollIntoViewIfNeeded();
    const inside = page.frameLocator('iframe').getByText('GET /v1/orders');
    await inside.waitFor();
    expect(await page.evaluate(`'hurt' in window`)).toBe(false);
    await page.getByRole('button', { name: 'Ask for changes' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('needs comments');
    await page.getByLabel('Comments').fill('Page it.');
    await page.getByRole('button', { name: 'Ask for changes' }).click();
    await page.waitForURL(`${server.url}/objectives/${ID}`);
    expect(desk.sent).toMatchObject([
      {
        name: 'reviewContract',
        payload: { contract: hash, decision: 'request-changes', comments: 'Page it.' },
      },
    ]);
  });

  test.each(['light', 'dark'] as const)(
    'in %s colours text and buttons can be read, and every field has a name',
    async (colorScheme) => {
      await serve(createFakeDesk([asking()]));
      const { page } = await logIn({ colorScheme });
      for (const path of ['/', `/objectives/${ID}`, `/objectives/${ID}/questions/${QUESTION}`]) {
        await page.goto(`${server.url}${path}`);
        expect(await page.locator('h1').count()).toBe(1);
        expect(await page.getByRole('main').count()).toBe(1);
        expect(await page.getByRole('banner').count()).toBe(1);
        expect(await page.evaluate(NAMELESS_FIELDS)).toEqual([]);
        expect(await page.evaluate(PALE_TEXT)).toEqual([]);
      }
    },
  );
});
