import type { DepartmentClient, SentMessage } from '../client/department-client';
import { isDeploymentWatchId, type WatchMessageName } from '../domain/deployment/deployment-watch';
import type { MessageName } from '../domain/objective/messages';
import { exitCodeOf, type ExitCode } from '../domain/common/exit-codes';
import type { CommandContext } from './command';
import { plain } from './live/text';
import { withObjective } from './session';
import { speakerAt } from './speaker';

/** Sends one message to an objective, or to the watch over its deployment, and says whether it was applied or only recorded; both end with 0. */
export async function sendMessage(
  context: CommandContext,
  request: {
    readonly objectiveId: string;
    readonly name: MessageName | WatchMessageName;
    readonly payload: unknown;
    readonly updateId?: string;
  },
): Promise<ExitCode> {
  const { terminal } = context;
  await withObjective(context, request.objectiveId, async ({ department }) => {
    const sent = await department.send({ ...request, from: speakerAt('cli') });
    await tellSent(context, department, request.objectiveId, sent);
    terminal.emit({ objective: request.objectiveId, applied: sent.applied, message: sent.message });
  });
  return exitCodeOf('delivered');
}

/** Prints what came of a message, and who carries the objective on where nobody does. */
export async function tellSent(
  { terminal, call }: Pick<CommandContext, 'terminal' | 'call'>,
  department: Pick<DepartmentClient, 'hasWorker'>,
  objectiveId: string,
  sent: SentMessage,
): Promise<void> {
  terminal.say(plain(sent.message));
  if (!sent.applied || (await department.hasWorker('activity'))) return;
  const attach = isDeploymentWatchId(objectiveId) ? 'worker' : `attach ${objectiveId}`;
  terminal.say(`Nobody works on it now: ${call(attach)} carries it on.`);
}
