import { Context } from '@temporalio/activity';
import type { Asking } from '../src/ports/department';
import type { Journals } from '../src/ports/journal';

/** Asks a model with a journal of the activity's own, so that what a lost worker was answered is not asked and paid again. */
export async function asked<T>(
  journals: Journals,
  request: { readonly objectiveId: string; readonly allowanceUsd: number | undefined },
  ask: (asking: Asking) => Promise<T>,
): Promise<T> {
  const { activityId, workflowExecution } = Context.current().info;
  const run = workflowExecution?.runId.slice(0, 8) ?? 'none';
  const journal = await journals.open({
    objectiveId: request.objectiveId,
    name: `question-${run}-${activityId}`,
  });
  try {
    return await ask({ journal, allowanceUsd: request.allowanceUsd ?? null });
  } finally {
    await journal.close();
  }
}
