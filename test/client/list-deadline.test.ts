// Needs no Temporal: a server that speaks just enough gRPC to tell with which deadline it is asked.
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createTemporalGateway } from '../../src/client/temporal-gateway';

/** A field of a protobuf message that holds bytes, shorter than 128 of them. */
const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
const integer = (number: number, value: number): Buffer => Buffer.from([number * 8, value]);

/** WorkflowExecutionInfo: execution, type, start_time, status. */
const execution = (id: string): Buffer =>
  Buffer.concat([
    field(1, Buffer.concat([field(1, Buffer.from(id)), field(2, Buffer.from('run'))])),
    field(2, field(1, Buffer.from('objective'))),
    field(3, integer(1, 1)),
    integer(5, 1),
  ]);

const asked: { readonly path: string; readonly timeout: string | undefined }[] = [];
let server: Http2Server;
let address: string;
beforeAll(async () => {
  const pages = [
    Buffer.concat([field(1, execution('one')), field(2, Buffer.from('token'))]),
    field(1, execution('two')),
  ];
  server = createServer();
  server.on('stream', (stream, headers) => {
    const path = headers[':path'] ?? '';
    const timeout = headers['grpc-timeout'];
    asked.push({ path, timeout: typeof timeout === 'string' ? timeout : undefined });
    const message = path.endsWith('/ListWorkflowExecutions') ? pages.shift() : undefined;
    const length = Buffer.alloc(5);
    length.writeUInt32BE(message?.length ?? 0, 1);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': '0' });
    });
    stream.end(Buffer.concat([length, message ?? Buffer.alloc(0)]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.close();
});

test('every page of a list is asked for with a deadline, so that a server that hangs is told', async () => {
  const gateway = await createTemporalGateway({
    address,
    namespace: 'default',
    clientOptions: { address },
  });
  const ids: string[] = [];
  for await (const { objectiveId } of gateway.list('WorkflowType = "objective"')) ids.push(objectiveId);
  await gateway.close();
  expect(ids).toEqual(['one', 'two']);
  const pages = asked.filter(({ path }) => path.endsWith('/ListWorkflowExecutions'));
  expect(pages.map(({ timeout }) => timeout)).toEqual([expect.any(String), expect.any(String)]);
});
