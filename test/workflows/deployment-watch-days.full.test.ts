// Needs Temporal's time-skipping test server (pip brings it); the checks are scripted. Days pass in seconds.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { WatchResult } from '../../src/domain/deployment/watch-status';
import { startTimeSkipping } from '../support/time-skipping';
import { report, startWatchWorker, startWatchWorkflow, watchInput, type WatchWorker } from '../support/watch';

let server: TestWorkflowEnvironment;
let worker: WatchWorker;
beforeAll(async () => {
  server = await startTimeSkipping();
  worker = await startWatchWorker(server);
});
afterAll(async () => {
  await worker.stop();
  await server.teardown();
});

const HOUR_MS = 60 * 60 * 1000;

it('a day of rounds every five minutes is watched through several histories and ends quiet', async () => {
  const input = watchInput({ hours: 24, everyMinutes: 5 });
  const rounds = worker.script(input, { errors: 2, orders: 7 });
  const { handle } = await startWatchWorkflow(server, input, 'plain');
  await handle.signal('reportDeployment', report());
  const begun = await server.currentTimeMs();
  const result = WatchResult.parse(await server.client.workflow.getHandle(handle.workflowId).result());
  const passed = (await server.currentTimeMs()) - begun;
  expect(result).toMatchObject({
    outcome: 'quiet',
    deployment: { environment: 'production' },
    samples: 2 * rounds.length,
    worst: [
      { name: 'errors', value: 2 },
      { name: 'orders', value: 7 },
    ],
    decisions: [],
  });
  expect(rounds.length).toBeGreaterThanOrEqual(285);
  expect(rounds.length).toBeLessThanOrEqual(288);
  expect(passed).toBeGreaterThanOrEqual(24 * HOUR_MS - 1000);
  const { runId } = await server.client.workflow.getHandle(handle.workflowId).describe();
  expect(runId).not.toBe(handle.firstExecutionRunId);
  const { events } = await server.client.workflow.getHandle(handle.workflowId).fetchHistory();
  expect(events?.length).toBeLessThan(4000);
}, 300_000);

it('what nobody reports within thirty days ends as not reported, and nothing was asked', async () => {
  const input = watchInput();
  const rounds = worker.script(input, {});
  const { handle } = await startWatchWorkflow(server, input, 'plain');
  expect(await handle.result()).toMatchObject({ outcome: 'not-reported', deployment: null, samples: 0 });
  expect(rounds).toEqual([]);
});

it('a question nobody answers is waited for thirty days after the last round, which it did not hold back', async () => {
  const input = watchInput({ hours: 1, everyMinutes: 10 });
  const rounds = worker.script(input, { errors: 9, orders: 7 });
  const { handle } = await startWatchWorkflow(server, input, 'plain');
  await handle.signal('reportDeployment', report());
  const begun = await server.currentTimeMs();
  expect(await handle.result()).toMatchObject({ outcome: 'breached', decisions: [] });
  expect((await server.currentTimeMs()) - begun).toBeGreaterThanOrEqual(30 * 24 * HOUR_MS);
  expect(rounds).toHaveLength(6);
  const status = await server.client.workflow.getHandle(handle.workflowId).query('watchStatus');
  expect(status).toMatchObject({ escalations: [{ id: 'deployment-E1' }], outcome: 'breached' });
});

it('checks that never answer leave the deployment not watched, never quiet', async () => {
  const input = watchInput({ hours: 1, everyMinutes: 10 });
  worker.script(input, {});
  const { handle } = await startWatchWorkflow(server, input, 'plain');
  await handle.signal('reportDeployment', report());
  await server.sleep('25 minutes');
  const retry = { escalationId: 'deployment-E1', decision: 'retry', by: 'ada' };
  await handle.signal('resolveEscalation', retry);
  await server.sleep('35 minutes');
  await handle.signal('resolveEscalation', { ...retry, escalationId: 'deployment-E2' });
  expect(await handle.result()).toMatchObject({
    outcome: 'not-watched',
    samples: 0,
    worst: [{ value: null }, { value: null }],
    decisions: [{ escalationId: 'deployment-E1' }, { escalationId: 'deployment-E2' }],
  });
});

it('an answer after the last round ends the watch, and how it was answered stays', async () => {
  const input = watchInput({ hours: 1, everyMinutes: 10 });
  worker.script(input, { errors: 9, orders: 7 });
  const { handle } = await startWatchWorkflow(server, input, 'plain');
  await handle.signal('reportDeployment', report());
  await server.sleep('3 hours');
  const accept = { escalationId: 'deployment-E1', decision: 'accept', guidance: 'known', by: 'ada' };
  await handle.signal('resolveEscalation', accept);
  expect(await handle.result()).toMatchObject({ outcome: 'breached', decisions: [{ guidance: 'known' }] });
});
