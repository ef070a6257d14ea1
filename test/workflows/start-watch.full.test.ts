// Needs Temporal (a real dev server); bundles a parent of its own.
import { join } from 'node:path';
import { TypedSearchAttributes } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { deploymentWatchId } from '../../src/domain/deployment/deployment-watch';
import { eventually } from '../support/eventually';
import { startTemporal } from '../support/temporal-server';
import { COMMIT, REPOSITORY_KEY, STATUS_KEY, watchInput } from '../support/watch';

const QUEUE = 'starting-watches';

let server: TestWorkflowEnvironment;
let stop: () => Promise<void>;
beforeAll(async () => {
  server = await startTemporal();
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '..', 'support', 'watch-parent.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const worker = await Worker.create({
    connection: server.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle,
  });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
  };
});
afterAll(async () => {
  await stop();
  await server.teardown();
});

const indexed = new TypedSearchAttributes([{ key: REPOSITORY_KEY, value: '/srv/shop' }]);

it.each([
  ['delivered', 'with', indexed],
  ['delivered', 'without', undefined],
  ['cancelled', 'with', indexed],
] as const)('a watch outlives its objective that is %s, %s search attributes', async (end, _, attributes) => {
  const input = watchInput();
  const parent = await server.client.workflow.start('deliveringWorkflow', {
    workflowId: input.objectiveId,
    taskQueue: QUEUE,
    args: [input, end === 'cancelled'],
    ...(attributes === undefined ? {} : { typedSearchAttributes: attributes }),
  });
  const watch = server.client.workflow.getHandle(deploymentWatchId(input.objectiveId));
  await eventually(
    () => watch.describe().catch(() => undefined),
    (found) => found !== undefined,
  );
  if (end === 'cancelled') await parent.cancel();
  const ended = parent.result();
  if (end === 'cancelled') await expect(ended).rejects.toThrow();
  else expect(await ended).toBe('delivered');
  const { status, memo, typedSearchAttributes } = await watch.describe();
  expect(status.name).toBe('RUNNING');
  expect(memo).toMatchObject({ objective: input.objectiveId, commit: COMMIT, branch: input.branch });
  expect(typedSearchAttributes.get(STATUS_KEY)).toBe(
    attributes === undefined ? undefined : 'awaiting-deployment',
  );
  expect(await watch.query('watchStatus')).toMatchObject({ state: 'awaiting-deployment' });
  await watch.terminate('the test is over');
});
