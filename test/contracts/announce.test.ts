// Needs no server but one of its own on the loopback interface.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { announce } from '../../src/contracts/announce';
import type { ContractNews } from '../../src/ports/contracts';

const NEWS: ContractNews = {
  event: 'shared',
  objective: 'objective-orders-01234567',
  contract: 'orders-api',
  revision: 2,
  hash: 'a'.repeat(64),
  operations: ['GET /v1/orders'],
  changelog: '# orders-api\n',
  files: [{ path: 'openapi.json', blob: 'b'.repeat(64), bytes: 12 }],
};
const KEY = 'kept-between-us-and-nobody-else';

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  if (server?.listening === true) await once(server, 'close');
});

/** A webhook that answers with each status in turn, the last one for ever. */
async function hook(...statuses: readonly number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const status = statuses[Math.min(received.length, statuses.length - 1)] ?? 204;
      received.push({ request, body });
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook?key=in-the-address`,
    received,
  };
}

const tell = (url: string, secretEnv?: string): Promise<void> =>
  announce({
    webhook: { url, secretEnv },
    news: NEWS,
    signal: new AbortController().signal,
    secretOf: (name) => (name === 'HOOK_KEY' ? KEY : undefined),
  });

test('the webhook gets the news as JSON, signed with the key of the named variable', async () => {
  const { url, received } = await hook(204);
  await tell(url, 'HOOK_KEY');
  const [{ request, body } = {} as Received] = received;
  expect(request.method).toBe('POST');
  expect(JSON.parse(body)).toEqual(NEWS);
  const signature = createHmac('sha256', KEY).update(body).digest('hex');
  expect(request.headers['x-coordinator-signature']).toBe(`sha256=${signature}`);
});

test('without a key nothing is signed', async () => {
  const { url, received } = await hook(200);
  await tell(url);
  expect(received[0]?.request.headers).not.toHaveProperty('x-coordinator-signature');
});

test('a webhook that is down is an error to try again, and told the same once it is up', async () => {
  const { url, received } = await hook(503, 204);
  const failed: unknown = await tell(url, 'HOOK_KEY').catch((error: unknown) => error);
  expect(failed).toMatchObject({ name: 'WebhookFailed', message: expect.stringContaining('answered 503') });
  await tell(url, 'HOOK_KEY');
  expect(received.map(({ body }) => body)).toEqual([received[0]?.body, received[0]?.body]);
  const ids = received.map(({ request }) => request.headers['x-coordinator-delivery']);
  expect(new Set(ids).size).toBe(1);
});

test('a redirect is not followed, and neither key nor address stand in the error', async () => {
  const { url, received } = await hook(302);
  const failed: unknown = await tell(url, 'HOOK_KEY').catch((error: unknown) => error);
  expect(received).toHaveLength(1);
  const text = failed instanceof Error ? `${failed.message} ${String(failed.stack)}` : '';
  expect(text).toContain('answered 302');
  expect(text).not.toContain(KEY);
  expect(text).not.toContain('in-the-address');
});

test('nobody listening, or a key that is not there, is an error to try again', async () => {
  const { url } = await hook(204);
  server?.close();
  await expect(tell(url)).rejects.toThrow(/was not reached \(ECONNREFUSED\)/);
  await expect(tell(url, 'OTHER_KEY')).rejects.toThrow(/set OTHER_KEY for the worker/);
});
