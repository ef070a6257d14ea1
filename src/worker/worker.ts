import { NativeConnection, Worker, type NativeConnectionOptions } from '@temporalio/worker';
import type { Activities } from '../../activities';
import type { DecisionActivities } from '../../activities/contract';
import { TASK_QUEUE } from '../domain/messages';
import { DEPLOYMENT, WORKFLOW_BUNDLE } from './bundle';

export interface DepartmentWorkerOptions {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  /**
   * Everything; or, where it only answers queries, signals and updates, what is done beside the workflow itself. Then it
   * asks for no other activity.
   */
  readonly activities: Activities | { readonly local: DecisionActivities };
  /** Compiled workflows; the pre-built bundle unless a test says otherwise. */
  readonly workflowBundle?: string;
  readonly taskQueue?: string;
}

export interface DepartmentWorker {
  /** Polls until {@link DepartmentWorker.shutdown}; rejects when the worker fails. */
  run(): Promise<void>;
  /** Stops polling, lets running activities checkpoint, closes the connection. */
  shutdown(): Promise<void>;
}

/** A worker of the department on one task queue. */
export async function createWorker(options: DepartmentWorkerOptions): Promise<DepartmentWorker> {
  const connection = await NativeConnection.connect(options.connection);
  const { activities } = options;
  const worker = await Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue ?? TASK_QUEUE,
    workflowBundle: { codePath: options.workflowBundle ?? WORKFLOW_BUNDLE },
    ...('local' in activities
      ? { activities: { ...activities.local }, enableNonLocalActivities: false }
      : { activities: { ...activities } }),
    workerDeploymentOptions: DEPLOYMENT,
    // A lost worker's cached workflows move on after this instead of the default ten seconds.
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '20s',
    maxConcurrentActivityTaskExecutions: 64,
    maxHeartbeatThrottleInterval: '2s',
  }).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  let running: Promise<void> | undefined;
  return {
    run: () => {
      running ??= worker.run().finally(() => connection.close());
      return running;
    },
    shutdown: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      if (running === undefined) await connection.close();
      else await running.catch(() => undefined);
    },
  };
}
