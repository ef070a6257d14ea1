import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { CancelTask } from '../../domain/objective/messages';
import { objectiveIdArgument, taskIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command } from '../command';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';
import { withObjective } from '../session';
import { speakerAt } from '../speaker';

const CancelFlags = z.strictObject({
  task: z.string().optional(),
  reason: CancelTask.shape.reason,
  by: ByFlag,
});

export const cancel: Command = {
  name: 'cancel',
  args: '<id>',
  summary: 'cancel an objective, or one task of it',
  options: [
    { flags: '--task <task>', help: 'only this task; what depends on it is skipped' },
    { flags: '--reason <text>', help: 'kept with the decision in the audit log' },
    BY_OPTION,
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(CancelFlags, rawFlags);
    if (flags.task !== undefined) {
      const payload = parseFlags(CancelTask, {
        taskId: taskIdArgument(flags.task),
        by: byOf(flags.by, context),
        ...(flags.reason === undefined ? {} : { reason: flags.reason }),
      });
      return sendMessage(context, { objectiveId, name: 'cancelTask', payload });
    }
    const { terminal } = context;
    await withObjective(context, objectiveId, async ({ department }) => {
      const { reason } = flags;
      const by = byOf(flags.by, context);
      const sent = await department.cancel({ objectiveId, by, from: speakerAt('cli'), reason });
      terminal.say(sent.message);
      terminal.emit({ objective: objectiveId, applied: sent.applied, message: sent.message });
    });
    return exitCodeOf('delivered');
  },
};
