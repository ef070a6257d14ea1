import type { CallForm } from '../config/call-form';
import type { ObjectiveStatus } from '../domain/objective/status';
import { ConfigurationError } from '../domain/common/user-error';

/** Two commits of a coordination repository. */
export interface CommitRange {
  readonly from: string;
  readonly to: string;
}

/** What an objective changed so far. */
export function integrated(status: ObjectiveStatus): CommitRange {
  return { from: status.baseCommit, to: status.integrationHead ?? status.baseCommit };
}

/** What one task changed. @throws ConfigurationError for an unknown task, and one that committed nothing */
export function ofTask(status: ObjectiveStatus, taskId: string, call: CallForm): CommitRange {
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
