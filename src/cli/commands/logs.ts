import { exitCodeOf } from '../../domain/common/exit-codes';
import { mention } from '../../domain/department/specialists';
import type { TaskStatus } from '../../domain/objective/status';
import { ConfigurationError } from '../../domain/common/user-error';
import type { BlobStore } from '../../ports/blob-store';
import { objectiveIdArgument, taskIdArgument } from '../argument';
import type { Command } from '../command';
import { eventLine } from '../live/event-lines';
import { plain } from '../live/text';
import { withObjective } from '../session';
import { describeMessage, newMessages, StoredTranscript, type StoredMessage } from '../transcript-text';

export const logs: Command = {
  name: 'logs',
  args: '<id> [task]',
  summary: 'print the events of an objective, or the whole conversations of one task',
  options: [],
  run: async (context, args) => {
    const objectiveId = objectiveIdArgument(args);
    const taskId = args[1] === undefined ? null : taskIdArgument(args[1]);
    const { terminal, services } = context;
    const status = await withObjective(context, objectiveId, async ({ department }) => {
      const answer = await department.status(objectiveId);
      return answer.kind === 'live' ? answer.status : null;
    });
    if (status === null) {
      throw new ConfigurationError(
        `No worker answers for ${objectiveId}, so its log is not known; \`${context.call(`attach ${objectiveId}`)}\` brings one.`,
      );
    }
    if (taskId === null) {
      for (const event of status.events) terminal.say(eventLine(event));
      terminal.emit({ objective: objectiveId, events: status.events });
      return exitCodeOf('delivered');
    }
    const task = status.tasks.find((row) => row.id === taskId);
    if (task === undefined) {
      throw new ConfigurationError(
        `${objectiveId} has no task ${taskId}; \`${context.call(`plan ${objectiveId}`)}\` shows them.`,
      );
    }
    const attempts = await readAttempts(task, await services.blobs());
    for (const attempt of attempts) {
      terminal.say(attempt.title);
      for (const message of attempt.messages) terminal.say(describeMessage(message));
      terminal.say('');
    }
    if (attempts.length === 0) terminal.say(`${taskId} was not attempted yet; it is ${task.state}.`);
    terminal.emit({ objective: objectiveId, task: taskId, attempts });
    return exitCodeOf('delivered');
  },
};

interface AttemptLog {
  readonly attempt: string;
  readonly title: string;
  /** null: its blob is not in this home. */
  readonly found: boolean;
  readonly messages: readonly StoredMessage[];
}

async function readAttempts(task: TaskStatus, blobs: BlobStore): Promise<readonly AttemptLog[]> {
  const attemptLogs: AttemptLog[] = [];
  let previous: readonly StoredMessage[] = [];
  for (const attempt of task.attempts) {
    const id = `${task.id}/${String(attempt.number)}`;
    const because = attempt.because === '' ? '' : `, ${plain(attempt.because)}`;
    const title = `== ${id} · L${String(attempt.level)} · ${mention(attempt.specialist)}${because}: ${attempt.outcome}`;
    const messages = attempt.transcript === null ? null : await readMessages(attempt.transcript, blobs);
    attemptLogs.push({
      attempt: id,
      title: messages === null ? `${title} (no conversation in this home)` : title,
      found: messages !== null,
      messages: messages === null ? [] : newMessages(previous, messages),
    });
    previous = messages ?? previous;
  }
  return attemptLogs;
}

async function readMessages(ref: string, blobs: BlobStore): Promise<readonly StoredMessage[] | null> {
  try {
    const stored: unknown = JSON.parse((await blobs.get(ref)).toString('utf8'));
    return StoredTranscript.parse(stored).messages;
  } catch {
    // Retention, or a worker on another host.
    return null;
  }
}
