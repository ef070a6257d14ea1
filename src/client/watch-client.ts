import { WatchMemo, WatchResult, WatchState, WatchStatus } from '../domain/deployment/watch-status';
import type { Execution, Gateway } from './gateway';
import { isNamed, isNoAnswer } from './translate-error';

const QUERY_WITHIN_MS = 5_000;

/** A watch as visibility and memo tell it: what there is to know without any worker. */
export interface WatchSummary {
  readonly watchId: string;
  readonly objective: string;
  readonly repository: string;
  readonly branch: string;
  /** The commit that was delivered. */
  readonly commit: string;
  readonly open: boolean;
  /** null where the server has no search attributes to tell it. */
  readonly state: WatchState | null;
  readonly startedAt: string;
}

/** `status` is null when no worker answered in time. */
export interface WatchAnswer {
  readonly summary: WatchSummary;
  readonly status: WatchStatus | null;
}

export async function askWatch(gateway: Gateway, watchId: string): Promise<WatchAnswer> {
  const summary = summariseWatch(await gateway.describe(watchId));
  if (!(await gateway.hasWorker('workflow'))) return { summary, status: null };
  try {
    return {
      summary,
      status: WatchStatus.parse(await gateway.query(watchId, 'watchStatus', QUERY_WITHIN_MS)),
    };
  } catch (error) {
    // A query that no workflow task has preceded yet finds no handler.
    if (!isNoAnswer(error) && !isNamed(error, 'QueryNotRegisteredError')) throw error;
    return { summary, status: null };
  }
}

/** How a closed watch ended, in a word. */
export async function watchEnd(gateway: Gateway, { objectiveId, state }: Execution): Promise<string> {
  return state === 'completed' ? WatchResult.parse(await gateway.result(objectiveId)).outcome : state;
}

function summariseWatch(execution: Execution): WatchSummary {
  const memo = WatchMemo.partial().safeParse(execution.memo ?? {});
  const told = memo.success ? memo.data : {};
  const state = WatchState.safeParse(execution.attributes['CoordinatorStatus']);
  return {
    watchId: execution.objectiveId,
    objective: told.objective ?? '',
    repository: told.repository ?? '',
    branch: told.branch ?? '',
    commit: told.commit ?? '',
    open: execution.state === 'open',
    state: state.success ? state.data : null,
    startedAt: execution.startedAt.toISOString(),
  };
}
