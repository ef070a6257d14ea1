import type { DepartmentClient } from '../../client/department-client';
import type { Escalation } from '../../domain/escalation';
import { exitCodeOf } from '../../domain/exit-codes';
import type { Precedent } from '../../domain/precedents';
import { objectiveOrWatchArgument } from '../argument';
import type { Command } from '../command';
import { describeEscalation } from '../live/questions';
import { allEscalations } from '../all-escalations';
import { findPrecedents, repositoryOf } from '../find-precedents';
import { openSession, withObjective } from '../session';

interface Row {
  readonly objective: string;
  readonly escalation: Escalation;
  readonly precedents: readonly Precedent[];
}

export const escalations: Command = {
  name: 'escalations',
  args: '[id]',
  summary: 'show the open questions of one objective, or of all',
  options: [],
  run: async (context, args) => {
    const { terminal, services, call } = context;
    const found: Row[] = [];
    const add = async (
      department: DepartmentClient,
      objective: string,
      escalation: Escalation,
    ): Promise<void> => {
      const repository = await repositoryOf(department, objective);
      const { trigger } = escalation;
      const precedents = await findPrecedents(services, { trigger, repository });
      found.push({ objective, escalation, precedents });
    };
    if (args.length > 0) {
      const objectiveId = objectiveOrWatchArgument(args);
      await withObjective(context, objectiveId, async ({ department }) => {
        for (const escalation of await department.openEscalations(objectiveId)) {
          await add(department, objectiveId, escalation);
        }
      });
    } else {
      const server = await services.useServerWithHistory({ onProgress: terminal.warn });
      if (server !== null) {
        const session = await openSession(server, server.kind === 'embedded' ? 'workflow-only' : 'none');
        try {
          for (const { objective, escalation } of await allEscalations(session.department)) {
            await add(session.department, objective, escalation);
          }
        } finally {
          await session.close();
        }
      }
    }
    if (found.length === 0) terminal.say('No question is open.');
    for (const row of found)
      terminal.say(describeEscalation(row.objective, row.escalation, call, row.precedents));
    terminal.emit({
      escalations: found.map(({ objective, escalation, precedents }) => ({
        objective,
        ...escalation,
        precedents,
      })),
    });
    return exitCodeOf('delivered');
  },
};
