import { z } from 'zod';
import { exitCodeOf } from '../../domain/exit-codes';
import { ReviewPlan } from '../../domain/messages';
import type { ObjectiveStatus } from '../../domain/status';
import { ConfigurationError } from '../../domain/user-error';
import { objectiveIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command } from '../command';
import { plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';
import { withObjective } from '../session';

const PlanFlags = z.strictObject({
  comment: z.string().trim().min(1, 'must not be empty').optional(),
  by: ByFlag,
});

export const plan: Command = {
  name: 'plan',
  args: '<id> [approve|reject]',
  summary: 'show the plan of an objective, or approve or reject it',
  options: [{ flags: '--comment <text>', help: 'what the planner should know' }, BY_OPTION],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(PlanFlags, rawFlags);
    const decision = args[1] ?? 'show';
    switch (decision) {
      case 'show':
        return showPlan(context, objectiveId);
      case 'approve':
      case 'reject': {
        const payload = parseFlags(ReviewPlan, {
          decision,
          by: byOf(flags.by, context),
          ...(flags.comment === undefined ? {} : { comment: flags.comment }),
        });
        return sendMessage(context, { objectiveId, name: 'reviewPlan', payload });
      }
      default:
        throw new ConfigurationError(
          `A plan can be shown, approved or rejected, not "${decision}"; see plan --help.`,
        );
    }
  },
};

const showPlan = async (context: Parameters<Command['run']>[0], objectiveId: string) => {
  const { terminal, services } = context;
  await withObjective(context, objectiveId, async ({ department }) => {
    const answer = await department.status(objectiveId);
    if (answer.kind === 'recorded' || answer.status.plan === null) {
      terminal.say('There is no plan to see yet.');
      terminal.emit({ objective: objectiveId, version: null, plan: null });
      return;
    }
    const { status } = answer;
    for (const line of planLines(status)) terminal.say(line);
    if (status.state === 'awaiting-approval') {
      terminal.say(`It waits for you: ${context.call(`plan ${objectiveId} approve`)}`);
    }
    if (terminal.json) {
      const stored: unknown = JSON.parse(
        (await (await services.blobs()).get(answer.status.plan.ref)).toString('utf8'),
      );
      terminal.emit({ objective: objectiveId, version: answer.status.plan.version, plan: stored });
    }
  });
  return exitCodeOf('delivered');
};

/** The plan as the charter shows one: parallel groups, then who does what after what. */
function planLines(status: Pick<ObjectiveStatus, 'tasks'>): readonly string[] {
  const groups = [...new Set(status.tasks.map((task) => task.group))].sort((a, b) => a - b);
  return groups.flatMap((group) => [
    `Group ${String(group)}`,
    ...status.tasks
      .filter((task) => task.group === group)
      .map((task) => {
        const after = task.dependsOn.length === 0 ? '' : ` (after ${task.dependsOn.join(', ')})`;
        return `  ${task.id} @${task.specialist} [${task.priority}] ${plain(task.title)}${after}: ${task.state}`;
      }),
  ]);
}
