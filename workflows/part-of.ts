import { workflowInfo, type ChildWorkflowOptions } from '@temporalio/workflow';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { markdownText } from '../src/domain/common/markdown-text';
import type { ObjectiveInput } from '../src/domain/objective/objective';

const REPOSITORY = defineSearchAttributeKey('CoordinatorRepository', 'KEYWORD');
const TEXT_CHARACTERS = 200;

/** How a workflow that an objective starts is shown as part of it: found by its repository, with the objective's words. */
export function shownAsPartOf(
  input: Pick<ObjectiveInput, 'objectiveId' | 'objective' | 'repositoryIdentity'>,
): Pick<ChildWorkflowOptions, 'memo' | 'staticDetails' | 'typedSearchAttributes'> {
  // Only where the server knows them; see createDisplay.
  const repository = workflowInfo().typedSearchAttributes.get(REPOSITORY);
  const points = [...input.objective];
  const text =
    points.length <= TEXT_CHARACTERS ? input.objective : `${points.slice(0, TEXT_CHARACTERS - 1).join('')}…`;
  const memo = { objective: input.objectiveId, repository: repository ?? input.repositoryIdentity };
  return {
    memo,
    staticDetails: [
      `**Objective** ${markdownText(text)} (\`${input.objectiveId}\`)`,
      `**Repository** ${markdownText(memo.repository)}`,
    ].join('\n\n'),
    ...(repository === undefined
      ? {}
      : { typedSearchAttributes: new TypedSearchAttributes([{ key: REPOSITORY, value: repository }]) }),
  };
}
