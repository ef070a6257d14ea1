import { z } from 'zod';
import { LIST_LIMIT } from '../../client/limits';
import type { ObjectiveSummary } from '../../client/objective-summary';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { ObjectiveState } from '../../domain/department/states';
import type { Command } from '../command';
import { cut, pad, plain } from '../live/text';
import { widthOf } from '../live/width';
import { parseFlags } from '../parse-flags';
import { openSession } from '../session';

const ListFlags = z.strictObject({
  state: z
    .enum(ObjectiveState.options, { error: `must be one of ${ObjectiveState.options.join(', ')}` })
    .optional(),
});

export const list: Command = {
  name: 'list',
  args: '',
  summary: 'list objectives, newest first',
  options: [{ flags: '--state <state>', help: 'only those in this state' }],
  run: async (context, _args, rawFlags) => {
    const { terminal, services, call } = context;
    const flags = parseFlags(ListFlags, rawFlags);
    const server = await services.useServerWithHistory({ onProgress: terminal.warn });
    const rows: ObjectiveSummary[] = [];
    if (server !== null) {
      const session = await openSession(server, 'none');
      try {
        rows.push(
          ...(await session.department.list(flags.state === undefined ? {} : { state: flags.state })),
        );
      } finally {
        await session.close();
      }
    }
    if (rows.length === 0)
      terminal.say(`There are no objectives; ${call('start-objective "<what to build>"')} makes one.`);
    for (const row of rows) terminal.say(listLine(row, terminal.columns()));
    if (rows.length >= LIST_LIMIT) {
      terminal.warn(`Only the newest ${String(LIST_LIMIT)} are listed; --state narrows it.`);
    }
    terminal.emit({ objectives: rows });
    return exitCodeOf('delivered');
  },
};

/** Id, state, level, start and text in one line. */
function listLine(row: ObjectiveSummary, columns: number): string {
  const state = row.state ?? (row.open ? 'open' : 'closed');
  const level =
    row.escalationLevel === null || row.escalationLevel === 0 ? '  ' : `L${String(row.escalationLevel)}`;
  const started = row.startedAt.slice(0, 16).replace('T', ' ');
  const fixed = [row.objectiveId, pad(state, 17), level, started].join('  ');
  // The id is never cut: it is what the next command needs.
  return `${fixed}  ${cut(plain(row.objective), Math.max(20, columns - widthOf(fixed) - 2))}`;
}
