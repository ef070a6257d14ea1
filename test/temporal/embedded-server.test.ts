// Needs a Temporal binary (found or fetched as the product does) and the compiled guard in dist.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { packageRoot } from '../../src/config/package-root';
import { SEARCH_ATTRIBUTES } from '../../src/domain/objective/messages';
import { answersAsTemporal, knowsSearchAttribute } from '../../src/temporal/grpc-probe';
import { stopKeeping } from '../../src/temporal/lease';
import { RETENTION_SECONDS } from '../../src/temporal/retention';
import { findRunningServer, type TemporalConnection } from '../../src/temporal/resolve';
import { readServerRecord, writeServerRecord } from '../../src/temporal/server-record';
import { isRunning, NOWHERE, openTemporalHome, until, type TemporalHome } from './temporal-home';

let home: TemporalHome;
beforeEach(async () => {
  home = await openTemporalHome();
});
afterEach(async () => {
  await home.close();
});

async function startSomeWorkflow(to: TemporalConnection): Promise<void> {
  await withClient(to, (client) =>
    client.workflow.start('nobodyRunsThis', { workflowId: 'kept', taskQueue: 'nobody-polls-this' }),
  );
}

function describeIt(to: TemporalConnection): Promise<string> {
  return withClient(to, async (client) => (await client.workflow.getHandle('kept').describe()).status.name);
}

async function withClient<T>(to: TemporalConnection, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect(to.clientOptions);
  try {
    return await use(new Client({ connection, namespace: to.namespace }));
  } finally {
    await connection.close();
  }
}

test('two clients that start at once share one server, and the last lease that ends stops it', async () => {
  const [one, two] = await Promise.all([home.connect(), home.connect()]);
  expect(one).toMatchObject({ kind: 'embedded', address: two.address, namespace: 'default' });

  const pid = await home.serverPid();
  expect(await home.serverJson()).toEqual({ pid, address: one.address, ui: one.uiUrl });
  expect((await stat(join(home.folder, 'server-lease.json'))).mode & 0o777).toBe(0o600);
  expect((await fetch(one.uiUrl ?? '')).status).toBe(200);
  for (const { name } of SEARCH_ATTRIBUTES) {
    expect(await knowsSearchAttribute(one.address, 'default', name)).toBe(true);
  }

  await one.release();
  const third = await findRunningServer(home.options);
  expect(third?.address).toBe(two.address);
  await third?.release();
  await two.release();
  await until(async () => !(await isRunning(pid)));
  expect(existsSync(join(home.folder, 'server.json'))).toBe(false);
  await until(() => Promise.resolve(!existsSync(join(home.folder, 'server-lease.json'))));
  expect(await findRunningServer(home.options)).toBeUndefined();
});

test('closed histories are kept for years', async () => {
  const connection = await home.connect();
  const retention = await withClient(connection, async (client) => {
    const { config } = await client.workflowService.describeNamespace({ namespace: connection.namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  });
  expect(retention).toBe(RETENTION_SECONDS);
});

test('a client killed with SIGKILL gives up its lease', async () => {
  const script = `const { connectTemporal } = require(${JSON.stringify(join(packageRoot(), 'dist/src/temporal/resolve.js'))});
    connectTemporal(${JSON.stringify(home.options)}).then(() => { console.log('held'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const pid = await home.serverPid();
  expect(await isRunning(pid)).toBe(true);

  child.kill('SIGKILL');

  await until(async () => !(await isRunning(pid)));
});

test('a server killed with SIGKILL comes back at the same address with the same database', async () => {
  const connection = await home.connect();
  await startSomeWorkflow(connection);
  const before = await home.serverPid();

  process.kill(before, 'SIGKILL');

  await until(async () => ![0, before].includes(await home.serverPid()));
  expect((await readServerRecord(home.folder))?.address).toBe(connection.address);
  expect(await describeIt(connection)).toBe('RUNNING');
});

test('a guard killed with SIGKILL is replaced by one that takes the running server over', async () => {
  const connection = await home.connect();
  const [server, guard] = [await home.serverPid(), await home.guardPid()];

  process.kill(guard, 'SIGKILL');

  await until(async () => ![0, guard].includes(await home.guardPid()));
  const other = await home.connect();
  expect(other.address).toBe(connection.address);
  expect(await home.serverPid()).toBe(server);
  await Promise.all([connection.release(), other.release()]);
  await until(async () => !(await isRunning(server)));
});

test('guard and server killed together come back at the same address with the same database', async () => {
  const connection = await home.connect();
  await startSomeWorkflow(connection);
  const [server, guard] = [await home.serverPid(), await home.guardPid()];

  process.kill(guard, 'SIGKILL');
  process.kill(server, 'SIGKILL');

  await until(async () => ![0, server].includes(await home.serverPid()));
  expect((await readServerRecord(home.folder))?.address).toBe(connection.address);
  expect(await describeIt(connection)).toBe('RUNNING');
});

test('a kept server stays without clients, and through the loss of its guard, until it is told to stop', async () => {
  const connection = await home.connect({ hold: 'keep' });
  await connection.release();
  // Longer than the grace of this home.
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await answersAsTemporal(connection.address)).toBe(true);

  const guard = await home.guardPid();
  process.kill(guard, 'SIGKILL');
  await (await home.connect()).release();
  expect(await home.guardPid()).not.toBe(guard);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await answersAsTemporal(connection.address)).toBe(true);

  expect(await stopKeeping(home.folder)).toBe(0);

  await until(async () => !(await answersAsTemporal(connection.address)));
});

test('a record whose process is another program is replaced', async () => {
  await writeServerRecord(home.folder, { pid: process.pid, address: NOWHERE, ui: 'http://127.0.0.1:1' });
  const connection = await home.connect();
  expect(connection.address).not.toBe(NOWHERE);
  expect(await home.serverPid()).not.toBe(process.pid);
});

test('a malformed record is replaced', async () => {
  await writeFile(join(home.folder, 'server.json'), '{"pid":');
  const connection = await home.connect();
  expect((await readServerRecord(home.folder))?.address).toBe(connection.address);
});
