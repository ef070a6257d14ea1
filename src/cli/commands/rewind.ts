import { z } from 'zod';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { objectiveIdArgument, taskIdArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command } from '../command';
import { parseFlags } from '../parse-flags';
import { withObjective } from '../session';
import { speakerAt } from '../speaker';

const RewindFlags = z.strictObject({
  to: z.string({ error: 'name the task whose merge to go back to, such as --to backend-T003' }),
  by: ByFlag,
});

export const rewind: Command = {
  name: 'rewind',
  args: '<id>',
  summary: 'take an objective back, state and code, to right after a task was merged',
  options: [{ flags: '--to <task>', help: 'the task whose merge is the last that stays' }, BY_OPTION],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(RewindFlags, rawFlags);
    const taskId = taskIdArgument(flags.to);
    const { terminal, services } = context;
    await withObjective(context, objectiveId, async ({ department }) => {
      const { notRecorded, ...rewound } = await department.rewind({
        objectiveId,
        taskId,
        by: byOf(flags.by, context),
        from: speakerAt('cli'),
        code: await services.rewinding(objectiveId),
        onWait: (ms) => {
          terminal.say(`Its agents are given ${String(Math.ceil(ms / 1000))} s to stop.`);
        },
      });
      terminal.say(
        `${objectiveId} is where it was after ${taskId} was merged (${rewound.head.slice(0, 12)}).`,
      );
      if (rewound.abandoned !== null) terminal.say(`What came after is kept as ${rewound.abandoned}.`);
      if (notRecorded !== null) terminal.warn(`${objectiveId} was taken back; ${notRecorded}.`);
      if (!(await department.hasWorker('activity')))
        terminal.say(`Nobody works on it now: ${context.call(`attach ${objectiveId}`)} carries it on.`);
      terminal.emit({ objective: objectiveId, to: taskId, ...rewound });
    });
    return exitCodeOf('delivered');
  },
};
