import { z } from 'zod';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { ObjectiveIdArgument } from '../identity';
import { headline, Snapshot, snapshotOf } from '../../domain/objective/standing';
import { tool, type CallContext } from '../tool';

const MOST_SECONDS = 600;
const DEFAULT_SECONDS = 300;

export const waitForObjective = tool({
  name: 'wait_for_objective',
  title: 'Wait for an objective',
  description:
    'Waits until an objective ends, a decision is needed or the time is up, and tells the newest events, then each new one, as progress meanwhile.',
  hints: { readOnly: true, destructive: false, idempotent: true },
  input: z.strictObject({
    id: ObjectiveIdArgument,
    timeoutSeconds: z
      .number()
      .positive()
      .max(MOST_SECONDS)
      .default(DEFAULT_SECONDS)
      .describe('longest wait, at most ten minutes'),
  }),
  output: z.object({
    reason: z.enum(['ended', 'needs-human', 'timed-out']),
    /** null: no worker answered meanwhile. */
    objective: Snapshot.nullable(),
  }),
  run: async ({ id, timeoutSeconds }, context) => {
    const { reason, status } = await context.desk.wait({
      id,
      timeoutMs: timeoutSeconds * 1000,
      signal: context.signal,
      onStatus: progressOf(context),
    });
    return { reason, objective: status === null ? null : snapshotOf(status) };
  },
  text: ({ reason, objective }) => {
    const where = objective === null ? 'No worker answered meanwhile.' : headline(objective);
    return reason === 'timed-out' ? `The time is up and it goes on. ${where}` : where;
  },
});

/** What there is first, so that a client knows where it stands. Events are numbered, and the number only grows. */
function progressOf({ progress }: CallContext): (status: ObjectiveStatus) => void {
  let told = 0;
  return ({ events }) => {
    for (const { seq, taskId, text } of events) {
      if (seq <= told) continue;
      told = seq;
      progress(seq, taskId === null ? text : `${taskId}: ${text}`);
    }
  };
}
