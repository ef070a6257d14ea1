import { request as sendHttp } from 'node:http';
import type { RequestResult, SentRequest } from '../protocol';

const MOST_BYTES = 256 * 1024;

/** Where the service listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Sends one request over a connection of its own; never rejects, whatever the service does. */
export function sendRequest(address: Address, request: SentRequest): Promise<RequestResult> {
  const startedAt = performance.now();
  const { promise, resolve } = withResolver<RequestResult>();
  const silent = (reason: string): void => resolve({ kind: 'silent', reason });
  try {
    const sent = sendHttp({
      ...address,
      method: request.method,
      path: request.path,
      headers: request.headers,
      agent: false,
      ...(request.from === null ? {} : { localAddress: request.from }),
    });
    const timer = setTimeout(() => {
      silent(`no complete answer within ${String(request.timeoutMs)} ms`);
      sent.destroy();
    }, request.timeoutMs);
    sent.on('error', (error) => silent(error.message));
    sent.on('close', () => {
      clearTimeout(timer);
      silent('the connection was closed without an answer');
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const finish = (): void => {
        resolve({
          kind: 'answered',
          status: response.statusCode ?? 0,
          headers: plainHeaders(response.headers),
          body: Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8'),
          ms: performance.now() - startedAt,
        });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes < MOST_BYTES) return;
        finish();
        sent.destroy();
      });
      response.on('end', finish);
      response.on('error', (error) => silent(error.message));
    });
    sent.end(request.body ?? undefined);
  } catch (error) {
    // Node refuses paths and headers that cannot be sent.
    silent(error instanceof Error ? error.message : String(error));
  }
  return promise;
}

function plainHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
}

function withResolver<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
