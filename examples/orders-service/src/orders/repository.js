import { withTransaction } from '../db/transaction.js';

/**
 * @typedef {object} OrderItem
 * @property {string} sku
 * @property {number} quantity
 * @property {number} unitPriceCents
 *
 * @typedef {object} OrderRecord
 * @property {string} id
 * @property {string} customerReference
 * @property {string} currency
 * @property {'pending' | 'shipped' | 'cancelled'} status
 * @property {Date} createdAt
 * @property {Date | null} cancelledAt
 * @property {OrderItem[]} items In the order they were given.
 */

// The items come with their order in one query, however long the page is.
const COLUMNS = `
  o.id, o.customer_reference as "customerReference", o.currency, o.status,
  o.created_at as "createdAt", o.cancelled_at as "cancelledAt",
  (select coalesce(json_agg(json_build_object('sku', i.sku, 'quantity', i.quantity,
                                              'unitPriceCents', i.unit_price_cents)
                            order by i.line_number), '[]')
     from order_items i where i.order_id = o.id) as items`;

/**
 * All SQL about orders.
 *
 * @param {import('pg').Pool} pool
 */
export function createOrdersRepository(pool) {
  return {
    /**
     * Newest first, starting after a position.
     *
     * @param {{ limit: number, status?: string, after?: import('./cursor.js').Position }} query
     * @returns {Promise<OrderRecord[]>}
     */
    async list({ limit, status, after }) {
      const conditions = [];
      const values = [limit];
      if (status) conditions.push(`o.status = $${values.push(status)}`);
      if (after) {
        const createdAt = values.push(after.createdAt);
        const id = values.push(after.id);
        conditions.push(`(o.created_at, o.id) < ($${createdAt}, $${id})`);
      }
      const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
      const { rows } = await pool.query(
        `select ${COLUMNS} from orders o ${where} order by o.created_at desc, o.id desc limit $1`,
        values,
      );
      return rows;
    },

    /**
     * @param {string} id
     * @returns {Promise<OrderRecord | undefined>}
     */
    async find(id) {
      const { rows } = await pool.query(`select ${COLUMNS} from orders o where o.id = $1`, [id]);
      return rows[0];
    },

    /**
     * @param {{ customerReference: string, currency: string, items: OrderItem[] }} order
     * @returns {Promise<string>} Id of the new order.
     */
    insert({ customerReference, currency, items }) {
      return withTransaction(pool, async (client) => {
        const { rows } = await client.query(
          'insert into orders (customer_reference, currency) values ($1, $2) returning id',
          [customerReference, currency],
        );
        await client.query(
          `insert into order_items (order_id, line_number, sku, quantity, unit_price_cents)
           select $1, line.number, line.sku, line.quantity, line.price
             from unnest($2::text[], $3::int[], $4::int[]) with ordinality as line (sku, quantity, price, number)`,
          [
            rows[0].id,
            items.map((item) => item.sku),
            items.map((item) => item.quantity),
            items.map((item) => item.unitPriceCents),
          ],
        );
        return rows[0].id;
      });
    },

    /**
     * One statement, so that a shipment at the same moment cannot be cancelled.
     *
     * @param {string} id
     * @returns {Promise<boolean>} Whether the order was pending and is cancelled now.
     */
    async cancelPending(id) {
      const { rowCount } = await pool.query(
        `update orders set status = 'cancelled', cancelled_at = now() where id = $1 and status = 'pending'`,
        [id],
      );
      return rowCount === 1;
    },
  };
}
