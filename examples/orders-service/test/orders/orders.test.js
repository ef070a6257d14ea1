// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import { useApp } from '../support/app.js';
import { assertProblem } from '../support/problem.js';

const service = useApp();

const NEW_ORDER = {
  customerReference: 'customer-7',
  currency: 'EUR',
  items: [
    { sku: 'tea-green', quantity: 3, unitPriceCents: 450 },
    { sku: 'cup', quantity: 1, unitPriceCents: 1200 },
  ],
};

const post = (url, payload) => service.app.inject({ method: 'POST', url, payload });
const get = (url) => service.app.inject(url);

/** Adds orders a minute apart, the last one newest; returns their ids, newest first. */
async function addOrders(count, status = 'pending') {
  const { rows } = await service.pool.query(
    `insert into orders (customer_reference, currency, status, created_at)
     select 'customer-1', 'EUR', $2, now() - n * interval '1 minute' from generate_series(1, $1) n
     returning id`,
    [count, status],
  );
  await service.pool.query(
    `insert into order_items select id, 1, 'cup', 1, 100 from orders on conflict do nothing`,
  );
  return rows.map((row) => row.id);
}

beforeEach(() => service.pool.query('delete from orders'));

test('health is ok while the database answers', async () => {
  const response = await get('/v1/health');
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { status: 'ok' });
});

describe('creating an order', () => {
  test('answers 201 with the order, its total and its address', async () => {
    const response = await post('/v1/orders', NEW_ORDER);
    assert.equal(response.statusCode, 201);
    const order = response.json();
    assert.equal(response.headers.location, `/v1/orders/${order.id}`);
    assert.deepEqual(order, {
      ...NEW_ORDER,
      id: order.id,
      status: 'pending',
      totalCents: 2550,
      createdAt: order.createdAt,
      cancelledAt: null,
    });
    assert.deepEqual((await get(response.headers.location)).json(), order);
  });

  const faulty = {
    'no items': [{ ...NEW_ORDER, items: [] }, '/items'],
    'a missing currency': [{ ...NEW_ORDER, currency: undefined }, '/currency'],
    'a quantity that is text': [
      { ...NEW_ORDER, items: [{ ...NEW_ORDER.items[0], quantity: '3' }] },
      '/items/0/quantity',
    ],
    'a status of its own': [{ ...NEW_ORDER, status: 'shipped' }, '/status'],
  };
  for (const [fault, [body, path]] of Object.entries(faulty)) {
    test(`refuses ${fault}, names the place and stores nothing`, async () => {
      const problem = assertProblem(await post('/v1/orders', body), 400, 'invalid-request');
      assert.equal(problem.errors[0].path, path);
      const { rows } = await service.pool.query('select count(*)::int as count from orders');
      assert.equal(rows[0].count, 0);
    });
  }

  test('stores neither order nor items when one item cannot be stored', async () => {
    await service.pool.query(`alter table order_items add constraint no_cups check (sku <> 'cup')`);
    try {
      assertProblem(await post('/v1/orders', NEW_ORDER), 500, 'internal-error');
      const { rows } = await service.pool.query('select count(*)::int as count from orders');
      assert.equal(rows[0].count, 0);
    } finally {
      await service.pool.query('alter table order_items drop constraint no_cups');
    }
  });
});

describe('getting an order', () => {
  test('answers 404 for an id nobody has', async () => {
    assertProblem(await get(`/v1/orders/${randomUUID()}`), 404, 'order-not-found');
  });

  test('answers 400 for an id that is none', async () => {
    assertProblem(await get(`/v1/orders/${encodeURIComponent("1' or '1'='1")}`), 400, 'invalid-request');
  });
});

describe('listing orders', () => {
  test('an empty list is a page without a next one', async () => {
    assert.deepEqual((await get('/v1/orders')).json(), { data: [], nextCursor: null });
  });

  test('following the cursors shows every order once, newest first', async () => {
    const ids = await addOrders(5);
    // The same instant twice must not hide a row at a page's edge.
    await service.pool.query(`update orders set created_at = date_trunc('hour', created_at)`);
    const seen = [];
    let cursor = null;
    do {
      const page = (await get(`/v1/orders?limit=2${cursor ? `&cursor=${cursor}` : ''}`)).json();
      assert.ok(page.data.length <= 2);
      seen.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    assert.deepEqual(seen.map((order) => order.id).sort(), ids.sort());
    assert.deepEqual(
      seen.map((order) => order.createdAt),
      seen
        .map((order) => order.createdAt)
        .sort()
        .reverse(),
    );
  });

  test('can be narrowed to one status', async () => {
    await addOrders(2);
    const shipped = await addOrders(1, 'shipped');
    const page = (await get('/v1/orders?status=shipped')).json();
    assert.deepEqual(
      page.data.map((order) => order.id),
      shipped,
    );
  });

  const forged = Buffer.from(`now() ${randomUUID()}`).toString('base64url');
  for (const query of [
    'limit=0',
    'limit=101',
    'limit=ten',
    'status=lost',
    'colour=red',
    `cursor=${forged}`,
    'cursor=x',
  ]) {
    test(`refuses ?${query}`, async () => {
      assertProblem(await get(`/v1/orders?${query}`), 400, 'invalid-request');
    });
  }
});

describe('cancelling an order', () => {
  test('a pending order becomes cancelled, and stays so when asked again', async () => {
    const [id] = await addOrders(1);
    const first = await post(`/v1/orders/${id}/cancel`);
    assert.equal(first.statusCode, 200);
    assert.equal(first.json().status, 'cancelled');
    assert.match(first.json().cancelledAt, /Z$/);
    assert.deepEqual((await post(`/v1/orders/${id}/cancel`)).json(), first.json());
  });

  test('a shipped order answers 409', async () => {
    const [id] = await addOrders(1, 'shipped');
    assertProblem(await post(`/v1/orders/${id}/cancel`), 409, 'order-not-cancellable');
  });

  test('an unknown order answers 404', async () => {
    assertProblem(await post(`/v1/orders/${randomUUID()}/cancel`), 404, 'order-not-found');
  });
});
