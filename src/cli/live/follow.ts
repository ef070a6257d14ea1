import { setTimeout as sleep } from 'node:timers/promises';
import type { DepartmentClient } from '../../client/department-client';
import type { ObjectiveResult, ObjectiveStatus } from '../../domain/objective/status';
import { TemporalUnreachableError } from '../../domain/common/user-error';
import type { Display } from './display';
import { needsHuman } from './questions';

/** How watching ended; the objective itself may go on. */
export type FollowEnd =
  | { readonly kind: 'ended'; readonly result: ObjectiveResult; readonly status: ObjectiveStatus | null }
  | { readonly kind: 'needs-human'; readonly status: ObjectiveStatus }
  | { readonly kind: 'interrupted' };

export interface FollowRequest {
  readonly department: Pick<DepartmentClient, 'snapshot' | 'resultIfClosed'>;
  readonly objectiveId: string;
  readonly display: Display;
  /** Asks the person at the terminal about what is open; left out: nobody can be asked. */
  readonly ask?: (status: ObjectiveStatus) => Promise<void>;
  /** Whether to end when nothing goes on without a human. */
  readonly endWhenStuck: boolean;
  readonly signal: AbortSignal;
  /** Rejects when the worker of this process fails. */
  readonly workerEnded?: Promise<void> | undefined;
  readonly pollMs?: number;
  /** How long a lost server is waited for. */
  readonly patienceMs?: number;
}

const POLL_MS = 400;
const PATIENCE_MS = 60_000;
/** Snapshots in a row that must agree that nothing moves: a task may be between two states. */
const STUCK_SNAPSHOTS = 3;
/** A closed workflow is looked for every so many polls, since one terminated from outside shows no outcome. */
const CLOSED_CHECK_EVERY = 10;

/**
 * Watches an objective until it ends, is interrupted, or cannot go on without a human.
 * @throws TemporalUnreachableError when the server stays away longer than the patience.
 */
export async function followObjective(request: FollowRequest): Promise<FollowEnd> {
  const workerFailure = request.workerEnded ?? new Promise<void>(() => undefined);
  const over = new AbortController();
  try {
    return await Promise.race([
      watch({ ...request, signal: AbortSignal.any([request.signal, over.signal]) }),
      // A worker that merely stopped was told to; the watch goes on.
      workerFailure.then(() => new Promise<never>(() => undefined)),
    ]);
  } finally {
    // Where the worker failed, nobody is left to look.
    over.abort();
  }
}

async function watch(request: FollowRequest): Promise<FollowEnd> {
  const { department, objectiveId, display, signal } = request;
  let stuck = 0;
  let lostSince: number | null = null;
  for (let poll = 0; !signal.aborted; poll += 1) {
    try {
      const status = await department.snapshot(objectiveId);
      if (status !== null) display.show(status);
      const mayBeClosed = status?.outcome !== null || poll % CLOSED_CHECK_EVERY === 0;
      const result = mayBeClosed ? await department.resultIfClosed(objectiveId) : null;
      // No snapshot can mean no worker or no server; only here has the server itself answered.
      if (lostSince !== null) display.note('The Temporal server is back.');
      lostSince = null;
      if (result !== null) return { kind: 'ended', result, status };
      if (status !== null) {
        stuck = needsHuman(status) ? stuck + 1 : 0;
        if (stuck >= STUCK_SNAPSHOTS && request.endWhenStuck) return { kind: 'needs-human', status };
        if (status.outcome === null) await request.ask?.(status);
      }
    } catch (error) {
      if (!(error instanceof TemporalUnreachableError)) throw error;
      if (lostSince === null) {
        lostSince = performance.now();
        display.note('The Temporal server does not answer; waiting for it (nothing is lost).');
      }
      if (performance.now() - lostSince > (request.patienceMs ?? PATIENCE_MS)) throw error;
    }
    await pause(request.pollMs ?? POLL_MS, signal);
  }
  return { kind: 'interrupted' };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
