import {
  CancellationScope,
  type ChildWorkflowOptions,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';

/**
 * Starts a child that outlives who started it. Resolves when the server has it; one that runs already, started by a run
 * of this workflow that was taken back, is left as it is.
 */
export async function startAbandoned(
  type: string,
  options: {
    readonly workflowId: string;
    readonly args: unknown[];
    readonly staticSummary: string;
  } & Pick<ChildWorkflowOptions, 'memo' | 'staticDetails' | 'typedSearchAttributes'>,
): Promise<void> {
  // Of its own scope: what is cancelled in this moment must neither cancel the child nor leave the start undecided.
  const start = (): Promise<unknown> =>
    startChild(type, {
      ...options,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    });
  await CancellationScope.nonCancellable(start).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
  });
}
