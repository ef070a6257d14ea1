import type { WorkflowClientInterceptor } from '@temporalio/client';
import { NativeConnection, Worker, type NativeConnectionOptions } from '@temporalio/worker';
import type { Activities } from '../../activities';
import type { DecisionActivities } from '../../activities/contract';
import type { RecordDecisionsRequest } from '../domain/escalation/audit';
import type { VerifyProofRequest } from '../domain/escalation/decision-proof';
import { decisionQueue, TASK_QUEUE } from '../domain/objective/messages';
import { DEPLOYMENT, WORKFLOW_BUNDLE } from './bundle';

export interface DepartmentWorkerOptions {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  /**
   * Everything; or, where it only answers queries, signals and updates, what belongs to decisions. Then it asks for no
   * other activity.
   */
  readonly activities: Activities | { readonly deciding: DecisionActivities };
  /** Compiled workflows; the pre-built bundle unless a test says otherwise. */
  readonly workflowBundle?: string;
  readonly taskQueue?: string;
  readonly queries: QueryInterceptor;
}

/**
 * Has what activities ask other workflows asked again where it is lost (src/client/ask-again.ts, which whoever starts a
 * worker gives it: the worker knows no client). Each query needs a deadline, since its connection ends none that was given up.
 */
export type QueryInterceptor = (
  connection: () => NativeConnection,
  asks: Set<Promise<unknown>>,
) => WorkflowClientInterceptor;

export interface DepartmentWorker {
  /** Polls until {@link DepartmentWorker.shutdown}; rejects when the worker fails. */
  run(): Promise<void>;
  /** Stops polling, lets running activities checkpoint, closes the connection. */
  shutdown(): Promise<void>;
}

/** A worker of the department on one task queue, and on that of its decisions. */
export async function createWorker(options: DepartmentWorkerOptions): Promise<DepartmentWorker> {
  const connection = await NativeConnection.connect(options.connection);
  const { activities, namespace, taskQueue = TASK_QUEUE } = options;
  const create = async (): Promise<readonly Worker[]> => [
    await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: { codePath: options.workflowBundle ?? WORKFLOW_BUNDLE },
      // Histories of before verify and record beside the workflow, and not on the other queue.
      ...('deciding' in activities
        ? { activities: { ...activities.deciding }, enableNonLocalActivities: false }
        : { activities: { ...activities } }),
      workerDeploymentOptions: DEPLOYMENT,
      // A lost worker's cached workflows move on after this instead of the default ten seconds.
      stickyQueueScheduleToStartTimeout: '1s',
      shutdownGraceTime: '5s',
      shutdownForceTime: '20s',
      maxConcurrentActivityTaskExecutions: 64,
      maxHeartbeatThrottleInterval: '2s',
      interceptors: { client: { workflow: [options.queries(() => connection, new Set())] } },
    }),
    await createDecidingWorker({
      connection,
      namespace,
      taskQueue,
      activities: 'deciding' in activities ? activities.deciding : activities,
    }),
  ];
  const workers = await create().catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runAll = async (): Promise<void> => {
    // One that fails, or is told to stop by the system, takes the other along.
    const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(stop)));
    await connection.close();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  let running: Promise<void> | undefined;
  return {
    run: () => {
      running ??= runAll();
      return running;
    },
    shutdown: async () => {
      stop();
      if (running === undefined) await connection.close();
      else await running.catch(() => undefined);
    },
  };
}

/** A worker of the queue that decisions are verified and recorded on. */
export async function createDecidingWorker(options: {
  readonly connection: NativeConnection;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly activities: DecisionActivities;
  /** As histories name it; the process and host unless said otherwise. */
  readonly identity?: string;
}): Promise<Worker> {
  const { activities } = options;
  return Worker.create({
    connection: options.connection,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    taskQueue: decisionQueue(options.taskQueue),
    ...(options.identity === undefined ? {} : { identity: options.identity }),
    activities: {
      verifyProof: (request: VerifyProofRequest) => activities.verifyProof(request),
      recordDecisions: (request: RecordDecisionsRequest) => activities.recordDecisions(request),
    },
    workerDeploymentOptions: DEPLOYMENT,
    shutdownGraceTime: '5s',
    shutdownForceTime: '20s',
    maxConcurrentActivityTaskExecutions: 8,
  });
}
