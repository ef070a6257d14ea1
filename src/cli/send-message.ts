import { isDeploymentWatchId, type WatchMessageName } from '../domain/deployment-watch';
import type { MessageName } from '../domain/messages';
import { exitCodeOf, type ExitCode } from '../domain/exit-codes';
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
    terminal.say(plain(sent.message));
    if (sent.applied && !(await department.hasWorker('activity'))) {
      const attach = isDeploymentWatchId(request.objectiveId) ? 'worker' : `attach ${request.objectiveId}`;
      terminal.say(`Nobody works on it now: ${context.call(attach)} carries it on.`);
    }
    terminal.emit({ objective: request.objectiveId, applied: sent.applied, message: sent.message });
  });
  return exitCodeOf('delivered');
}
