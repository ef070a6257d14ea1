// node scripts/seed.js [count]: adds made-up orders and two users, for trying the service out and for load tests.
import { createPasswords } from '../src/auth/passwords.js';
import { createAuthRepository } from '../src/auth/repository.js';
import { loadConfig } from '../src/config.js';
import { createPool } from '../src/db/pool.js';

const PEOPLE = [
  { email: 'ada@example.test', displayName: 'Ada' },
  { email: 'ben@example.test', displayName: 'Ben' },
];
const PASSWORD = 'for-tests-only';

const count = Number(process.argv[2] ?? 100);
if (!Number.isInteger(count) || count < 1) {
  console.error('Usage: node scripts/seed.js [count]');
  process.exit(2);
}

const config = loadConfig(process.env);
const pool = createPool({ ...config, databasePoolSize: 1 });
try {
  await pool.query(
    `with taken as (
       insert into orders (customer_reference, currency, created_at)
       select 'customer-' || n % 50, 'EUR', now() - n * interval '1 minute' from generate_series(1, $1) n
       returning id
     )
     insert into order_items (order_id, line_number, sku, quantity, unit_price_cents)
     select id, line, 'sku-' || line, line, 250 * line from taken, generate_series(1, 3) line`,
    [count],
  );
  const users = createAuthRepository(pool);
  const passwordHash = await createPasswords(config.auth.passwordCost).hash(PASSWORD);
  for (const person of PEOPLE) await users.insertUser({ ...person, passwordHash });
  console.log(`added ${count} orders and ${PEOPLE.length} users`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await pool.end();
}
