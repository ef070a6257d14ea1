import type { Escalation } from '../../domain/escalation';
import { exitCodeOf } from '../../domain/exit-codes';
import { objectiveOrWatchArgument } from '../argument';
import type { Command } from '../command';
import { describeEscalation } from '../live/questions';
import { allEscalations } from '../all-escalations';
import { openSession, withObjective } from '../session';

export const escalations: Command = {
  name: 'escalations',
  args: '[id]',
  summary: 'show the open questions of one objective, or of all',
  options: [],
  run: async (context, args) => {
    const found: { readonly objective: string; readonly escalation: Escalation }[] = [];
    const { terminal, services, call } = context;
    if (args.length > 0) {
      const objectiveId = objectiveOrWatchArgument(args);
      await withObjective(context, objectiveId, async ({ department }) => {
        for (const escalation of await department.openEscalations(objectiveId)) {
          found.push({ objective: objectiveId, escalation });
        }
      });
    } else {
      const server = await services.useServerWithHistory({ onProgress: terminal.warn });
      if (server !== null) {
        const session = await openSession(server, server.kind === 'embedded' ? 'workflow-only' : 'none');
        try {
          found.push(...(await allEscalations(session.department)));
        } finally {
          await session.close();
        }
      }
    }
    if (found.length === 0) terminal.say('No question is open.');
    for (const row of found) terminal.say(describeEscalation(row.objective, row.escalation, call));
    terminal.emit({ escalations: found.map((row) => ({ objective: row.objective, ...row.escalation })) });
    return exitCodeOf('delivered');
  },
};
