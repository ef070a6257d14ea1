// Needs a Temporal binary (found or fetched as the product does) and the compiled guard in dist.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { resolveTemporalBinary } from '../../src/temporal/binary';
import { answersAsTemporal } from '../../src/temporal/grpc-probe';
import { pickFreePorts } from '../../src/temporal/ports';
import { registerSearchAttributes } from '../../src/temporal/search-attributes';
import { writeServerRecord } from '../../src/temporal/server-record';
import { openTemporalHome, until, type TemporalHome } from './temporal-home';

let home: TemporalHome;
let server: ChildProcess;
let address: string;

beforeAll(async () => {
  home = await openTemporalHome();
  const binary = await resolveTemporalBinary({ ...home.options, cache: home.options.home.cache });
  const [port = 0, uiPort = 0] = await pickFreePorts(2);
  address = `127.0.0.1:${String(port)}`;
  const ports = ['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  const database = ['--db-filename', join(home.folder, 'temporal.db')];
  server = spawn(binary, ['server', 'start-dev', '--headless', ...ports, ...database], { stdio: 'ignore' });
  await until(() => answersAsTemporal(address));
});

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
  await home.close();
});

test('a server on the usual local port is used and not owned', async () => {
  const connection = await home.connect({ localAddress: address });
  expect(connection).toMatchObject({ kind: 'local', address, namespace: 'default' });
  await connection.release();
  expect(await answersAsTemporal(address)).toBe(true);
});

test('TEMPORAL_ADDRESS comes first', async () => {
  const configured = await openTemporalHome({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' });
  expect(await configured.connect()).toMatchObject({ kind: 'configured', address });
  await configured.close();
});

test('a record written by hand for a living server is used and not owned', async () => {
  const other = await openTemporalHome();
  const pid = server.pid ?? 0;
  await writeServerRecord(other.folder, { pid, address, ui: 'http://127.0.0.1:1' });
  const connection = await other.connect();
  expect(connection).toMatchObject({ kind: 'embedded', address });
  await connection.release();
  await other.close();
  expect(await answersAsTemporal(address)).toBe(true);
});

test('the database in use by another server -> exit code 5, names the process', async () => {
  await expect(home.connect()).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining(`in use by process ${String(server.pid)}`),
  });
});

test('search attributes are registered once', async () => {
  const connection = await Connection.connect({ address });
  const names = ['CoordinatorStatus', 'CoordinatorEscalationLevel', 'CoordinatorRepository'];
  expect(await registerSearchAttributes(connection, 'default')).toEqual({ kind: 'registered', names });
  expect(await registerSearchAttributes(connection, 'default')).toEqual({ kind: 'already-registered' });
  await connection.close();
});
