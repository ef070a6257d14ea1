// Needs Temporal (a real dev server) and the built package: the server goes and comes back while a client is connected.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  objectiveInput,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { textOf } from './open-desk';
import { startRawClient } from './raw-client';

let department: TestDepartment;
let home: string;
beforeAll(async () => {
  department = await startDepartment();
  home = await mkdtemp(join(tmpdir(), 'mcp-lost-'));
});
afterAll(async () => {
  await department.stop();
  await rm(home, { recursive: true, force: true });
});

/** A wire to the server that can be cut. */
async function openWire(address: string) {
  const [host = '', port = ''] = address.split(':');
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket.on('close', () => sockets.delete(socket));
  };
  const open = async (at: number): Promise<Server> => {
    const server = createServer((near) => {
      const far = keep(connect(Number(port), host));
      keep(near).pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
    return server;
  };
  let server = await open(0);
  const { port: own } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    address: `127.0.0.1:${String(own)}`,
    cut,
    mend: async () => {
      server = await open(own);
    },
  };
}

test('while it is gone every call is answered in one sentence; when it is back the same client goes on', async () => {
  const wire = await openWire(department.server.address);
  const { PATH = '', HOME = '' } = process.env;
  const input = objectiveInput({ approvePlan: true });
  const id = input.objectiveId;
  await department.withObjective(
    smoothActivities([planTask({ id: 'backend-T001' })]),
    async ({ status }) => {
      await until(status, ({ state }) => state === 'awaiting-approval');
      const raw = startRawClient({ PATH, HOME, COORDINATOR_HOME: home, TEMPORAL_ADDRESS: wire.address });
      try {
        await raw.greet();
        expect((await raw.call('get_status', { id })).structuredContent).toMatchObject({ live: true });
        await wire.cut();
        for (const [name, args] of [
          ['get_status', { id }],
          ['list_escalations', {}],
          ['review_plan', { id, decision: 'approve' }],
          ['start_objective', { objective: 'Add user authentication system with OAuth2 and JWT' }],
          ['wait_for_objective', { id, timeoutSeconds: 1 }],
        ] as const) {
          const lost = await raw.call(name, args);
          expect([name, lost.isError, lost.content]).toEqual([name, true, [expect.anything()]]);
          expect(textOf(lost)).toMatch(/^[^\n]*(?:does not answer|No Temporal server answers)[^\n]*\.$/);
        }
        expect(await raw.ask('resources/read', { uri: `coordinator://objectives/${id}/plan` })).toMatchObject(
          {
            error: { message: expect.stringMatching(/does not answer|No Temporal server answers/) },
          },
        );
        await wire.mend();
        const back = await raw.call('review_plan', { id, decision: 'approve' });
        expect(back.structuredContent).toMatchObject({ applied: true });
        const ended = await raw.call('wait_for_objective', { id, timeoutSeconds: 60 });
        expect(ended.structuredContent).toMatchObject({ objective: { objectiveId: id } });
      } finally {
        expect(await raw.leave()).toBe(0);
        await wire.cut();
      }
      expect((await status()).decisions).toEqual([]);
    },
    input,
  );
}, 240_000);
