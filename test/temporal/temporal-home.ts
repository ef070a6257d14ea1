import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { findProcess, listProcesses, type ProcessInfo } from '../../src/process/process-info';
import { stopKeeping } from '../../src/temporal/lease';
import {
  connectTemporal,
  type ConnectTemporalOptions,
  type TemporalConnection,
} from '../../src/temporal/resolve';
import { readGuardRecord, readServerRecord } from '../../src/temporal/server-record';

/** Nothing listens on port 1. */
export const NOWHERE = '127.0.0.1:1';

/** A temporary home with everything that keeps the developer's own Temporal out of the test. */
export async function openTemporalHome(variables: Record<string, string> = {}) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'temporal home ')));
  const environment = readEnvironment({
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'))),
    TEMPORAL_CONFIG_FILE: join(folder, 'none.toml'),
    COORDINATOR_HOME: folder,
    ...variables,
  });
  const options: ConnectTemporalOptions = {
    environment,
    home: resolveHome(environment),
    localAddress: NOWHERE,
    guard: { graceMs: 200 },
  };
  const held: TemporalConnection[] = [];
  return {
    folder,
    options,
    connect: async (more: Partial<ConnectTemporalOptions> = {}): Promise<TemporalConnection> => {
      const connection = await connectTemporal({ ...options, ...more });
      held.push(connection);
      return connection;
    },
    serverPid: async () => (await readServerRecord(folder))?.pid ?? 0,
    guardPid: async () => (await readGuardRecord(folder))?.guard ?? 0,
    serverJson: async (): Promise<unknown> => JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')),
    close: async (): Promise<void> => {
      await Promise.all(held.map((connection) => connection.release()));
      await stopKeeping(folder);
      // Its records go first, the guard itself last; a killed guard's successor may just be on its way.
      await until(async () => (await guardsOf(folder)).length === 0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function guardsOf(folder: string): Promise<ProcessInfo[]> {
  return (await listProcesses()).filter(
    ({ command }) => command.includes('guard-main.js') && command.includes(folder),
  );
}

export type TemporalHome = Awaited<ReturnType<typeof openTemporalHome>>;

/** Waits for a condition; the test's own time-out ends a wait for nothing. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}

export async function isRunning(pid: number): Promise<boolean> {
  return (await findProcess(pid)) !== undefined;
}
