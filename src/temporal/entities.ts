import { getClient } from '@temporalio/activity';
import { WithStartWorkflowOperation, WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import type { Entities } from '../ports/entities';

/** Ends without a result; whatever else there is may go on. */
const ENDED: ReadonlySet<string> = new Set(['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/** Entities on the server of the activity that asks, started on the given task queue. */
export function createEntities({ taskQueue }: { readonly taskQueue: string }): Entities {
  const client = (): WorkflowClient => getClient().workflow;
  return {
    update: ({ type, id, input }, name, payload) =>
      client().executeUpdateWithStart<() => Promise<unknown>, unknown, [object]>(name, {
        args: [payload],
        startWorkflowOperation: new WithStartWorkflowOperation(type, {
          workflowId: id,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),

    ask: (id, query) =>
      orNull(async () => {
        const handle = client().getHandle(id);
        const { status } = await handle.describe();
        return status.name === 'RUNNING' ? handle.query(query) : null;
      }),

    standingOf: async (workflowId) => {
      const handle = client().getHandle(workflowId);
      const status = (await orNull(() => handle.describe()))?.status.name;
      if (status === 'COMPLETED') return { kind: 'completed', result: await handle.result() };
      return { kind: status === undefined || ENDED.has(status) ? 'gone' : 'running' };
    },
  };
}

/** Null where the server knows no such workflow. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
