import type { ObjectiveStatus } from '../../domain/objective/status';

/** The snapshot as of this moment: the clock of a workflow stands still while its activities run. */
export function asOfNow(status: ObjectiveStatus): ObjectiveStatus {
  if (status.outcome !== null) return status;
  return { ...status, now: new Date(Math.max(Date.parse(status.now), Date.now())).toISOString() };
}
