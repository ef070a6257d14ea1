import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import {
  COORDINATION_ORDER,
  type ContractInput,
  type ContractOrder,
  type DatabaseInput,
  type DatabaseOrder,
} from '../src/domain/coordination/coordination-orders';
import { startAbandoned } from './abandoned-child';
import { shownAsPartOf } from './part-of';
import { ordersOf } from './lost-coordination';
import { record, type Run } from './run';

/** A workflow an objective coordinates with, and what it is to do. */
export interface Child {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly input: ContractInput | DatabaseInput;
  readonly order: ContractOrder | DatabaseOrder;
}

/**
 * Gives an order to a child, which is started where it does not run: at first, or when it was lost. What it had not
 * answered until then is given again too. False: it ended before the order reached it. In older histories the others waited
 * for ever, and that was a bug.
 */
export async function order(run: Run, child: Child): Promise<boolean> {
  const { children } = run.progress.coordination;
  const signal = (): Promise<void> =>
    getExternalWorkflowHandle(child.id).signal(COORDINATION_ORDER, child.order);
  if (children.includes(child.id)) {
    const others = ordersOf(run, child.id);
    try {
      await signal();
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      record(run, `${child.summary} was lost and is taken up again`);
      if (run.watches) for (const { lose } of others) lose();
      children.splice(children.indexOf(child.id), 1);
    }
  }
  children.push(child.id);
  // It waits for people longer than one run of an objective lasts; the objective tells it when to close.
  await startAbandoned(child.type, {
    workflowId: child.id,
    args: [child.input],
    staticSummary: child.summary,
    ...shownAsPartOf(run.input),
  });
  try {
    await signal();
    return true;
  } catch (error) {
    if (isCancellation(error) || !run.watches) throw error;
    return false;
  }
}

/** Tells every workflow it coordinates with that nothing more is asked of it. */
export async function closeCoordination(run: Run, reason: string): Promise<void> {
  const { children } = run.progress.coordination;
  await Promise.allSettled(
    children.map((id) =>
      getExternalWorkflowHandle(id).signal(COORDINATION_ORDER, {
        kind: 'close',
        reason: reason.slice(0, 500),
      }),
    ),
  );
  children.length = 0;
}
