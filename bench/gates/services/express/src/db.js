import pg from 'pg';
import { log } from './log.js';

export function createPool(databaseUrl) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, connectionTimeoutMillis: 2000 });
  pool.on('error', (error) => log('error', { error: error.message }));
  return pool;
}
