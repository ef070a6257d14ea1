import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { errorMessageOf } from '../config/error-code';
import { LeaseRequest, parseLine, readLine, type LeaseReply } from './lease-protocol';
import { portOf } from './ports';
import type { ServerRecord } from './server-record';

/** Where clients hold their leases. */
export interface LeaseDesk {
  readonly port: number;
  readonly token: string;
  /** When the desk became idle (no lease, no `keep`), in `performance.now()` milliseconds; undefined while in use. */
  idleSince(): number | undefined;
  /** Whether a client has ever been there. */
  wasUsed(): boolean;
  isKept(): boolean;
  close(): void;
}

/** Opens a desk that answers every client with the server `whenReady` resolves to, or with why it rejected. */
export async function openLeaseDesk(options: {
  readonly kept: boolean;
  readonly whenReady: () => Promise<ServerRecord>;
  readonly onKeepChanged: (kept: boolean) => Promise<void>;
}): Promise<LeaseDesk> {
  const token = randomBytes(24).toString('hex');
  const leases = new Set<Socket>();
  let kept = options.kept;
  let used = false;
  let idleSince: number | undefined = kept ? undefined : performance.now();

  const update = (): void => {
    if (leases.size > 0 || kept) idleSince = undefined;
    else idleSince ??= performance.now();
  };
  const serve = async (socket: Socket): Promise<void> => {
    socket.on('error', () => undefined);
    const request = parseLine(await readLine(socket), LeaseRequest);
    if (request === undefined || !sameToken(request.token, token)) {
      socket.destroy();
      return;
    }
    used = true;
    if (request.hold !== 'stop') leases.add(socket);
    socket.once('close', () => {
      leases.delete(socket);
      update();
    });
    if (socket.destroyed) leases.delete(socket);
    if (request.hold !== 'lease') {
      kept = request.hold === 'keep';
      await options.onKeepChanged(kept);
    }
    update();
    if (request.hold === 'stop') reply(socket, { kind: 'stopping', leases: leases.size });
    else reply(socket, await answer(options.whenReady));
    socket.resume();
  };
  const server = createServer((socket) => void serve(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server),
    token,
    idleSince: () => idleSince,
    wasUsed: () => used,
    isKept: () => kept,
    close: () => {
      server.close();
      for (const socket of leases) socket.destroy();
    },
  };
}

async function answer(whenReady: () => Promise<ServerRecord>): Promise<LeaseReply> {
  try {
    return { kind: 'granted', server: await whenReady() };
  } catch (error) {
    return { kind: 'failed', reason: errorMessageOf(error) };
  }
}

function reply(socket: Socket, message: LeaseReply): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}

function sameToken(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
