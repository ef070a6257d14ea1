import type { TaskFacts } from '../usage/metrics';
import type { TaskStatus } from './status';

/** What the metrics take from a task as status and report tell it. */
export function taskFacts(
  task: Pick<TaskStatus, 'state' | 'firstGatePassed' | 'gate' | 'startedAt' | 'endedAt'>,
): TaskFacts {
  return {
    state: task.state,
    firstGatePassed: task.firstGatePassed,
    gatePassedAtMerge: task.state === 'merged' ? (task.gate?.green ?? null) : null,
    startedAt: task.startedAt,
    endedAt: task.endedAt,
    waived: task.state === 'waived',
  };
}
