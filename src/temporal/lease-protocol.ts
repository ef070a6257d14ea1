import { z } from 'zod';
import { ServerRecord } from './server-record';

/**
 * What a client asks of the guard, one JSON line, over a loopback connection that *is* the lease: the kernel
 * closes it with the client, however that one ends.
 * - `lease`: the server stays while this connection does;
 * - `keep`: it stays without any connection, until a `stop`;
 * - `stop`: takes a `keep` back; the server ends with its last lease.
 */
export const LeaseRequest = z.strictObject({ token: z.string(), hold: z.enum(['lease', 'keep', 'stop']) });
export type LeaseRequest = z.infer<typeof LeaseRequest>;

/** The guard's one line: the server that answers now or why there is none; to a `stop`, at once, who is left. */
export const LeaseReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('granted'), server: ServerRecord }),
  z.strictObject({ kind: z.literal('stopping'), leases: z.int() }),
  z.strictObject({ kind: z.literal('failed'), reason: z.string() }),
]);
export type LeaseReply = z.infer<typeof LeaseReply>;

/** The first line a socket sends, or undefined when it ends, errs or sends no line of sensible length. */
export function readLine(socket: NodeJS.ReadableStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received = '';
    const finish = (line: string | undefined): void => {
      socket.off('data', onData);
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('utf8');
      const end = received.indexOf('\n');
      if (end >= 0) finish(received.slice(0, end));
      else if (received.length > 65_536) finish(undefined);
    };
    socket.on('data', onData);
    socket.once('close', () => {
      finish(undefined);
    });
    socket.once('error', () => {
      finish(undefined);
    });
  });
}

/** The line as JSON of the schema's shape; undefined for anything else. */
export function parseLine<T>(line: string | undefined, schema: z.ZodType<T>): T | undefined {
  try {
    return line === undefined ? undefined : schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
