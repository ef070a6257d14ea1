// Needs PostgreSQL. Listens on a unix socket only.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { closeOnSignals, startService } from '../src/service.js';
import { testConfig } from './support/app.js';
import { createDatabase } from './support/database.js';

let database;
let dir;

before(async () => {
  database = await createDatabase();
  dir = await mkdtemp(join(tmpdir(), 'orders-'));
});
after(async () => {
  await database?.close();
  if (dir) await rm(dir, { recursive: true });
});

test('SIGTERM lets a running request finish, then ends the process with 0', async () => {
  const path = join(dir, 'service.sock');
  const config = testConfig({ DATABASE_URL: database.url });
  const app = await startService(config, { logger: false, listen: { path } });
  const host = Object.assign(new EventEmitter(), { exit: (code) => host.emit('exited', code) });
  closeOnSignals(app, { timeoutMs: config.shutdownTimeoutMs, host });

  const lock = await database.pool.connect();
  await lock.query('begin');
  await lock.query('lock table orders');
  const call = request({ socketPath: path, path: '/v1/orders' }).end();
  const responded = once(call, 'response');
  // The request is running once it waits for the lock.
  for (;;) {
    // In this database only: files that run beside this one wait for locks of their own.
    const { rows } = await lock.query(
      `select 1 from pg_locks join pg_database on pg_database.oid = pg_locks.database
       where datname = current_database() and not granted`,
    );
    if (rows.length > 0) break;
  }

  const exited = once(host, 'exited');
  host.emit('SIGTERM');
  while (app.server.listening) await nextTurn();
  await lock.query('commit');
  lock.release();

  const [response] = await responded;
  assert.equal(response.statusCode, 200);
  response.resume();
  assert.deepEqual(await exited, [0]);
  assert.equal(app.server.listening, false);
});

test('a shutdown that takes too long ends the process with 1', async () => {
  const host = Object.assign(new EventEmitter(), { exit: (code) => host.emit('exited', code) });
  const log = { info() {}, error() {} };
  const keepAlive = setInterval(() => {}, 1000);
  closeOnSignals({ log, close: () => new Promise(() => {}) }, { timeoutMs: 10, host });
  const exited = once(host, 'exited');
  host.emit('SIGINT');
  assert.deepEqual(await exited, [1]);
  clearInterval(keepAlive);
});

test('what the process uses is logged when the service listens', async () => {
  const config = testConfig({ DATABASE_URL: database.url });
  const lines = [];
  const stream = { write: (line) => lines.push(JSON.parse(line)) };
  const logger = { level: 'info', stream };
  const app = await startService(config, { logger, listen: { path: join(dir, 'figures.sock') } });
  await app.close();
  const [figures] = lines.filter(({ msg }) => msg === 'process figures');
  assert.ok(figures.memory.rssBytes > figures.memory.heapUsedBytes);
});

test('a service that cannot listen leaves no connection open', async () => {
  const config = testConfig({ DATABASE_URL: database.url });
  const path = join(dir, 'missing', 'service.sock');
  await assert.rejects(startService(config, { logger: false, listen: { path } }));
});

test('the server refuses to start without its environment', () => {
  const server = fileURLToPath(new URL('../src/server.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [server], { env: {}, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /DATABASE_URL is missing/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});
