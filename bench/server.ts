import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../activities/contract';
import { readEnvironment } from '../src/config/environment';
import { resolveHome } from '../src/config/home';
import { DEPLOYMENT } from '../src/worker/bundle';
import { createDecidingWorker } from '../src/worker/worker';
import { connectTemporal } from '../src/temporal/resolve';

export interface BenchServer {
  readonly client: Client;
  readonly address: string;
  /** Runs a worker with these activities on a queue while `use` runs. */
  carry<T>(
    setting: {
      readonly taskQueue: string;
      readonly bundle: WorkflowBundleWithSourceMap | { readonly codePath: string };
      readonly activities: Activities;
    },
    use: () => Promise<T>,
  ): Promise<T>;
  stop(): Promise<void>;
}

/** The embedded server exactly as the product starts it (tuned flags, database file), in a home of its own. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'coordinator-bench-'));
  const environment = readEnvironment({ ...process.env, COORDINATOR_HOME: folder, TEMPORAL_ADDRESS: '' });
  const home = resolveHome(environment);
  const temporal = await connectTemporal({ environment, home, localAddress: '127.0.0.1:1' });
  const connection = await Connection.connect(temporal.clientOptions);
  const native = await NativeConnection.connect(temporal.nativeOptions);
  return {
    client: new Client({ connection, namespace: temporal.namespace }),
    address: temporal.address,
    carry: async ({ taskQueue, bundle, activities }, use) => {
      const worker = await Worker.create({
        connection: native,
        namespace: temporal.namespace,
        taskQueue,
        workflowBundle: bundle,
        activities: { ...activities },
        workerDeploymentOptions: DEPLOYMENT,
        stickyQueueScheduleToStartTimeout: '1s',
        maxConcurrentActivityTaskExecutions: 64,
      });
      const decider = await createDecidingWorker({
        connection: native,
        namespace: temporal.namespace,
        taskQueue,
        activities,
      });
      return decider.runUntil(worker.runUntil(use()));
    },
    stop: async () => {
      await native.close();
      await connection.close();
      await temporal.release();
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
