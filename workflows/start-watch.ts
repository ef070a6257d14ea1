import { CancellationScope, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  DEPLOYMENT_WATCH_WORKFLOW,
  deploymentWatchId,
  type DeploymentWatchInput,
} from '../src/domain/deployment/deployment-watch';
import { markdownText } from '../src/domain/common/markdown-text';
import type { WatchMemo } from '../src/domain/deployment/watch-status';

const STATUS = defineSearchAttributeKey('CoordinatorStatus', 'KEYWORD');
const LEVEL = defineSearchAttributeKey('CoordinatorEscalationLevel', 'INT');
const REPOSITORY = defineSearchAttributeKey('CoordinatorRepository', 'KEYWORD');

/**
 * Starts the watch over what was delivered, as a child that outlives its objective and is not cancelled with it. Resolves
 * when the server has it; one that runs already is left as it is.
 */
export async function startWatch(input: DeploymentWatchInput): Promise<void> {
  const memo: WatchMemo = {
    objective: input.objectiveId,
    repository: input.repository,
    branch: input.branch,
    commit: input.commit,
  };
  // Only where the server knows them; see createDisplay.
  const repository = workflowInfo().typedSearchAttributes.get(REPOSITORY);
  try {
    // Cancelling the objective in this very moment must neither cancel the watch nor leave the start undecided.
    await CancellationScope.nonCancellable(() =>
      startChild(DEPLOYMENT_WATCH_WORKFLOW, {
        workflowId: deploymentWatchId(input.objectiveId),
        args: [input],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        memo: { ...memo },
        staticSummary: `Watch over ${input.branch}`,
        staticDetails: watchDetails(input, repository),
        ...(repository === undefined
          ? {}
          : {
              typedSearchAttributes: new TypedSearchAttributes([
                { key: STATUS, value: 'awaiting-deployment' },
                { key: LEVEL, value: 0 },
                { key: REPOSITORY, value: repository },
              ]),
            }),
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function watchDetails(
  { objectiveId, branch, commit, repository: delivered }: DeploymentWatchInput,
  repository: string | undefined,
): string {
  return [
    `**Objective** \`${objectiveId}\``,
    `**Repository** ${markdownText(repository ?? delivered)}`,
    `**Delivered** ${markdownText(branch)} at \`${commit.slice(0, 12)}\``,
  ].join('\n\n');
}
