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
import { record, type Run } from './run';

/** A workflow an objective coordinates with, and what it is to do. */
export interface Child {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly input: ContractInput | DatabaseInput;
  readonly order: ContractOrder | DatabaseOrder;
}

/** Gives an order to a child, which is started where it does not run: at first, or when it was lost. */
export async function order(run: Run, child: Child): Promise<void> {
  const { children } = run.progress.coordination;
  const signal = (): Promise<void> =>
    getExternalWorkflowHandle(child.id).signal(COORDINATION_ORDER, child.order);
  if (children.includes(child.id)) {
    try {
      await signal();
      return;
    } catch (error) {
      if (isCancellation(error)) throw error;
      record(run, `${child.summary} was lost and is taken up again`);
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
  await signal();
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
