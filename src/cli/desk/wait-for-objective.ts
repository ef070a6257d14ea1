import type { DepartmentClient } from '../../client/department-client';
import type { ObjectiveStatus } from '../../domain/status';
import type { Wait, WaitEnd } from '../../ports/desk';
import { awaitsDecision } from '../../domain/standing';
import { followObjective } from '../live/follow';

const POLL_MS = 500;

/**
 * Watches an objective until it ends, a decision is open (other tasks may go on), nothing moves without a human, or the
 * time is up.
 */
export async function waitForObjective(
  department: Pick<DepartmentClient, 'snapshot' | 'resultIfClosed'>,
  { id, timeoutMs, signal, onStatus }: Wait,
): Promise<WaitEnd> {
  const decision = new AbortController();
  let last: ObjectiveStatus | null = null;
  const end = await followObjective({
    department,
    objectiveId: id,
    display: {
      show: (status) => {
        last = status;
        onStatus(status);
      },
      note: () => undefined,
      pause: () => undefined,
      close: () => undefined,
    },
    ask: (status) => {
      if (awaitsDecision(status)) decision.abort();
      return Promise.resolve();
    },
    endWhenStuck: true,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs), decision.signal]),
    pollMs: POLL_MS,
  });
  switch (end.kind) {
    case 'ended':
      return { reason: 'ended', status: end.status ?? last };
    case 'needs-human':
      return { reason: 'needs-human', status: end.status };
    case 'interrupted':
      return { reason: decision.signal.aborted ? 'needs-human' : 'timed-out', status: last };
  }
}
