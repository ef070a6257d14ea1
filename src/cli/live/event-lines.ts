import type { ObjectiveEvent, ObjectiveStatus } from '../../domain/objective/status';
import { plain } from './text';

/** Events newer than `seq`; a gap (status keeps only the newest) is told as one line. */
export function eventsSince(
  status: ObjectiveStatus,
  seq: number,
): { readonly missed: number; readonly events: readonly ObjectiveEvent[] } {
  const events = status.events.filter((event) => event.seq > seq);
  const first = events[0]?.seq;
  return { missed: first === undefined ? 0 : Math.max(0, first - seq - 1), events };
}

/** One event as a line for logs: `12:03:44 backend-T003 · text`. */
export function eventLine(event: ObjectiveEvent): string {
  const who = event.taskId === null ? '' : `${event.taskId} · `;
  return `${event.at.slice(11, 19)} ${who}${plain(event.text)}`;
}
