/**
 * Adds orders with two lines each.
 *
 * @param {import('pg').Pool} pool
 * @param {number} count
 */
export async function fillOrders(pool, count) {
  await pool.query(
    `with taken as (
       insert into orders (customer_reference, currency, created_at)
       select 'customer-' || n % 500, 'EUR', now() - n * interval '1 second' from generate_series(1, $1::int) n returning id
     )
     insert into order_items select id, line, 'sku-' || line, line, 250 from taken, generate_series(1, 2) line`,
    [count],
  );
}
