import type { CallForm } from '../config/call-form';
import type { ObjectiveStatus } from '../domain/status';
import { ConfigurationError } from '../domain/user-error';
import type { CommandContext } from './command';

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

interface CommitRange {
  readonly from: string;
  readonly to: string;
}

function integrated(status: ObjectiveStatus): CommitRange {
  return { from: status.baseCommit, to: status.integrationHead ?? status.baseCommit };
}

function ofTask(status: ObjectiveStatus, taskId: string, call: CallForm): CommitRange {
  const task = status.tasks.find((row) => row.id === taskId);
  if (task === undefined) {
    throw new ConfigurationError(
      `${status.objectiveId} has no task ${taskId}; \`${call(`plan ${status.objectiveId}`)}\` shows them.`,
    );
  }
  if (task.commit === null) {
    throw new ConfigurationError(`${taskId} has committed nothing yet; it is ${task.state}.`);
  }
  // A task branch starts from what was integrated then; what it adds shows against the common base.
  return { from: status.baseCommit, to: task.commit };
}
