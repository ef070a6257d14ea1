import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateUp } from '../../src/db/migrate.js';
import { startPostgres } from './postgres-server.js';

const SERVER = 'COORDINATOR_REPLICA_URL';
const PREFIX = 'ORDERS_TEST_PREFIX';

/**
 * The PostgreSQL server of one test run: the one named by COORDINATOR_REPLICA_URL (an administrator's
 * connection, possibly over a unix socket with `?host=/dir`), else one started for this run.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<{ env: Record<string, string>, close: () => Promise<void> }>} `env` is for the test files;
 *   `close` leaves nothing of this run behind.
 */
export async function openServer(signal) {
  const prefix = `orders_test_${randomBytes(5).toString('hex')}_`;
  const given = process.env[SERVER];
  if (!given) {
    const { url, stop } = await startPostgres(signal);
    return { env: { [SERVER]: url, [PREFIX]: prefix }, close: stop };
  }
  return {
    env: { [SERVER]: given, [PREFIX]: prefix },
    // A test file that was killed could not drop its database.
    close: () =>
      asAdministrator(given, async (client) => {
        const { rows } = await client.query(
          'select datname from pg_database where starts_with(datname, $1)',
          [prefix],
        );
        for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
      }),
  };
}

/**
 * A fresh database for one test file.
 *
 * @param {{ migrated?: boolean }} [options] Without its tables when `migrated` is false.
 * @returns {Promise<{ url: string, pool: import('pg').Pool, close: () => Promise<void> }>}
 */
export async function createDatabase({ migrated = true } = {}) {
  const server = process.env[SERVER];
  if (!server) throw new Error(`${SERVER} is not set; run the tests with npm test, which starts PostgreSQL.`);
  const name = `${process.env[PREFIX] ?? 'orders_test_'}${process.pid}_${randomBytes(3).toString('hex')}`;

  await asAdministrator(server, (client) => client.query(`create database ${name}`));
  const url = withDatabase(server, name);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  let closing = false;
  // pool.end() does not wait for the server's side, which the forced drop then reports as lost.
  pool.on('error', (error) => {
    if (!closing) throw error;
  });
  const close = async () => {
    closing = true;
    await pool.end();
    await asAdministrator(server, (client) => client.query(`drop database ${name} with (force)`));
  };
  try {
    if (migrated) await migrateUp(pool);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, pool, close };
}

async function asAdministrator(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The WHATWG parser refuses `postgres://user@/name?host=/dir`, which PostgreSQL's own tools accept. */
function withDatabase(url, name) {
  return url.replace(/^([a-z]+:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);
}
