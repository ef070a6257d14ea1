import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskId } from '../domain/plan/plan';
import { findRewindPoint, mergedTasks, type RewindPoint } from '../domain/objective/rewind';
import { CLAIMS_FREED, type ClaimsFreed } from '../domain/coordination/repository-claims';
import { UserError } from '../domain/common/user-error';
import type { Gateway } from './gateway';

/** The code's part of a rewind; both may be done again. */
export interface CodeRewind {
  /** Keeps what will be left under a ref of its own; null where nothing will be left. */
  keep(point: RewindPoint): Promise<string | null>;
  /** Moves the branches back, while nobody works on the objective. */
  move(point: RewindPoint): Promise<void>;
}

export interface Rewound {
  readonly head: string;
  /** The ref that has the line of work that was left. */
  readonly abandoned: string | null;
}

/**
 * Takes state and code back to right after a task's merge. The order makes a repetition finish what a crash cut off:
 *  1. the line that is left is kept under a ref;
 *  2. an open process is ended, and its agents have the time of a heartbeat to stop;
 *  3. the branches move back: nobody is there who could see them apart from the state;
 *  4. the process is started again from that point, so a process that runs always has its code;
 *  5. it claims its work again: what it held was given back when it ended, and others may hold it by now.
 */
export async function rewindObjective(
  gateway: Gateway,
  request: {
    readonly objectiveId: string;
    readonly taskId: TaskId;
    readonly by: string;
    readonly code: CodeRewind;
    readonly onWait?: (ms: number) => void;
    /** An open process was ended for it; what follows may still fail. */
    readonly onEnded?: () => void;
  },
): Promise<Rewound> {
  const { objectiveId, taskId, by, code } = request;
  const execution = await gateway.describe(objectiveId);
  const runs = await gateway.readRuns(objectiveId);
  const point = findRewindPoint(runs, taskId);
  if (point === null) throw neverMerged(objectiveId, taskId, mergedTasks(runs));
  const reason = `rewind to ${taskId} by ${by}`;
  const abandoned = await code.keep(point);
  if (execution.state === 'open') {
    const noticeMs = await gateway.noticeMs(objectiveId);
    await gateway.terminate(objectiveId, reason);
    request.onEnded?.();
    if (noticeMs > 0) {
      request.onWait?.(noticeMs);
      await sleep(noticeMs);
    }
  }
  await code.move(point);
  const newest = runs[0]?.runId ?? point.runId;
  await gateway.reset({
    objectiveId,
    runId: point.runId,
    eventId: point.eventId,
    reason,
    requestId: `rewind-${newest}-${point.runId}-${String(point.eventId)}`,
  });
  await claimAgain(gateway, objectiveId);
  return { head: point.head, abandoned };
}

/** With nothing freed, the message only makes it ask for everything anew. One that has ended needs nothing. */
async function claimAgain(gateway: Gateway, objectiveId: string): Promise<void> {
  const payload: ClaimsFreed = { taskIds: [] };
  try {
    await gateway.signal({ objectiveId, name: CLAIMS_FREED, payload });
  } catch (error) {
    if ((await gateway.describe(objectiveId)).state === 'open') throw error;
  }
}

function neverMerged(objectiveId: string, taskId: TaskId, merged: readonly TaskId[]): UserError {
  const known = merged.length === 0 ? 'nothing was merged yet' : `merged: ${merged.join(', ')}`;
  return new UserError(
    `${taskId} was not merged in ${objectiveId}, so there is no going back to it; ${known}.`,
    'bad-input',
  );
}
