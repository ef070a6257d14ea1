import { z } from 'zod';
import { UnknownObjectiveError } from '../../client/translate-error';
import { objectiveIdArgument } from '../argument';
import type { Command } from '../command';
import { emitEvent } from '../emit-event';
import { carryOn, resultLine } from '../live/carry-on';
import { describeEnd, outcomeExit } from '../live/outcome';
import { parseFlags } from '../parse-flags';
import { openSession } from '../session';

const AttachFlags = z.strictObject({ wait: z.boolean().default(true) });

export const attach: Command = {
  name: 'attach',
  args: '<id>',
  summary: 'watch an objective and carry it on with a worker of this process',
  options: [{ flags: '--no-wait', help: 'end with code 4 when nothing goes on without a human' }],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = parseFlags(AttachFlags, rawFlags);
    const { terminal, services } = context;
    const server = await services.useServerWithHistory({ onProgress: terminal.warn });
    if (server === null) throw new UnknownObjectiveError(objectiveId);
    const looking = await server.openDepartment();
    const closed = await looking
      .resultIfClosed(objectiveId)
      .catch(async (error: unknown) => {
        await server.release();
        throw error;
      })
      .finally(() => looking.close());
    if (closed !== null) {
      await server.release();
      const exitCode = outcomeExit(closed.outcome);
      terminal.say(describeEnd(closed, null));
      emitEvent(terminal, resultLine(objectiveId, closed, exitCode));
      return exitCode;
    }
    const session = await openSession(server, 'full');
    try {
      const url = server.workflowUrl(objectiveId);
      if (url !== null) terminal.say(`Web UI ${url}`);
      return await carryOn(context, session, objectiveId, { noWait: !flags.wait });
    } finally {
      await session.close();
    }
  },
};
