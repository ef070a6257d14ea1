import { z } from 'zod';
import { DECISIONS, ResolveEscalation } from '../../domain/escalation/escalation';
import { argument, objectiveOrWatchArgument } from '../argument';
import { BY_OPTION, ByFlag, byOf } from '../by';
import type { Command } from '../command';
import { decisionId } from '../decision-id';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';

const ResolveFlags = z.strictObject({
  decision: z
    .string({ error: `is needed: one of ${DECISIONS.join(', ')}` })
    .pipe(z.enum(DECISIONS, { error: `must be one of ${DECISIONS.join(', ')}` })),
  option: z.string().optional(),
  guidance: z.string().optional(),
  assignee: z.string().optional(),
  by: ByFlag,
});

export const resolve: Command = {
  name: 'resolve',
  args: '<id> <escalationId>',
  summary: 'answer an open question',
  options: [
    { flags: '--decision <decision>', help: DECISIONS.join(', ') },
    { flags: '--option <id>', help: 'which of the offered options this is' },
    { flags: '--guidance <text>', help: 'what the specialist should know; needed for accept' },
    { flags: '--assignee <role>', help: 'who takes over; needed for reassign' },
    BY_OPTION,
  ],
  examples: [
    'backend-coordinator resolve <id> backend-T007-E1 --decision retry --guidance "hash the refresh tokens"',
    'backend-coordinator resolve <id>/deployment deployment-E1 --decision abort',
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveOrWatchArgument(args);
    const { by, ...decision } = parseFlags(ResolveFlags, rawFlags);
    const escalationId = argument(args, 1);
    const payload = parseFlags(ResolveEscalation, { ...decision, escalationId, by: byOf(by, context) });
    const updateId = decisionId(payload);
    return sendMessage(context, { objectiveId, name: 'resolveEscalation', payload, updateId });
  },
};
