// Needs Temporal, PostgreSQL, the npm registry or its cache, and Chromium: a whole objective decided on the web page.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Report } from '../../src/domain/objective/report';
import { describeInBrowser, openBrowser } from '../support/chromium';
import { OBJECTIVE, openCommandLine, saidLink, type CommandLine } from './command-line';

const RUN_TIMEOUT_MS = 900_000;
/** Where pictures for the documentation go, when somebody wants new ones. */
const PICTURES = process.env['COORDINATOR_SCREENSHOTS'];

describeInBrowser('the web inbox on the real thing', () => {
  let cli: CommandLine;
  let browser: Browser;
  beforeAll(async () => {
    cli = await openCommandLine();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await cli.run('worker', '--stop');
    await cli.run('server', '--stop');
    await cli.dispose();
  });

  test(
    'a plan is approved and a question answered by clicking, the page shows the delivery without a reload',
    async () => {
      const started = await cli.run(
        ...['start-objective', OBJECTIVE, '--scenario', 'human', '--approve-plan', '--detach', '--json'],
      );
      expect(started.code).toBe(0);
      const inbox = cli.start('inbox', '--port', '0', '--as', 'ada');
      const link = await saidLink(inbox);
      const page = await (await browser.newContext({ viewport: { width: 1100, height: 480 } })).newPage();
      page.setDefaultTimeout(RUN_TIMEOUT_MS);
      await page.goto(link);

      await page.getByRole('link', { name: /^Review the plan/ }).click();
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.locator('.notice').waitFor();

      await page.getByRole('link', { name: 'Inbox' }).click();
      const question = page.locator('#waiting a[href*="/questions/"]');
      await question.waitFor();
      await picture(page, 'inbox');
      await question.click();
      await page.getByRole('heading', { name: 'What was changed' }).waitFor();
      expect(await page.locator('.diff .changed').count()).toBeGreaterThan(0);
      await page.setViewportSize({ width: 1100, height: 1300 });
      await picture(page, 'inbox-question');
      await page.getByLabel('Guidance for whoever goes on').fill('Store a hash of the refresh tokens.');
      await page.locator('button.first').click();
      await page.locator('.notice').waitFor();

      await page.locator('#facts').getByText('delivered', { exact: true }).waitFor();
      await picture(page, 'inbox-objective');
      await page.getByRole('link', { name: 'Report' }).click();
      await page.getByRole('heading', { name: 'Quality gate' }).waitFor();

      const id = /objective-[a-z0-9-]+/.exec(page.url())?.[0] ?? '';
      const report = Report.parse(JSON.parse((await cli.run('report', id, '--json')).stdout));
      expect(report).toMatchObject({
        outcome: 'delivered',
        decisions: [
          {
            escalationId: 'backend-T007-E1',
            decision: 'retry',
            guidance: 'Store a hash of the refresh tokens.',
            by: 'ada@inbox',
            channel: 'update',
            person: 'ada',
            via: 'inbox',
          },
        ],
      });
      inbox.child.kill('SIGINT');
      expect((await inbox.ended).code).toBe(0);
    },
    RUN_TIMEOUT_MS,
  );
});

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
