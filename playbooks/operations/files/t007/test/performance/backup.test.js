// Needs PostgreSQL. Nothing here is timed: durations are for `npm run measure:backup`, on a machine that is idle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { withSession } from '../../src/db/session.js';
import { maintain } from '../../src/maintenance/maintain.js';
import { useOrders } from '../backup/support.js';
import { fillOrders } from './orders.js';

const orders = useOrders({ later: false });

/** How many statements `work` sends, and what it comes to. */
async function count(t, work) {
  const query = t.mock.method(pg.Client.prototype, 'query');
  const result = await work();
  const statements = query.mock.callCount();
  query.mock.restore();
  return { statements, result };
}

test('a backup sends as many statements for five thousand orders as for five', async (t) => {
  const few = await count(t, orders.backUp);
  await fillOrders(orders.pool, 5_000);
  const many = await count(t, orders.backUp);
  assert.equal(many.result.manifest.tables.find(({ name }) => name === 'public.order_items').rows, 10_010);
  assert.equal(many.statements, few.statements);
});

test('the service writes and changes orders while a backup reads them', async () => {
  const written = [];
  await orders.backUp({
    onTable: async () => {
      const client = await orders.pool.connect();
      try {
        // A backup that stood in the way would fail this instead of keeping it waiting.
        await client.query(`begin; set local lock_timeout = '100ms'`);
        const inserted = await client.query(
          `insert into orders (customer_reference, currency) values ('meanwhile', 'EUR') returning id`,
        );
        await client.query(`update orders set status = 'shipped' where customer_reference = 'customer-1'`);
        await client.query('commit');
        written.push(inserted.rows[0].id);
      } finally {
        client.release();
      }
    },
  });
  const { rowCount } = await orders.pool.query('select from orders where id = any($1)', [written]);
  assert.equal(rowCount, 3);
});

test('looking for maintenance reads the catalog alone, with two statements', async (t) => {
  const { statements } = await withSession(orders.config.databaseUrl, (session) =>
    count(t, () => maintain({ session, apply: false })),
  );
  assert.equal(statements, 2);
});
