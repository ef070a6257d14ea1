import { z } from 'zod';
import {
  deploymentWatchId,
  isDeploymentWatchId,
  ReportDeployment,
} from '../../domain/deployment/deployment-watch';
import { ConfigurationError } from '../../domain/common/user-error';
import { objectiveOrWatchArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command, CommandContext } from '../command';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';
import { withObjective } from '../session';
import { showWatch } from '../show-watch';

const { environment, commit, deployedAt } = ReportDeployment.shape;
const DeployedFlags = z.strictObject({
  environment: environment.optional(),
  commit: commit.optional(),
  at: deployedAt.optional(),
  by: ByFlag,
});

export const deployed: Command = {
  name: 'deployed',
  args: '<id>',
  summary: 'say that what an objective delivered was deployed, or show how the watch over it goes',
  options: [
    { flags: '--environment <name>', help: 'where it was deployed; without it the watch is shown' },
    { flags: '--commit <sha>', help: 'what was deployed (default: the delivered commit)' },
    { flags: '--at <instant>', help: 'when, in ISO 8601 (default: now)' },
    BY_OPTION,
  ],
  examples: ['backend-coordinator deployed <id> --environment production --at 2026-11-23T12:00:00Z'],
  run: async (context, args, rawFlags) => {
    const id = objectiveOrWatchArgument(args);
    const watchId = isDeploymentWatchId(id) ? id : deploymentWatchId(id);
    const flags = parseFlags(DeployedFlags, rawFlags);
    if (flags.environment === undefined) {
      if (flags.commit === undefined && flags.at === undefined) return showWatch(context, watchId);
      throw new ConfigurationError('--environment is needed: it says where this was deployed.');
    }
    const payload: ReportDeployment = {
      environment: flags.environment,
      commit: flags.commit ?? (await deliveredCommit(context, watchId)),
      deployedAt: flags.at ?? new Date().toISOString(),
      by: byOf(flags.by, context),
    };
    return sendMessage(context, { objectiveId: watchId, name: 'reportDeployment', payload });
  },
};

/** As the memo of the watch tells it; no worker is needed for that. */
async function deliveredCommit(context: CommandContext, watchId: string): Promise<string> {
  return withObjective(context, watchId, async ({ department }) => {
    const delivered = commit.safeParse((await department.watch(watchId)).summary.commit);
    if (delivered.success) return delivered.data;
    throw new ConfigurationError('--commit is needed: the watch does not tell what was delivered.');
  });
}
