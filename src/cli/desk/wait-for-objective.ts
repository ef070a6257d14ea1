import type { DepartmentClient } from '../../client/department-client';
import type { ObjectiveStatus } from '../../domain/objective/status';
import type { Wait, WaitEnd } from '../../ports/desk';
import { awaitsDecision } from '../../domain/objective/standing';
import { TemporalUnreachableError } from '../../domain/common/user-error';
import { followObjective } from '../live/follow';
import { deadline } from '../../process/deadline';

const POLL_MS = 500;

/**
 * Watches an objective until it ends, a decision is open (other tasks may go on), nothing moves without a human, or the
 * time is up.
 * @throws TemporalUnreachableError where the server is lost, and is not back when the time is up
 */
export async function waitForObjective(
  department: Pick<DepartmentClient, 'snapshot' | 'resultIfClosed'>,
  { id, timeoutMs, signal, onStatus }: Wait,
): Promise<WaitEnd> {
  const decision = new AbortController();
  const seen: { last: ObjectiveStatus | null; lost: TemporalUnreachableError | null } = {
    last: null,
    lost: null,
  };
  const noting = async <T>(ask: Promise<T>, isAnswer: (answer: T) => boolean): Promise<T> => {
    try {
      const answer = await ask;
      if (isAnswer(answer)) seen.lost = null;
      return answer;
    } catch (error) {
      if (error instanceof TemporalUnreachableError) seen.lost = error;
      throw error;
    }
  };
  const end = await followObjective({
    department: {
      // No snapshot can mean no worker or no server.
      snapshot: (asked) => noting(department.snapshot(asked), (status) => status !== null),
      resultIfClosed: (asked) => noting(department.resultIfClosed(asked), () => true),
    },
    objectiveId: id,
    display: {
      show: (status) => {
        seen.last = status;
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
    signal: deadline(AbortSignal.any([signal, decision.signal]), timeoutMs),
    pollMs: POLL_MS,
  });
  switch (end.kind) {
    case 'ended':
      return { reason: 'ended', status: end.status ?? seen.last };
    case 'needs-human':
      return { reason: 'needs-human', status: end.status };
    case 'interrupted':
      if (decision.signal.aborted) return { reason: 'needs-human', status: seen.last };
      if (seen.lost !== null) throw seen.lost;
      return { reason: 'timed-out', status: seen.last };
  }
}
