import { condition, isCancellation } from '@temporalio/workflow';
import type { CoordinationAnswer } from '../src/domain/coordination/coordination-orders';
import type { Reporter } from './coordination-report';
import { troubleOf } from './trouble';

/** Asked for nothing this long, its objective is gone. */
const IDLE = '30 days';

/**
 * Carries out the orders of an objective one after another until it says `close`, or nothing comes any more. What could
 * not be carried out is answered as trouble, with what it cost booked on `role`.
 */
export async function takeOrders<T extends { readonly kind: string }>(
  orders: T[],
  work: {
    readonly role: string;
    readonly reporter: Reporter;
    readonly carryOut: (order: Exclude<T, { kind: 'close' }>) => Promise<void>;
    readonly answer: (order: Exclude<T, { kind: 'close' }>, said: CoordinationAnswer) => Promise<void>;
  },
): Promise<void> {
  const isWork = (order: T): order is Exclude<T, { kind: 'close' }> => order.kind !== 'close';
  for (;;) {
    if (!(await condition(() => orders.length > 0, IDLE))) return;
    const order = orders.shift();
    if (order === undefined || !isWork(order)) return;
    try {
      await work.carryOut(order);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { reason, text, usage } = troubleOf(error);
      if (usage !== null) work.reporter.cost(work.role, usage);
      await work.answer(order, { kind: 'trouble', reason, text: text.slice(0, 2000) });
    }
  }
}
