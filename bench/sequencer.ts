import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { REPOSITORY_WORKFLOW } from '../src/domain/coordination/repository-claims';
import {
  RESERVE_MIGRATION,
  type RepositoryInput,
  type ReserveNumber,
} from '../src/domain/coordination/repository-entity';
import { WORKFLOW_BUNDLE } from '../src/worker/bundle';
import { figure, percentile, type Figure } from './figures';
import type { BenchServer } from './server';
import { smoothActivities } from './smooth-activities';

const TASK_QUEUE = 'bench-sequencer';
const RUNS = 200;

/** How long an objective waits for the number of a migration: one update of the repository's entity, started if need be. */
export async function benchSequencer(server: BenchServer): Promise<Figure[]> {
  const repository = `bench-${randomUUID()}`;
  const input: RepositoryInput = { repository, lasting: true };
  const reserve = async (n: number): Promise<number> => {
    const request: ReserveNumber = {
      objectiveId: `objective-${n}`,
      taskId: 'backend-T001',
      dir: 'migrations',
      style: { kind: 'number', prefix: '', width: 4 },
      base: 1,
      head: 1,
      now: Date.now(),
    };
    const begun = performance.now();
    await server.client.workflow.executeUpdateWithStart(RESERVE_MIGRATION, {
      args: [request],
      startWorkflowOperation: new WithStartWorkflowOperation(REPOSITORY_WORKFLOW, {
        workflowId: `repository-${repository}`,
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
    return performance.now() - begun;
  };
  const worker = {
    taskQueue: TASK_QUEUE,
    bundle: { codePath: WORKFLOW_BUNDLE },
    activities: smoothActivities([]),
  };
  return server.carry(worker, async () => {
    const first = await reserve(0);
    const samples: number[] = [];
    for (let n = 1; n <= RUNS; n += 1) samples.push(await reserve(n));
    await server.client.workflow.getHandle(`repository-${repository}`).terminate('measured');
    return [
      figure('sequencer, first of a repository', first, 'ms'),
      figure('sequencer round trip p50', percentile(samples, 0.5), 'ms'),
      figure('sequencer round trip p95', percentile(samples, 0.95), 'ms', 100),
    ];
  });
}
