import pg from 'pg';

/**
 * @param {Pick<import('../config.js').Config, 'databaseUrl' | 'databasePoolSize'>} config
 * @returns {import('pg').Pool}
 */
export function createPool({ databaseUrl, databasePoolSize }) {
  return new pg.Pool({
    connectionString: databaseUrl,
    max: databasePoolSize,
    application_name: 'orders-service',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 10_000,
  });
}
