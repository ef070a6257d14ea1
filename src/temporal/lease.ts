import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporalUnreachableError } from '../domain/common/user-error';
import { findProcess } from '../process/process-info';
import { LeaseReply, parseLine, readLine, type LeaseRequest } from './lease-protocol';
import { readGuardRecord, type GuardRecord, type ServerRecord } from './server-record';

/** A held server: it runs at least until `release`, or until this process ends in any way. */
export interface Lease {
  readonly server: ServerRecord;
  release(): Promise<void>;
}

/** A guard process on its way: how it ended, while it has. */
export interface StartedGuard {
  hasEnded(): boolean;
  /** The end of its log, when it failed. */
  failure(): Promise<string | undefined>;
}

export interface AcquireLeaseOptions {
  readonly home: string;
  readonly hold: 'lease' | 'keep';
  readonly startGuard: () => Promise<StartedGuard>;
  readonly timeoutMs?: number;
}

type Asked =
  | { kind: 'no-guard' }
  | { kind: 'granted'; server: ServerRecord; socket: Socket }
  | { kind: 'stopping'; leases: number };

const ASK_AGAIN_MS = 50;

/**
 * Asks the home's guard for a lease, starting a guard when there is none. When the guard is lost later, a new one
 * is started in the background and takes the running server over.
 * @throws TemporalUnreachableError with the guard's reason, or after the time-out (90 s unless given).
 */
export async function acquireLease(options: AcquireLeaseOptions): Promise<Lease> {
  let released = false;
  let socket: Socket | undefined;
  const hold = async (): Promise<ServerRecord> => {
    const granted = await askUntilGranted(options);
    if (released) granted.socket.destroy();
    socket = granted.socket;
    // The lease must not keep a process alive that has nothing else to do.
    socket.unref();
    socket.once('close', () => {
      // A new guard that fails too leaves the client as it is: its connection tells it soon enough.
      if (!released) void hold().catch(() => undefined);
    });
    return granted.server;
  };
  const server = await hold();
  return {
    server,
    release: async () => {
      released = true;
      if (socket !== undefined) await endSocket(socket);
    },
  };
}

/** Whether the home has a living guard, be its server ready or not. */
export async function hasGuard(home: string): Promise<boolean> {
  const record = await readGuardRecord(home);
  // The guard's command line names its home.
  return record !== undefined && (await findProcess(record.guard))?.command.includes(home) === true;
}

/** A lease from a guard that is already there; undefined when none answers. */
export async function tryLease(home: string): Promise<Lease | undefined> {
  const asked = await ask(await readGuardRecord(home), 'lease');
  if (asked.kind !== 'granted') return undefined;
  asked.socket.unref();
  return { server: asked.server, release: () => endSocket(asked.socket) };
}

/** Takes back a `keep`; the number of leases that still hold the server, undefined when no guard runs. */
export async function stopKeeping(home: string): Promise<number | undefined> {
  const asked = await ask(await readGuardRecord(home), 'stop');
  return asked.kind === 'stopping' ? asked.leases : undefined;
}

async function askUntilGranted(options: AcquireLeaseOptions): Promise<Asked & { kind: 'granted' }> {
  const deadline = performance.now() + (options.timeoutMs ?? 90_000);
  let guard: StartedGuard | undefined;
  let failures = 0;
  while (performance.now() < deadline) {
    const asked = await ask(await readGuardRecord(options.home), options.hold);
    if (asked.kind === 'granted') return asked;
    if (guard?.hasEnded() === true) {
      const reason = await guard.failure();
      failures += reason === undefined ? 0 : 1;
      if (failures >= 2) throw unreachable(reason ?? 'its guard ended');
      guard = undefined;
    }
    guard ??= await options.startGuard();
    await sleep(ASK_AGAIN_MS);
  }
  throw unreachable('it took too long to answer');
}

async function ask(guard: GuardRecord | undefined, hold: LeaseRequest['hold']): Promise<Asked> {
  if (guard === undefined) return { kind: 'no-guard' };
  const socket = connect({ host: '127.0.0.1', port: guard.port });
  socket.on('error', () => undefined);
  const request: LeaseRequest = { token: guard.token, hold };
  socket.write(`${JSON.stringify(request)}\n`);
  const reply = parseLine(await readLine(socket), LeaseReply);
  switch (reply?.kind) {
    case 'granted':
      // Reading goes on, or the end of the connection would not be noticed.
      socket.resume();
      return { kind: 'granted', server: reply.server, socket };
    case 'stopping':
      socket.destroy();
      return reply;
    case 'failed':
      socket.destroy();
      throw unreachable(reply.reason);
    case undefined:
      socket.destroy();
      return { kind: 'no-guard' };
  }
}

function endSocket(socket: Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve();
    });
    socket.destroy();
  });
}

function unreachable(reason: string): TemporalUnreachableError {
  const sentence = reason.replace(/[.;\s]+$/, '');
  return new TemporalUnreachableError(
    `No embedded Temporal server is to be had: ${sentence}, or name a server of your own in TEMPORAL_ADDRESS.`,
  );
}
