import { once } from 'node:events';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { createPool } from '../src/db.js';
import { migrate } from '../scripts/migrate.js';
import { seed } from '../scripts/seed.js';

/** The service on a migrated database with two users, for one test file. */
export async function openService(env = {}) {
  const databaseUrl = process.env.DATABASE_URL;
  await migrate(databaseUrl, 'down');
  await migrate(databaseUrl, 'up');
  await seed(databaseUrl);
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: 'for-tests-only-for-tests-only-32',
    ...env,
  });
  const pool = createPool(databaseUrl);
  const server = buildApp({ pool, config }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    pool,
    async call(method, path, { token, body, headers = {} } = {}) {
      const response = await fetch(origin + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    async signIn(email = 'ada@example.test') {
      const answer = await this.call('POST', '/v1/sessions', { body: { email, password: 'for-tests-only' } });
      return answer.body.token;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await pool.end();
    },
  };
}
