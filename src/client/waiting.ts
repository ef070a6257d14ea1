import { DEPLOYMENT_WATCH_WORKFLOW, isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import { OBJECTIVE_WORKFLOW } from '../domain/objective/messages';
import { ObjectiveStatus } from '../domain/objective/status';
import { Escalation } from '../domain/escalation/escalation';
import {
  MOST_WAITS,
  readWaitsMemo,
  WAITS_MEMO,
  WaitsMemo,
  waitOf,
  waitsOf,
  type Wait,
} from '../domain/objective/waits';
import { z } from 'zod';
import type { Execution, Gateway } from './gateway';
import { LIST_LIMIT, inParallel } from './limits';
import { isNamed, isUnavailable, isUnknownSearchAttribute } from './translate-error';

const QUERY_WITHIN_MS = 5_000;

/** An open objective, or watch, that waits for a human, as visibility and memo tell it. */
export interface WaitingExecution {
  /** Of the objective, or `<objective id>/deployment`. */
  readonly id: string;
  /** The objective's words, shortened; of a watch, the id of its objective. */
  readonly objective: string;
  readonly repository: string;
  /** Null: its memo does not tell (it was begun by an older version, or more waits than the memo holds). */
  readonly waits: readonly Wait[] | null;
}

export interface Waiting {
  readonly executions: readonly WaitingExecution[];
  /** There are more than a list holds. */
  readonly more: boolean;
}

const TYPES = `WorkflowType IN ('${OBJECTIVE_WORKFLOW}', '${DEPLOYMENT_WATCH_WORKFLOW}') AND ExecutionStatus = 'Running'`;
const AWAITING: readonly unknown[] = ['awaiting-human', 'awaiting-approval'];

/** Everything that waits for a human, by one question to visibility: no history is read, no workflow asked. */
export async function listWaiting(gateway: Gateway): Promise<Waiting> {
  try {
    const states = AWAITING.map((state) => `'${String(state)}'`).join(', ');
    return await collect(
      gateway.list(`${TYPES} AND (CoordinatorStatus IN (${states}) OR CoordinatorStatus IS NULL)`),
    );
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error;
    return collect(gateway.list(TYPES));
  }
}

async function collect(executions: AsyncIterable<Execution>): Promise<Waiting> {
  const found = new Map<string, WaitingExecution>();
  for await (const execution of executions) {
    if (execution.state !== 'open' || found.has(execution.objectiveId)) continue;
    const state = execution.attributes['CoordinatorStatus'];
    if (state !== undefined && state !== null && !AWAITING.includes(state)) continue;
    const row = waitingExecution(execution);
    if (row.waits?.length === 0) continue;
    if (found.size >= LIST_LIMIT) return { executions: [...found.values()], more: true };
    found.set(row.id, row);
  }
  return { executions: [...found.values()], more: false };
}

const Memo = z.object({ objective: z.string(), repository: z.string(), [WAITS_MEMO]: WaitsMemo }).partial();

function waitingExecution({ objectiveId, memo }: Execution): WaitingExecution {
  const parsed = Memo.safeParse(memo ?? {});
  const told = parsed.success ? parsed.data : {};
  const memoed = told[WAITS_MEMO];
  const waits = memoed === undefined ? null : readWaitsMemo(memoed);
  return {
    id: objectiveId,
    objective: told.objective ?? '',
    repository: told.repository ?? '',
    waits: waits !== null && waits.length < MOST_WAITS ? waits : null,
  };
}

/**
 * What waits of executions whose memo does not tell, asked of the workflows; null: it does not answer, for want of a
 * worker or for a reason of its own.
 */
export async function askWaits(
  gateway: Gateway,
  ids: readonly string[],
): Promise<readonly (readonly Wait[] | null)[]> {
  return inParallel(ids, async (id) => {
    try {
      if (!isDeploymentWatchId(id))
        return waitsOf(ObjectiveStatus.parse(await gateway.query(id, 'objectiveStatus', QUERY_WITHIN_MS)));
      const answer = await gateway.query(id, 'openEscalations', QUERY_WITHIN_MS);
      return z.array(Escalation).parse(answer).map(waitOf);
    } catch (error) {
      // Closed meanwhile: nothing of it waits any more.
      if (isNamed(error, 'WorkflowNotFoundError')) return [];
      if (isUnavailable(error)) throw error;
      return null;
    }
  });
}
