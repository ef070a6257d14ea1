import { z } from 'zod';
import { Pause } from '../../domain/objective/messages';
import { objectiveIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command } from '../command';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';

const PauseFlags = z.strictObject({ reason: z.string().optional(), by: ByFlag });

export const pause = pauseCommand('pause', 'let nothing new start until `resume`');
export const resume = pauseCommand('resume', 'go on after `pause`');

function pauseCommand(name: 'pause' | 'resume', summary: string): Command {
  return {
    name,
    args: '<id>',
    summary,
    options: [{ flags: '--reason <text>', help: 'kept with the decision' }, BY_OPTION],
    run: async (context, args, rawFlags) => {
      const objectiveId = objectiveIdArgument(args);
      const flags = parseFlags(PauseFlags, rawFlags);
      const payload = parseFlags(Pause, {
        by: byOf(flags.by, context),
        ...(flags.reason === undefined ? {} : { reason: flags.reason }),
      });
      return sendMessage(context, { objectiveId, name, payload });
    },
  };
}
