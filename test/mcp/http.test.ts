// Needs no Temporal: the official client and plain requests against the HTTP transport on the loopback interface.
import { request } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createGuard } from '../../src/http/guard';
import { serveHttp, type HttpServer } from '../../src/mcp/http';
import { createMcpServer } from '../../src/mcp/server';
import { ID, status, task } from '../cli/fixtures';
import { execution } from '../client/fake-gateway';
import { openDesk, type OpenDesk } from './open-desk';

const TOKEN = 'a-token-that-is-long-enough';

let desk: OpenDesk;
let server: HttpServer;
beforeEach(async () => {
  desk = await openDesk({
    executions: [execution(ID)],
    worker: true,
    query: () => status({ tasks: [task()], events: [event] }),
  });
  server = await serveHttp({
    createServer: () => createMcpServer({ desk: desk.desk, version: '1.2.3' }),
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    explain: desk.desk.explain,
  });
});
afterEach(async () => {
  await server.stop();
  await desk.dispose();
});

const event = { seq: 1, at: '2030-01-01T00:00:00.000Z', taskId: null, text: 'planned' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with headers as given, which `fetch` would not send. */
function send(headers: Readonly<Record<string, string>>, body = initialize, path = '/mcp'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, server.url),
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
});
const bearer = { authorization: `Bearer ${TOKEN}` };

async function connect(name: string): Promise<Client> {
  const client = new Client({ name, version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: bearer },
  });
  await client.connect(transport);
  return client;
}

test('clients have sessions of their own, with progress and their names', async () => {
  const [one, two] = await Promise.all([connect('one'), connect('two')]);
  try {
    const told: number[] = [];
    const waited = await one.callTool(
      { name: 'wait_for_objective', arguments: { id: ID, timeoutSeconds: 0.3 } },
      undefined,
      { onprogress: ({ progress }) => told.push(progress) },
    );
    expect(waited.structuredContent).toMatchObject({ reason: 'timed-out' });
    expect(told).toEqual([1]);
    expect((await two.listTools()).tools.length).toBeGreaterThan(10);
  } finally {
    await one.close();
    await two.close();
  }
});

test.each([
  ['without a token', {}],
  ['with a wrong token', { authorization: 'Bearer nope' }],
  ['with a longer one', { authorization: `Bearer ${TOKEN}x` }],
  ['with another scheme', { authorization: `Basic ${TOKEN}` }],
])('%s -> 401 and nothing else', async (_, headers) => {
  const { status: code, headers: answered, body } = await send(headers);
  expect(code).toBe(401);
  expect(answered['www-authenticate']).toBe('Bearer');
  expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', error: { message: expect.any(String) } });
});

test('requests without a token are no tries: a page whose images ask for them locks nobody out', async () => {
  for (let attempt = 0; attempt < 12; attempt += 1) expect((await send({})).status).toBe(401);
  expect((await send(bearer)).status).toBe(200);
});

test('after ten wrong tokens the address has to wait, with the right one too', async () => {
  for (let attempt = 0; attempt < 10; attempt += 1) await send({ authorization: `Bearer ${attempt}` });
  const { status: code, headers } = await send(bearer);
  expect(code).toBe(429);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
});

test.each([
  ['a Host that is another name (DNS rebinding)', { host: 'evil.example' }, 403],
  ['a Host that is another address', { host: '10.0.0.1' }, 403],
  ['a page of elsewhere', { origin: 'https://evil.example' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['localhost as Host', { host: 'localhost' }, 200],
  ['a page of this host', { origin: 'http://localhost:3000' }, 200],
])('%s', async (_, headers, code) => {
  expect((await send({ ...bearer, ...headers })).status).toBe(code);
});

test.each([
  ['too large a body', JSON.stringify({ x: 'y'.repeat(1_100_000) }), {}, '/mcp', 413],
  ['no JSON', '{', {}, '/mcp', 400],
  ['no initialisation', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', {}, '/mcp', 400],
  [
    'an unknown session',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    { 'mcp-session-id': 'x' },
    '/mcp',
    404,
  ],
  ['another path', initialize, {}, '/admin', 404],
])('%s is refused in JSON without a stack', async (_, body, headers, path, code) => {
  const answer = await send({ ...bearer, ...headers }, body, path);
  expect(answer.status).toBe(code);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { message: expect.any(String) } });
  expect(answer.body).not.toMatch(/\bat .*:\d+:\d+/);
});

describe('sessions', () => {
  const session = async (): Promise<string> => {
    const { headers } = await send(bearer);
    return String(headers['mcp-session-id']);
  };
  const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  const asked = async (id: string): Promise<number> =>
    (await send({ ...bearer, 'mcp-session-id': id }, list)).status;

  test('DELETE ends one; it is unknown from then on', async () => {
    const id = await session();
    expect(await asked(id)).toBe(200);
    const gone = await fetch(server.url, { method: 'DELETE', headers: { ...bearer, 'mcp-session-id': id } });
    expect(gone.status).toBe(200);
    expect(await asked(id)).toBe(404);
  });

  const wait = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'wait_for_objective', arguments: { id: ID, timeoutSeconds: 600 } },
  });
  const asking = (): number => desk.gateway.queries.filter((name) => name === 'objectiveStatus').length;

  test('one that ends takes its waits along, also one whose id was used again', async () => {
    const id = await session();
    const waiting = send({ ...bearer, 'mcp-session-id': id }, wait);
    while (asking() === 0) await new Promise(setImmediate);
    await send({ ...bearer, 'mcp-session-id': id }, list.replace('"id":2', '"id":1'));
    await fetch(server.url, { method: 'DELETE', headers: { ...bearer, 'mcp-session-id': id } });
    await waiting;
    const before = asking();
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(asking() - before).toBeLessThanOrEqual(1);
  });

  test('the 65th takes the place of a silent one, not of one that waits for an answer', async () => {
    const [patient, silent] = [await session(), await session()];
    const waiting = send({ ...bearer, 'mcp-session-id': patient }, wait);
    while (asking() === 0) await new Promise(setImmediate);
    expect(await asked(silent)).toBe(200);
    for (let others = 0; others < 63; others += 1) await session();
    expect([await asked(silent), await asked(patient)]).toEqual([404, 200]);
    await fetch(server.url, { method: 'DELETE', headers: { ...bearer, 'mcp-session-id': patient } });
    await waiting;
  });

  const cancel = JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 1 },
  });

  test('a call that its client gave up leaves no open stream, and its session may make room', async () => {
    const streams: Promise<string>[] = [];
    const patient = new Client({ name: 'patient', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: bearer },
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (init?.method === 'POST') streams.push(response.clone().text());
        return response;
      },
    });
    await patient.connect(transport);
    try {
      const call = patient.callTool(
        { name: 'wait_for_objective', arguments: { id: ID, timeoutSeconds: 600 } },
        undefined,
        { timeout: 300 },
      );
      await expect(call).rejects.toThrow(/timed out/i);
      await Promise.all(streams);
      // As many as there may be, which leaves room for all but the one that is silent longest.
      for (let others = 0; others < 64; others += 1) await session();
      expect(await asked(transport.sessionId ?? '')).toBe(404);
    } finally {
      await patient.close();
    }
  });

  test('of several calls in one request, one that is cancelled takes no answer from the others', async () => {
    const id = await session();
    const headers = { ...bearer, 'mcp-session-id': id };
    const short = wait.replace('"id":1', '"id":2').replace('600', '1.5');
    const both = send(headers, `[${wait},${short}]`);
    while (asking() === 0) await new Promise(setImmediate);
    await send(headers, cancel);
    expect((await both).body).toMatch(/timed-out/);
  });

  test('a defect of ours is kept in the log and told with where it is', async () => {
    const broken = await serveHttp({
      createServer: () => {
        throw new TypeError('boom');
      },
      host: '127.0.0.1',
      port: 0,
      token: TOKEN,
      explain: desk.desk.explain,
    });
    try {
      const answer = await fetch(broken.url, { method: 'POST', headers: bearer, body: '{}' });
      expect([answer.status, await answer.json()]).toEqual([
        500,
        {
          jsonrpc: '2.0',
          id: null,
          error: { code: -32603, message: expect.stringMatching(/boom; the stack is in .*errors\.log/) },
        },
      ]);
    } finally {
      await broken.stop();
    }
  });
});

test('a port that is taken is said in a sentence', async () => {
  const port = Number(new URL(server.url).port);
  const second = serveHttp({
    createServer: () => createMcpServer({ desk: desk.desk, version: '1' }),
    host: '127.0.0.1',
    port,
    token: TOKEN,
    explain: desk.desk.explain,
  });
  await expect(second).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/cannot be had/),
  });
});

describe('the guard', () => {
  const asking = (headers: Record<string, string>, remoteAddress = '192.0.2.1') =>
    ({ headers, socket: { remoteAddress } }) as unknown as Parameters<ReturnType<typeof createGuard>>[0];

  test('an address may try again when its minute is over; others never waited', () => {
    let now = 0;
    const guard = createGuard({ token: TOKEN, host: '127.0.0.1', now: () => now });
    const right = { host: '127.0.0.1:7410', ...bearer };
    const wrong = { host: '127.0.0.1', authorization: 'Bearer nope' };
    for (let attempt = 0; attempt < 10; attempt += 1) guard(asking(wrong));
    expect(guard(asking(right))?.status).toBe(429);
    expect(guard(asking(right, '192.0.2.2'))).toBeNull();
    now = 60_000;
    expect(guard(asking(right))).toBeNull();
  });

  test('of many addresses the one that was quiet longest is forgotten, not the one that goes on', () => {
    const guard = createGuard({ token: TOKEN, host: '127.0.0.1', now: () => 0 });
    const wrong = (address: string): void => {
      guard(asking({ host: '127.0.0.1', authorization: 'Bearer nope' }, address));
    };
    for (let attempt = 0; attempt < 10; attempt += 1) wrong('quiet');
    for (let other = 0; other < 998; other += 1) wrong(`2001:db8::${other}`);
    for (let attempt = 0; attempt < 10; attempt += 1) wrong('busy');
    const right = { host: '127.0.0.1', ...bearer };
    expect(guard(asking(right, 'quiet'))?.status).toBe(429);
    wrong('one more');
    expect(guard(asking(right, 'quiet'))).toBeNull();
    expect(guard(asking(right, 'busy'))?.status).toBe(429);
  });

  test('bound to more than the loopback interface it answers to addresses and its name, to no other name', () => {
    const guard = createGuard({ token: TOKEN, host: 'build.internal' });
    expect(guard(asking({ host: 'build.internal:7410', ...bearer }))).toBeNull();
    expect(guard(asking({ host: '10.0.0.7:7410', ...bearer }))).toBeNull();
    expect(guard(asking({ host: 'rebound.example:7410', ...bearer }))?.status).toBe(403);
    expect(guard(asking({ ...bearer }))?.status).toBe(403);
  });

  test.each([
    ['Build.Internal', 'build.internal:7410'],
    ['bücher.example', 'xn--bcher-kva.example:7410'],
    ['0:0:0:0:0:0:0:1', '[::1]:7410'],
    ['LOCALHOST', 'localhost:7410'],
  ])('bound as %s it is named as browsers write it', (host, named) => {
    const guard = createGuard({ token: TOKEN, host });
    expect(guard(asking({ host: named, ...bearer }))).toBeNull();
    expect(guard(asking({ host: 'rebound.example:7410', ...bearer }))?.status).toBe(403);
  });
});
