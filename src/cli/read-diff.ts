import type { ObjectiveStatus } from '../domain/objective/status';
import { ConfigurationError } from '../domain/common/user-error';
import type { CommandContext } from './command';
import { integrated, ofTask, type CommitRange } from './commit-range';

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * What an objective changed so far, or one task of it.
 * @param status null: no worker answers
 * @throws ConfigurationError where there is nothing to compare
 */
export async function readDiff(
  { services, call }: Pick<CommandContext, 'services' | 'call'>,
  about: {
    readonly objectiveId: string;
    readonly taskId: string | null;
    readonly status: ObjectiveStatus | null;
  },
): Promise<CommitRange & { readonly text: string }> {
  const { objectiveId, taskId, status } = about;
  if (status === null) {
    throw new ConfigurationError(
      `No worker answers for ${objectiveId}, so its commits are not known; \`${call(`attach ${objectiveId}`)}\` brings one.`,
    );
  }
  const range = taskId === null ? integrated(status) : ofTask(status, taskId, call);
  const repositories = await services.repositories();
  return { ...range, text: await repositories.diff({ objectiveId, ...range, maxBytes: MAX_BYTES }) };
}
