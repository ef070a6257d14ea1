import { exitCodeOf } from '../../domain/exit-codes';
import { ConfigurationError } from '../../domain/user-error';
import { objectiveIdArgument, taskIdArgument } from '../argument';
import type { Command } from '../command';
import { integrated, ofTask } from '../commit-range';
import { plainLines } from '../live/text';
import { withObjective } from '../session';

const MAX_BYTES = 32 * 1024 * 1024;

export const diff: Command = {
  name: 'diff',
  args: '<id> [task]',
  summary: 'show what an objective changed so far, or one task of it',
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
        `No worker answers for ${objectiveId}, so its commits are not known; \`${context.call(`attach ${objectiveId}`)}\` brings one.`,
      );
    }
    const range = taskId === null ? integrated(status) : ofTask(status, taskId, context.call);
    const repositories = await services.repositories();
    const text = await repositories.diff({ objectiveId, ...range, maxBytes: MAX_BYTES });
    terminal.say(text === '' ? 'Nothing was changed.' : plainLines(text));
    terminal.emit({ objective: objectiveId, task: taskId, ...range, diff: text });
    return exitCodeOf('delivered');
  },
};
