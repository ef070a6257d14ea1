import { exitCodeOf } from '../../domain/common/exit-codes';
import { objectiveIdArgument, taskIdArgument } from '../argument';
import type { Command } from '../command';
import { plainLines } from '../live/text';
import { readDiff } from '../read-diff';
import { withObjective } from '../session';

export const diff: Command = {
  name: 'diff',
  args: '<id> [task]',
  summary: 'show what an objective changed so far, or one task of it',
  options: [],
  run: async (context, args) => {
    const objectiveId = objectiveIdArgument(args);
    const taskId = args[1] === undefined ? null : taskIdArgument(args[1]);
    const { terminal } = context;
    const status = await withObjective(context, objectiveId, async ({ department }) => {
      const answer = await department.status(objectiveId);
      return answer.kind === 'live' ? answer.status : null;
    });
    const { from, to, text } = await readDiff(context, { objectiveId, taskId, status });
    terminal.say(text === '' ? 'Nothing was changed.' : plainLines(text));
    terminal.emit({ objective: objectiveId, task: taskId, from, to, diff: text });
    return exitCodeOf('delivered');
  },
};
