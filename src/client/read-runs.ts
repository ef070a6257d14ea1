import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { HistoryStep, RunHistory } from '../domain/rewind';

/** Longer chains are an accident. */
const MOST_RUNS = 200;
// PendingActivityState of Temporal's API.
const STARTED = 2;
const UNKNOWN_HEARTBEAT_MS = 30_000;

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type PendingActivities = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>;

/** The chain of runs of a workflow, newest first. */
export async function readRuns(client: Client, workflowId: string): Promise<readonly RunHistory[]> {
  const runs: RunHistory[] = [];
  const { runId: newest } = await client.workflow.getHandle(workflowId).describe();
  for (let runId = newest; runId !== '' && runs.length < MOST_RUNS;) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const all = events ?? [];
    runs.push({ runId, steps: all.flatMap(stepOf) });
    runId = all[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return runs;
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
