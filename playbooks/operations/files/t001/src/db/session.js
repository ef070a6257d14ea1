import pg from 'pg';

/**
 * What every session of an operator's work begins with, so that values have one spelling whatever the server's
 * defaults are. Work may take long, but waits for a lock only shortly: the service needs the tables more.
 */
const SETTINGS = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '3',
  search_path: 'public',
  // Rows come in the order they are stored in, also when another session reads the same table.
  synchronize_seqscans: 'off',
  // A row that a policy hides is an error and not missing in silence.
  row_security: 'off',
  lock_timeout: '5s',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/**
 * Runs `work` on a connection of its own, which is closed afterwards.
 *
 * @template T
 * @param {string} databaseUrl
 * @param {(session: import('pg').Client) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSession(databaseUrl, work) {
  const session = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'orders-operations',
    connectionTimeoutMillis: 5_000,
  });
  // The query under way fails with the same error; without a listener the process would end here.
  session.on('error', () => {});
  await session.connect();
  try {
    await session.query('select set_config(key, value, false) from jsonb_each_text($1)', [SETTINGS]);
    return await work(session);
  } finally {
    await session.end();
  }
}

/**
 * The same server, another database. By hand, because the WHATWG parser refuses `postgres://user@/name?host=/dir`.
 *
 * @param {string} databaseUrl
 * @param {string} name
 */
export function withDatabaseName(databaseUrl, name) {
  const match = /^([a-z]+:\/\/[^/?]*)(?:\/[^?]*)?(\?.*)?$/i.exec(databaseUrl);
  if (!match) throw new Error('DATABASE_URL is not a connection string like postgres://host/database.');
  return `${match[1]}/${encodeURIComponent(name)}${match[2] ?? ''}`;
}
