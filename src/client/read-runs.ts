import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { z } from 'zod';
import type { HistoryStep, RunHistory } from '../domain/objective/rewind';

/** Longer chains are an accident. */
const MOST_RUNS = 200;
// PendingActivityState of Temporal's API.
const STARTED = 2;
const UNKNOWN_HEARTBEAT_MS = 30_000;

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type PendingActivities = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>;

/** In the memo of an objective that was taken up again: the run that had ended. */
export const TAKEN_UP_FROM = 'takenUpFrom';

/** The chain of runs of a workflow, newest first. */
export async function readRuns(client: Client, workflowId: string): Promise<readonly RunHistory[]> {
  const runs: RunHistory[] = [];
  const { runId: newest } = await client.workflow.getHandle(workflowId).describe();
  for (let runId = newest; runId !== '' && runs.length < MOST_RUNS;) {
    const { events } = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory()
      .catch((error: unknown) => {
        // What was taken up again may be older than what the server keeps.
        if (runs.length > 0 && error instanceof WorkflowNotFoundError) return { events: [] };
        throw error;
      });
    const all = events ?? [];
    if (all.length > 0) runs.push({ runId, steps: all.flatMap(stepOf) });
    const begun = all[0]?.workflowExecutionStartedEventAttributes;
    const before = begun?.continuedExecutionRunId ?? '';
    runId = before === '' ? takenUpFrom(begun?.memo?.fields?.[TAKEN_UP_FROM]?.data) : before;
  }
  return runs;
}

/** The run that an objective taken up again goes on from; empty: there is none. */
function takenUpFrom(data: Uint8Array | null | undefined): string {
  if (!data) return '';
  const read = z.string().safeParse(JSON.parse(Buffer.from(data).toString('utf8')));
  return read.success ? read.data : '';
}

function stepOf(event: HistoryEvent): HistoryStep[] {
  const id = Number(event.eventId);
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    const activity = scheduled.activityType?.name ?? '';
    return [{ kind: 'scheduled', id, activity, request: firstOf(scheduled.input) }];
  }
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) {
    return [
      { kind: 'completed', scheduled: Number(completed.scheduledEventId), result: firstOf(completed.result) },
    ];
  }
  return event.workflowTaskCompletedEventAttributes ? [{ kind: 'task-ended', id }] : [];
}

/** The first payload as JSON; null where it is none. */
function firstOf(
  payloads: NonNullable<HistoryEvent['activityTaskCompletedEventAttributes']>['result'],
): unknown {
  const data = payloads?.payloads?.[0]?.data;
  if (!data) return null;
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return null;
  }
}

/** The longest any of the running activities goes without asking whether it is still wanted, in milliseconds. */
export function noticeOf(activities: PendingActivities): number {
  const running = activities.filter(({ state }) => Number(state) === STARTED);
  const beats = running.map(({ activityOptions }) => {
    const { seconds, nanos } = activityOptions?.heartbeatTimeout ?? {};
    return seconds ? Number(seconds) * 1000 + (nanos ?? 0) / 1_000_000 : UNKNOWN_HEARTBEAT_MS;
  });
  return Math.max(0, ...beats);
}
