// Needs Temporal (a real dev server). Workers are processes of their own; one is killed while it asks.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { packageRoot } from '../../src/config/package-root';
import { TASK_QUEUE } from '../../src/domain/objective/messages';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { startProcess, type OwnProcess } from '../chaos/process-group';
import { startTemporal } from '../support/temporal-server';
import { report, startWatchWorkflow, watchInput } from '../support/watch';

let server: TestWorkflowEnvironment;
beforeAll(async () => {
  server = await startTemporal();
});
afterAll(async () => {
  await server.teardown();
});

/** A worker that says when it is asked; `hang` never answers. */
const SCRIPT = `
const { NativeConnection, Worker } = require('@temporalio/worker');
const [address, taskQueue, codePath, mode] = process.argv.slice(1);
(async () => {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    stickyQueueScheduleToStartTimeout: '1s',
    activities: {
      runWatchChecks: async ({ checks }) => {
        console.log('asked ' + mode);
        if (mode === 'hang') await new Promise(() => undefined);
        return { samples: checks.map(({ name }) => ({ name, value: 3, verdict: 'within', text: '3' })) };
      },
    },
  });
  await worker.run();
})();
`;

const startWorker = (mode: 'answer' | 'hang'): OwnProcess =>
  startProcess([process.execPath, '-e', SCRIPT, server.address, TASK_QUEUE, WORKFLOW_BUNDLE, mode], {
    PATH: process.env['PATH'],
    NODE_PATH: `${packageRoot()}/node_modules`,
  });

it('a watch whose worker is killed, between rounds and within one, goes on with the next worker', async () => {
  let worker = startWorker('answer');
  try {
    const { handle, until } = await startWatchWorkflow(server, watchInput({ hours: 1 }));
    await handle.signal('reportDeployment', report());
    const before = await until((status) => status.rounds >= 1);
    await worker.kill();
    worker = startWorker('hang');
    await worker.seen(/asked hang/);
    await worker.kill();
    worker = startWorker('answer');
    await worker.seen(/asked answer/);
    const after = await until((status) => status.rounds > before.rounds + 1);
    expect(after.deployment).toEqual(report());
    expect(after.watchedUntil).toBe(before.watchedUntil);
    expect(after.escalations).toEqual([]);
    expect(after.events.map((event) => event.seq)).toEqual([1]);
    await server.client.workflow.getHandle(handle.workflowId).terminate('the test is over');
  } finally {
    await worker.kill();
  }
}, 240_000);
