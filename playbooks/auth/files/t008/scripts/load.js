// npm run load [-- requests]: prints how long reading the account and refreshing take, on a database of its own.
import { randomBytes } from 'node:crypto';
import { buildApp } from '../src/app.js';
import { createPasswords } from '../src/auth/passwords.js';
import { loadConfig } from '../src/config.js';
import { fillTables } from '../test/performance/auth-tables.js';
import { createDatabase, openServer } from '../test/support/database.js';

const AT_ONCE = 10;
const PASSWORD = randomBytes(16).toString('hex');

const count = Number(process.argv[2] ?? 1000);
if (!Number.isInteger(count) || count < AT_ONCE) {
  console.error(`Usage: npm run load [-- requests], at least ${AT_ONCE}`);
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort(new Error(signal)));

let server;
let database;
let app;
let addresses = 0;
try {
  server = await openServer(interrupted.signal);
  Object.assign(process.env, server.env);
  database = await createDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    RATE_LIMIT_MAX: '1000000',
    AUTH_JWT_SECRET: randomBytes(32).toString('base64'),
  });
  await fillTables(database.pool, await createPasswords(config.auth.passwordCost).hash(PASSWORD));
  app = buildApp({ pool: database.pool, config, logger: false });
  await measureAll();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await app?.close();
  await database?.close();
  await server?.close();
}

async function measureAll() {
  const signedIn = [];
  for (let user = 1; user <= AT_ONCE; user += 1) {
    const payload = { email: `user${user}@example.com`, password: PASSWORD };
    signedIn.push(await call({ method: 'POST', url: '/v1/auth/login', payload }));
  }
  const headers = { authorization: `Bearer ${signedIn[0].accessToken}` };
  await measure('GET /v1/account', () => call({ url: '/v1/account', headers }));
  await measure('POST /v1/auth/refresh', async () => {
    const { refreshToken } = signedIn.shift();
    signedIn.push(await call({ method: 'POST', url: '/v1/auth/refresh', payload: { refreshToken } }));
  });
}

/** Every call comes from an address of its own, so that none uses up its limit. */
async function call(options) {
  interrupted.signal.throwIfAborted();
  addresses += 1;
  const remoteAddress = `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
  const response = await app.inject({ remoteAddress, ...options });
  if (response.statusCode !== 200) throw new Error(`${options.url} answered ${response.body}`);
  return response.json();
}

/** Runs `work` `count` times, `AT_ONCE` at a time. */
async function measure(name, work) {
  const durations = [];
  let begun = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (begun < count) {
        begun += 1;
        const began = performance.now();
        await work();
        durations.push(performance.now() - began);
      }
    }),
  );
  durations.sort((a, b) => a - b);
  const at = (share) => `${durations[Math.ceil(durations.length * share) - 1].toFixed(1)} ms`;
  console.log(`${name}: n=${durations.length} p50=${at(0.5)} p95=${at(0.95)}`);
}
