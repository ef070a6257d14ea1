import { type NativeConnectionOptions, Runtime } from '@temporalio/worker';
import { createDecidingActivities } from '../../activities/decisions';
import { ensureHome, type Home } from '../config/home';
import type { Environment } from '../config/environment';
import { openDecisionPorts } from './decision-ports';
import type { RecordingTarget } from './department';
import { createWorker, type DepartmentWorker, type QueryInterceptor } from './worker';

/**
 * Starts a worker process's share of the department. `workflow-only` answers queries, signals and updates, writes down
 * who decided, and does no work, so that any command can talk to an objective nobody is working on.
 */
export async function startDepartmentWorker(options: {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  readonly home: Home;
  readonly environment: Environment;
  readonly mode: 'full' | 'workflow-only';
  /** Where what the model answers is kept as a playbook. */
  readonly recording?: RecordingTarget;
  /** Address of the server's Web UI; left out or null: none is known. */
  readonly webUi?: string | null;
  readonly queries: QueryInterceptor;
}): Promise<DepartmentWorker> {
  const { connection, namespace, home, environment, mode, recording, queries } = options;
  const webUi = { address: options.webUi ?? null, namespace };
  if (mode === 'workflow-only') {
    const deciding = createDecidingActivities(openDecisionPorts({ environment, home }));
    return createWorker({ connection, namespace, activities: { deciding }, queries });
  }
  await ensureHome(home);
  const { openDepartment } = await import('./department.js');
  const department = await openDepartment({ environment, home, recording, warn: warnInLog, webUi });
  try {
    const worker = await createWorker({ connection, namespace, activities: department.activities, queries });
    return {
      run: () => worker.run(),
      shutdown: async () => {
        await worker.shutdown();
        await department.stop();
      },
    };
  } catch (error) {
    await department.stop();
    throw error;
  }
}

function warnInLog(text: string): void {
  Runtime.instance().logger.warn(text);
}
