// Needs no server: a port with no listener, and one that never answers.
import { writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { findConfiguredServer } from '../../src/temporal/configured-server';
import { portOf } from '../../src/temporal/ports';
import { connectTemporal, findRunningServer } from '../../src/temporal/resolve';
import { NOWHERE, openTemporalHome } from './temporal-home';

test('no listener at TEMPORAL_ADDRESS -> exit code 5, names the address and how to start one', async () => {
  const home = await openTemporalHome({ TEMPORAL_ADDRESS: NOWHERE });
  const refusal = { exitCode: 5, message: expect.stringMatching(/127\.0\.0\.1:1;.*npm run server/) };
  await expect(connectTemporal(home.options)).rejects.toMatchObject(refusal);
  await expect(findRunningServer(home.options)).rejects.toMatchObject(refusal);
  await home.close();
});

test('a listener that never answers -> exit code 5', async () => {
  const sockets = new Set<Socket>();
  const mute = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const home = await openTemporalHome({ TEMPORAL_ADDRESS: `127.0.0.1:${String(portOf(mute))}` });
  await expect(connectTemporal(home.options)).rejects.toMatchObject({ exitCode: 5 });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => mute.close(resolve));
  await home.close();
});

test('a profile of the configuration file names the server, its namespace and its key', async () => {
  const home = await openTemporalHome({ TEMPORAL_PROFILE: 'cloud' });
  await writeFile(
    join(home.folder, 'none.toml'),
    '[profile.cloud]\naddress = "example.test:7233"\nnamespace = "orders"\napi_key = "k"\n',
  );
  expect(findConfiguredServer(home.options.environment)).toEqual({
    address: 'example.test:7233',
    namespace: 'orders',
    options: { address: 'example.test:7233', apiKey: 'k', tls: true, metadata: undefined },
  });
  await home.close();
});

test('an unknown profile -> exit code 2', async () => {
  const home = await openTemporalHome({ TEMPORAL_PROFILE: 'missing' });
  expect(() => findConfiguredServer(home.options.environment)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining('TEMPORAL_PROFILE') }),
  );
  await home.close();
});
