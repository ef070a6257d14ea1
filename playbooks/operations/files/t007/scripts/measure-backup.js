// npm run measure:backup [-- orders]: prints how long backup and restore take for so many orders, on databases of its own.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUp } from '../src/backup/back-up.js';
import { readBackup } from '../src/backup/read-backup.js';
import { rehearse } from '../src/backup/rehearse.js';
import { withSession } from '../src/db/session.js';
import { createDatabase, openServer } from '../test/support/database.js';
import { fillOrders } from '../test/performance/orders.js';

const count = Number(process.argv[2] ?? 100_000);
if (!Number.isInteger(count) || count < 1) {
  console.error('Usage: npm run measure:backup [-- orders]');
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort(new Error(signal)));

let server;
let database;
const dir = await mkdtemp(join(tmpdir(), `orders-measure-${randomBytes(2).toString('hex')}-`));
try {
  server = await openServer(interrupted.signal);
  Object.assign(process.env, server.env);
  database = await createDatabase();
  await fillOrders(database.pool, count);
  await measure();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await database?.close();
  await server?.close();
  await rm(dir, { recursive: true });
}

async function measure() {
  const pgDump = { command: 'pg_dump', path: process.env.PATH };
  const began = performance.now();
  const { path, manifest } = await withSession(database.url, (session) => backUp({ session, dir, pgDump }));
  const seconds = (performance.now() - began) / 1000;
  const mebibytes = manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 / 1024;
  interrupted.signal.throwIfAborted();
  const config = { databaseUrl: database.url, adminDatabase: 'postgres' };
  const drill = await rehearse({ backup: await readBackup(path), config });
  if (!drill.ok) throw new Error(drill.problems.join('; '));
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${count} orders, ${mebibytes.toFixed(1)} MiB of rows, at most ${memory} MiB of memory`);
  console.log(`backup: ${seconds.toFixed(2)} s`);
  console.log(`restore: ${drill.restoreSeconds.toFixed(2)} s`);
}
