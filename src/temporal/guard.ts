import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  adoptDevServer,
  choosePorts,
  findDevServers,
  portsOf,
  PortTaken,
  startDevServer,
  type DevServer,
  type DevServerPorts,
} from './dev-server';
import { answersAsTemporal } from './grpc-probe';
import { acquireGuardLock } from './guard-lock';
import { openLeaseDesk, type LeaseDesk } from './lease-desk';
import {
  readGuardRecord,
  readServerRecord,
  removeGuardRecord,
  removeServerRecord,
  writeGuardRecord,
  writeServerRecord,
  type GuardRecord,
  type ServerRecord,
} from './server-record';

/** What the guard process is started with, as JSON in its one argument. */
export const GuardOptions = z.strictObject({
  home: z.string(),
  binary: z.string(),
  /** How long the server outlives its last lease. */
  graceMs: z.int().nonnegative().default(2_000),
});
export type GuardOptions = z.infer<typeof GuardOptions>;

const FIRST_LEASE_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;
const START_TRIES = 3;
const DEATHS_IN_A_ROW = 5;
const ROW_MS = 60_000;
const FAREWELL_MS = 500;

/**
 * Owns the embedded server of a home until its last lease ends: starts it or takes over one that was left
 * behind, brings it back on the same addresses when it dies, stops it and removes the records at the end.
 * Resolves at once when another guard owns the home.
 */
export async function runGuard(options: GuardOptions, stopSignal: AbortSignal): Promise<void> {
  if (!(await acquireGuardLock(options.home))) return;
  const before = await readGuardRecord(options.home);
  let ready = promiseWithResolvers<ServerRecord>();
  let record: GuardRecord | undefined;
  const desk = await openLeaseDesk({
    kept: before?.keep === true && (await isServing(options.home, before.server)),
    whenReady: () => ready.promise,
    onKeepChanged: async (keep) => {
      if (record !== undefined) await saveRecord({ ...record, keep });
    },
  });
  const saveRecord = async (next: GuardRecord): Promise<void> => {
    record = next;
    await writeGuardRecord(options.home, next);
  };
  const noteSpawn = (pid: number): Promise<void> =>
    saveRecord({ guard: process.pid, port: desk.port, token: desk.token, server: pid, keep: desk.isKept() });

  let server: DevServer | undefined;
  try {
    await saveRecord({
      guard: process.pid,
      port: desk.port,
      token: desk.token,
      server: before?.server ?? null,
      keep: desk.isKept(),
    });
    server = await takeOver(options.home, before);
    let ports = await wantedPorts(options.home);
    const deaths: number[] = [];
    for (;;) {
      server ??= await startSomewhere(options, ports, noteSpawn);
      await writeServerRecord(options.home, server.record);
      ports = portsOf(server.record);
      ready.resolve(server.record);
      if ((await watch(server, desk, options.graceMs, stopSignal)) === 'unused') return;
      server = undefined;
      ready = promiseWithResolvers<ServerRecord>();
      deaths.push(performance.now());
      const recent = deaths.filter((at) => performance.now() - at < ROW_MS);
      if (recent.length >= DEATHS_IN_A_ROW) {
        throw new Error(
          'The embedded Temporal server keeps ending by itself; see logs/server.log in the home folder.',
        );
      }
    }
  } catch (error) {
    // Clients that wait hear the reason before the desk closes.
    ready.reject(error);
    await sleep(FAREWELL_MS);
    throw error;
  } finally {
    await removeServerRecord(options.home);
    desk.close();
    await server?.stop();
    // Last, because it tells a successor which server is ours should this guard be killed while stopping it.
    await removeGuardRecord(options.home);
  }
}

async function watch(
  server: DevServer,
  desk: LeaseDesk,
  graceMs: number,
  stopSignal: AbortSignal,
): Promise<'died' | 'unused'> {
  const state = { ended: false };
  void server.ended.then(() => (state.ended = true));
  const startedAt = performance.now();
  for (;;) {
    if (stopSignal.aborted) return 'unused';
    if (state.ended) return 'died';
    const idleSince = desk.idleSince();
    const patience = desk.wasUsed() ? graceMs : FIRST_LEASE_WITHIN_MS;
    // Time spent starting does not count against the first client.
    if (idleSince !== undefined && performance.now() - Math.max(idleSince, startedAt) >= patience)
      return 'unused';
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * The server an earlier guard left running, if it answers. One that does not is stopped; a server somebody else
 * runs on the same database file is an error, because two of them would corrupt each other's state.
 */
async function takeOver(home: string, before: GuardRecord | undefined): Promise<DevServer | undefined> {
  const recorded = await readServerRecord(home);
  let adopted: DevServer | undefined;
  for (const info of await findDevServers(home)) {
    if (info.pid === recorded?.pid && (await answersAsTemporal(recorded.address, 5_000))) {
      adopted = adoptDevServer(recorded, info);
    } else if (info.pid === recorded?.pid || info.pid === before?.server) {
      const { pid } = info;
      await adoptDevServer({ pid, address: '', ui: '' }, info).stop();
    } else {
      throw new Error(
        `The database of the embedded Temporal server is in use by process ${String(info.pid)}; stop that process first.`,
      );
    }
  }
  return adopted;
}

// A wish to keep a server ends with that server, or a restart of the machine would bring it back for good.
async function isServing(home: string, pid: number | null): Promise<boolean> {
  return (await findDevServers(home)).some((info) => info.pid === pid);
}

async function wantedPorts(home: string): Promise<DevServerPorts | undefined> {
  const recorded = await readServerRecord(home);
  return recorded === undefined ? undefined : portsOf(recorded);
}

async function startSomewhere(
  options: GuardOptions,
  wanted: DevServerPorts | undefined,
  onSpawn: (pid: number) => Promise<void>,
): Promise<DevServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The last try takes any port rather than none.
      const ports = await choosePorts(attempt < START_TRIES ? wanted : undefined);
      return await startDevServer({ binary: options.binary, home: options.home, ports, onSpawn });
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt >= START_TRIES) throw error;
    }
  }
}

interface Resolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

function promiseWithResolvers<T>(): Resolvers<T> {
  let resolvers: Pick<Resolvers<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    resolvers = { resolve, reject };
  });
  // A failure nobody waits for is reported by the guard's own exit.
  promise.catch(() => undefined);
  if (resolvers === undefined) throw new Error('A promise runs its executor at once.');
  return { promise, ...resolvers };
}
