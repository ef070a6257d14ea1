import { after, before } from 'node:test';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { createDatabase } from './database.js';

/** @param {Record<string, string>} [env] Added to what the service needs at least. */
export function testConfig(env) {
  return loadConfig({ DATABASE_URL: 'postgres://unused', LOG_LEVEL: 'silent', ...env });
}

/**
 * The service on a fresh database, for all tests of the calling file.
 *
 * @param {Record<string, string>} [env]
 */
export function useApp(env) {
  const context = { app: undefined, pool: undefined };
  let database;
  before(async () => {
    database = await createDatabase();
    context.pool = database.pool;
    context.app = buildApp({ pool: database.pool, config: testConfig(env), logger: false });
    await context.app.ready();
  });
  after(async () => {
    await context.app?.close();
    await database?.close();
  });
  return context;
}
