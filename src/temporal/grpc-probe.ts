import { type ClientHttp2Session, connect } from 'node:http2';

// Unary calls by hand instead of the client package: the guard stays small and a probe takes milliseconds.
const SYSTEM_INFO = '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo';
const LIST_SEARCH_ATTRIBUTES = '/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes';

/** Whether a Temporal frontend without TLS answers at `host:port` within the time. */
export async function answersAsTemporal(address: string, timeoutMs = 2_000): Promise<boolean> {
  try {
    await callUnary(address, SYSTEM_INFO, Buffer.alloc(0), timeoutMs);
    return true;
  } catch {
    return false;
  }
}

/** Whether the server at `address` knows a search attribute of this name in the namespace. */
export async function knowsSearchAttribute(
  address: string,
  namespace: string,
  name: string,
  timeoutMs = 2_000,
): Promise<boolean> {
  try {
    // Field 1, a string: tag 10, length, bytes (the length of a namespace used here is below 128).
    const request = Buffer.concat([Buffer.from([10, Buffer.byteLength(namespace)]), Buffer.from(namespace)]);
    const answer = await callUnary(address, LIST_SEARCH_ATTRIBUTES, request, timeoutMs);
    return answer.includes(name);
  } catch {
    return false;
  }
}

/** One gRPC call without TLS, in protobuf's bytes both ways. Rejects for any status but OK, and after the time. */
export function callUnary(
  address: string,
  path: string,
  message: Buffer,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let session: ClientHttp2Session;
    try {
      session = connect(`http://${address}`);
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const fail = (reason: Error): void => {
      clearTimeout(timer);
      session.destroy();
      reject(reason);
    };
    const timer = setTimeout(() => {
      fail(new Error(`${address} did not answer in ${String(timeoutMs)} ms`));
    }, timeoutMs);
    session.on('error', fail);
    const call = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status: unknown;
    call.on('response', (headers) => (status = headers['grpc-status']));
    call.on('trailers', (trailers: Record<string, unknown>) => (status = trailers['grpc-status'] ?? status));
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.on('error', fail);
    call.on('end', () => {
      if (status !== '0') {
        fail(new Error(`${address} answered with gRPC status ${String(status)}`));
        return;
      }
      clearTimeout(timer);
      session.destroy();
      resolve(Buffer.concat(chunks));
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    call.end(Buffer.concat([prefix, message]));
  });
}
