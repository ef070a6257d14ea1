import { createHash } from 'node:crypto';
import { getClient } from '@temporalio/activity';
import { WithStartWorkflowOperation, WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import type { Entities, EntityAddress } from '../ports/entities';

/** Ends without a result; whatever else there is may go on. */
const ENDED: ReadonlySet<string> = new Set(['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/** A query without an answer is asked again until then; afterwards the activity has failed, and is repeated. */
const ANSWER_WITHIN_MS = 20_000;

/** Workflow id of an entity, such as `repository-` and 16 hex digits. */
export function entityId({ kind, identity }: Pick<EntityAddress, 'kind' | 'identity'>): string {
  return `${kind}-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
}

/** Entities on the server of the activity that asks, started on the given task queue. */
export function createEntities({ taskQueue }: { readonly taskQueue: string }): Entities {
  const client = (): WorkflowClient => getClient().workflow;
  return {
    update: (entity, name, payload) =>
      client().executeUpdateWithStart<() => Promise<unknown>, unknown, [object]>(name, {
        args: [payload],
        startWorkflowOperation: new WithStartWorkflowOperation(entity.type, {
          workflowId: entityId(entity),
          taskQueue,
          args: [entity.input],
          staticSummary: `What objectives hold of one ${entity.kind}`,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),

    ask: (entity, query) =>
      orNull(async () => {
        const handle = client().getHandle(entityId(entity));
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return null;
        return getClient().withDeadline(Date.now() + ANSWER_WITHIN_MS, () => handle.query<unknown>(query));
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
