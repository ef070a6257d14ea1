import { Problem } from '../http/problem.js';
import { decodeCursor, encodeCursor } from './cursor.js';

/**
 * The rules about orders; knows neither HTTP routes nor SQL.
 *
 * @param {{ repository: ReturnType<typeof import('./repository.js').createOrdersRepository> }} dependencies
 */
export function createOrdersService({ repository }) {
  async function getOrder(id) {
    const record = await repository.find(id);
    if (!record) throw new Problem(404, 'order-not-found', 'There is no order with this id.');
    return toOrder(record);
  }

  return {
    getOrder,

    /** @param {{ limit: number, cursor?: string, status?: string }} query */
    async listOrders({ limit, cursor, status }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      // One row more than asked for tells whether there is a next page.
      const records = await repository.list({ limit: limit + 1, status, after });
      const page = records.slice(0, limit);
      const nextCursor = records.length > limit ? encodeCursor(page.at(-1)) : null;
      return { data: page.map(toOrder), nextCursor };
    },

    /** @param {Parameters<typeof repository.insert>[0]} order */
    async createOrder(order) {
      return getOrder(await repository.insert(order));
    },

    /** Cancelling twice is harmless; a shipped order cannot be cancelled. */
    async cancelOrder(id) {
      await repository.cancelPending(id);
      const order = await getOrder(id);
      if (order.status !== 'cancelled') {
        throw new Problem(
          409,
          'order-not-cancellable',
          `An order that is ${order.status} cannot be cancelled.`,
        );
      }
      return order;
    },
  };
}

/** @param {import('./repository.js').OrderRecord} record */
function toOrder(record) {
  return {
    ...record,
    totalCents: record.items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0),
    createdAt: record.createdAt.toISOString(),
    cancelledAt: record.cancelledAt?.toISOString() ?? null,
  };
}
