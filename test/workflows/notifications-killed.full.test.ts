// Needs Temporal (a real dev server). Workers are processes of their own; one is killed while it tells somebody.
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { packageRoot } from '../../src/config/package-root';
import { TASK_QUEUE } from '../../src/domain/objective/messages';
import {
  NOTIFICATION_ORDER,
  NOTIFICATIONS_WORKFLOW,
  notificationsWorkflowId,
} from '../../src/domain/notification/news';
import { Notification } from '../../src/domain/notification/notification';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { startProcess, type OwnProcess } from '../chaos/process-group';
import { openEndpoint } from '../notify/endpoint';
import { question } from '../notify/news';
import { eventually } from '../support/eventually';
import { startTemporal } from '../support/temporal-server';

let server: TestWorkflowEnvironment;
beforeAll(async () => {
  server = await startTemporal({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '200' } });
});
afterAll(async () => {
  await server.teardown();
});

/** A worker with the compiled adapter, whose settings name one webhook. */
const SCRIPT = `
const { NativeConnection, Worker } = require('@temporalio/worker');
const { createActivities } = require('./dist/activities/index.js');
const { createNotifications } = require('./dist/src/notify/notifications.js');
const { NotificationSettings } = require('./dist/src/domain/notification/notification-settings.js');
const [address, taskQueue, codePath, url] = process.argv.slice(1);
(async () => {
  const notifications = createNotifications({
    settings: async () => NotificationSettings.parse({ webhooks: [{ name: 'ops', url, allowPrivate: true }] }),
    secretOf: () => undefined,
    webUi: { address: null, namespace: 'default' },
  });
  const { listChannels, notifyPeople } = createActivities({ notifications });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection, taskQueue, workflowBundle: { codePath }, stickyQueueScheduleToStartTimeout: '1s',
    activities: { listChannels, notifyPeople },
  });
  await worker.run();
})();
`;

const startWorker = (url: string): OwnProcess =>
  startProcess([process.execPath, '-e', SCRIPT, server.address, TASK_QUEUE, WORKFLOW_BUNDLE, url], {
    PATH: process.env['PATH'],
    NODE_PATH: `${packageRoot()}/node_modules`,
  });

const start = (owner: string): Promise<WorkflowHandleWithFirstExecutionRunId> =>
  server.client.workflow.start(NOTIFICATIONS_WORKFLOW, {
    workflowId: notificationsWorkflowId(owner),
    taskQueue: TASK_QUEUE,
    args: [{ owner }],
  });

it('what a killed worker was telling, and what was ordered while there was none, is told by the next', async () => {
  let asked: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (asked = resolve));
  let hangs = true;
  const endpoint = await openEndpoint((response) => {
    if (hangs) asked();
    else response.writeHead(204).end();
  });
  const owner = 'objective-killed-01234567';
  let worker = startWorker(endpoint.url);
  try {
    const handle = await start(owner);
    await handle.signal(NOTIFICATION_ORDER, { kind: 'tell', news: question });
    await first;
    await worker.kill();
    const { question: _asked, ...bare } = question;
    const ended = { ...bare, number: 4, kind: 'plan-review', subject: 'plan' };
    await handle.signal(NOTIFICATION_ORDER, { kind: 'tell', news: ended });
    await handle.signal(NOTIFICATION_ORDER, { kind: 'close' });
    hangs = false;
    worker = startWorker(endpoint.url);
    expect(await handle.result()).toMatchObject({ told: 2, stale: 0, undelivered: [] });
    const kinds = endpoint.received.map(({ body }) => Notification.parse(JSON.parse(body)).kind);
    expect(kinds.sort()).toEqual(['escalation', 'escalation', 'plan-review']);
  } finally {
    await worker.kill();
    await endpoint.close();
  }
}, 240_000);

it('hundreds of news are told through several histories', async () => {
  const endpoint = await openEndpoint((response) => response.writeHead(204).end());
  const worker = startWorker(endpoint.url);
  const owner = 'objective-many-01234567';
  const count = 150;
  try {
    const first = await start(owner);
    const newest = server.client.workflow.getHandle(first.workflowId);
    const { question: _asked, ...bare } = question;
    const tell = async (from: number, to: number): Promise<void> => {
      for (let number = from; number <= to; number += 1) {
        const news = { ...bare, number, kind: 'decided', subject: `x-${String(number)}` };
        await newest.signal(NOTIFICATION_ORDER, { kind: 'tell', news });
      }
    };
    await tell(1, count / 2);
    // The next run begins once nothing is under way: on a fast machine the other half came before that.
    await eventually(
      async () => (await newest.describe()).runId,
      (runId) => runId !== first.firstExecutionRunId,
    );
    await tell(count / 2 + 1, count);
    await newest.signal(NOTIFICATION_ORDER, { kind: 'close' });
    expect(await newest.result()).toMatchObject({ told: count, undelivered: [] });
    expect((await newest.describe()).runId).not.toBe(first.firstExecutionRunId);
    const numbers = endpoint.received.map(({ body }) => Notification.parse(JSON.parse(body)).subject);
    expect(new Set(numbers).size).toBe(count);
    expect(numbers).toHaveLength(count);
  } finally {
    await worker.kill();
    await endpoint.close();
  }
}, 240_000);

it('one that nobody takes holds up no other, however long the history is', async () => {
  const isStuck = (body: string): boolean => Notification.parse(JSON.parse(body)).kind === 'plan-review';
  const endpoint = await openEndpoint((response) => {
    response.writeHead(isStuck(endpoint.received.at(-1)?.body ?? '') ? 500 : 204).end();
  });
  const worker = startWorker(endpoint.url);
  const taken = (): number => endpoint.received.filter(({ body }) => !isStuck(body)).length;
  try {
    const first = await start('objective-stuck-01234567');
    const { question: _asked, ...bare } = question;
    const tell = (number: number, subject: string, kind: string): Promise<void> =>
      first.signal(NOTIFICATION_ORDER, { kind: 'tell', news: { ...bare, number, kind, subject } });
    await tell(1, 'stuck', 'plan-review');
    for (let number = 2; number <= 42; number += 1) {
      await tell(number, `x-${String(number)}`, 'decided');
      while (taken() < number - 1) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { historyLength } = await first.describe();
    expect(historyLength).toBeGreaterThan(200);
    expect((await first.describe()).runId).toBe(first.firstExecutionRunId);
    await tell(43, 'stuck', 'decided');
    await server.client.workflow.getHandle(first.workflowId).signal(NOTIFICATION_ORDER, { kind: 'close' });
    expect(await server.client.workflow.getHandle(first.workflowId).result()).toMatchObject({
      told: 42,
      stale: 1,
      undelivered: [],
    });
  } finally {
    await worker.kill();
    await endpoint.close();
  }
}, 240_000);
