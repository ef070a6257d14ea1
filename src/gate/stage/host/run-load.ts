import net from 'node:net';
import type { LoadResult, SentRequest, StageCommand } from '../protocol';
import type { Address } from './send-request';

// Autocannon looks whether it is done only so often; by default once a second.
const SAMPLE_MS = 10;
const FIRST_CLIENT = 2;
const LAST_CLIENT = 60_000;

let client = FIRST_CLIENT;

/**
 * A closed loop of autocannon over the requests. Each connection comes from a loopback address of its own, so that a
 * limit per client does not shape the figures.
 */
export async function runLoad(
  address: Address,
  load: Extract<StageCommand, { kind: 'load' }>,
): Promise<LoadResult> {
  const { default: autocannon } = await import('autocannon');
  const result: { samplesMs: number[]; non2xx: number; statuses: Record<string, number> } = {
    samplesMs: [],
    non2xx: 0,
    statuses: {},
  };
  let settle: (error: unknown, errors: number) => void = () => undefined;
  const done = new Promise<number>((resolve, reject) => {
    settle = (error, errors) => {
      if (error instanceof Error) reject(error);
      else resolve(errors);
    };
  });
  const instance = autocannon(
    {
      url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${String(address.port)}`,
      connections: Math.min(load.connections, load.amount),
      amount: load.amount,
      timeout: Math.ceil(load.timeoutMs / 1000),
      sampleInt: SAMPLE_MS,
      requests: load.requests.map(toAutocannon),
    } as Parameters<typeof autocannon>[0],
    (error: unknown, summary: { readonly errors: number } | undefined) => settle(error, summary?.errors ?? 0),
  );
  instance.on('response', (_client, status, _bytes, ms) => {
    result.samplesMs.push(ms);
    result.statuses[String(status)] = (result.statuses[String(status)] ?? 0) + 1;
    if (status < 200 || status > 299) result.non2xx += 1;
  });
  const stop = setTimeout(() => instance.stop(), load.timeoutMs);
  try {
    const errors = await done;
    // Connections that are closed without an answer are no errors to it.
    return { ...result, errors: Math.max(errors, load.amount - result.samplesMs.length) };
  } finally {
    clearTimeout(stop);
  }
}

function toAutocannon({ method, path, headers, body }: SentRequest): {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
} {
  // It counts the body's length itself, and a second header for it makes the request a bad one.
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length');
  return { method, path, headers: Object.fromEntries(kept), ...(body === null ? {} : { body }) };
}

/** Autocannon has no setting for the local address; it connects through the module's `connect`, by port and host. */
function connectFromOwnAddresses(): void {
  const connect = net.connect;
  net.connect = ((...args: Parameters<typeof net.connect>) => {
    const [port, host] = args as readonly unknown[];
    return typeof port === 'number' && typeof host === 'string' && host.startsWith('127.')
      ? connect({ port, host, localAddress: nextClient() })
      : connect(...args);
  }) as typeof net.connect;
}

if (process.platform === 'linux') connectFromOwnAddresses();

function nextClient(): string {
  client = client >= LAST_CLIENT ? FIRST_CLIENT : client + 1;
  return `127.1.${String(client >> 8)}.${String(client & 255)}`;
}
