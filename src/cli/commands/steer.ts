import { z } from 'zod';
import { Steer } from '../../domain/objective/messages';
import { argument, objectiveIdArgument, taskIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command } from '../command';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';

const SteerFlags = z.strictObject({ task: z.string().optional(), by: ByFlag });

export const steer: Command = {
  name: 'steer',
  args: '<id> <message>',
  summary: 'tell the specialists something while they work',
  options: [{ flags: '--task <task>', help: 'only the one at work on this task' }, BY_OPTION],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(SteerFlags, rawFlags);
    const payload = parseFlags(Steer, {
      message: argument(args, 1),
      by: byOf(flags.by, context),
      ...(flags.task === undefined ? {} : { taskId: taskIdArgument(flags.task) }),
    });
    return sendMessage(context, { objectiveId, name: 'steer', payload });
  },
};
