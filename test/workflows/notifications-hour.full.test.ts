// Needs Temporal's time-skipping test server (pip brings it); the adapter and its endpoint are real. Hours pass in seconds.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { TASK_QUEUE } from '../../src/domain/objective/messages';
import type { News } from '../../src/domain/notification/news';
import {
  NOTIFICATION_ORDER,
  NOTIFICATIONS_STATUS,
  NOTIFICATIONS_WORKFLOW,
  notificationsWorkflowId,
} from '../../src/domain/notification/news';
import { Notification } from '../../src/domain/notification/notification';
import type { Notifications } from '../../src/ports/notifications';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { openEndpoint } from '../notify/endpoint';
import { notificationsOf, question } from '../notify/news';
import { startTimeSkipping } from '../support/time-skipping';

const HOUR_MS = 60 * 60 * 1000;

let server: TestWorkflowEnvironment;
beforeAll(async () => {
  server = await startTimeSkipping();
});
afterAll(async () => {
  await server.teardown();
});

/** A worker that tells people, and nothing else, for as long as `use` runs. */
async function withWorker(notifications: Notifications, use: () => Promise<void>): Promise<void> {
  // What no news need is missing, and would say so.
  const ports = { notifications } as Parameters<typeof createActivities>[0];
  const { listChannels, notifyPeople } = createActivities(ports);
  const worker = await Worker.create({
    connection: server.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: { listChannels, notifyPeople },
  });
  await worker.runUntil(use);
}

async function begin(owner: string, news: News) {
  const handle = await server.client.workflow.start(NOTIFICATIONS_WORKFLOW, {
    workflowId: notificationsWorkflowId(owner),
    taskQueue: TASK_QUEUE,
    args: [{ owner }],
  });
  await handle.signal(NOTIFICATION_ORDER, { kind: 'tell', news });
  return handle;
}

const hook = (url: string): object => ({ webhooks: [{ name: 'ops', url, allowPrivate: true }] });

it('an endpoint that answers 500 for an hour is told as soon as it can hear, once', async () => {
  let opensAt = Number.POSITIVE_INFINITY;
  const tries: number[] = [];
  const endpoint = await openEndpoint((response) => {
    void server.currentTimeMs().then((at) => {
      tries.push(at);
      opensAt = Math.min(opensAt, at + HOUR_MS);
      response.writeHead(at < opensAt ? 500 : 204).end();
    });
  });
  try {
    await withWorker(notificationsOf(hook(endpoint.url)), async () => {
      const handle = await begin('objective-hour-01234567', question);
      await handle.signal(NOTIFICATION_ORDER, { kind: 'close' });
      expect(await handle.result()).toMatchObject({ told: 1, undelivered: [], pending: 0 });
    });
    expect(tries.at(-1)! - tries[0]!).toBeGreaterThanOrEqual(HOUR_MS);
    expect(tries.length).toBeLessThan(20);
    const ids = endpoint.received.map(({ body }) => Notification.parse(JSON.parse(body)).id);
    expect(new Set(ids).size).toBe(1);
  } finally {
    await endpoint.close();
  }
}, 120_000);

it('a question decided within that hour is not told when the endpoint comes back', async () => {
  let open = false;
  const endpoint = await openEndpoint((response) => response.writeHead(open ? 204 : 500).end());
  try {
    await withWorker(notificationsOf(hook(endpoint.url)), async () => {
      const handle = await begin('objective-late-01234567', question);
      await server.sleep('30 minutes');
      const { question: _asked, ...bare } = question;
      const decided = { ...bare, number: 4, kind: 'decided', decision: { decision: 'retry', by: 'ada' } };
      await handle.signal(NOTIFICATION_ORDER, { kind: 'tell', news: decided });
      open = true;
      await handle.signal(NOTIFICATION_ORDER, { kind: 'close' });
      expect(await handle.result()).toMatchObject({ told: 1, stale: 1, undelivered: [] });
    });
    const kinds = endpoint.received.map(({ body }) => Notification.parse(JSON.parse(body)).kind);
    expect(kinds.slice(0, -1).every((kind) => kind === 'escalation')).toBe(true);
    expect(kinds.at(-1)).toBe('decided');
  } finally {
    await endpoint.close();
  }
}, 120_000);

it('an endpoint that is down for good is given up after a day, and the status says so', async () => {
  const endpoint = await openEndpoint((response) => response.writeHead(503).end());
  try {
    await withWorker(notificationsOf(hook(endpoint.url)), async () => {
      const handle = await begin('objective-down-01234567', question);
      await handle.signal(NOTIFICATION_ORDER, { kind: 'close' });
      expect(await handle.result()).toMatchObject({
        told: 0,
        undelivered: [
          {
            news: 'escalation backend-T001-E1',
            channel: 'webhook:ops',
            why: expect.stringContaining('answered 503'),
          },
        ],
      });
      // The clock jumps on once nothing is left to be done, so the server's own record counts.
      const { startTime, closeTime } = await handle.describe();
      const passed = (closeTime?.getTime() ?? 0) - startTime.getTime();
      expect(passed).toBeGreaterThan(23 * HOUR_MS);
      expect(passed).toBeLessThan(26 * HOUR_MS);
      expect(await handle.query(NOTIFICATIONS_STATUS)).toMatchObject({ pending: 0, closed: true });
    });
  } finally {
    await endpoint.close();
  }
}, 180_000);
