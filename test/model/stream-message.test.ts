// Needs loopback; a scripted server of its own.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createClientFor } from '../../src/model/client';
import { streamMessage } from '../../src/model/stream-message';

let server: Server;
let requests: number;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    requests++;
    request.resume();
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

function ask(options: { idleMs?: number; signal?: AbortSignal } = {}) {
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const clientFor = createClientFor({
    anthropic: { apiKey: 'none', baseUrl: `http://127.0.0.1:${String(port)}` },
    offlineUrl: () => '',
  });
  return streamMessage({
    client: clientFor({ kind: 'anthropic' }),
    params: { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] },
    signal: options.signal ?? new AbortController().signal,
    idleMs: options.idleMs ?? 5000,
  });
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

const START =
  event('message_start', {
    message: {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  }) +
  event('content_block_start', {
    index: 0,
    content_block: { type: 'tool_use', id: 't', name: 'write', input: {} },
  });
const HALF = event('content_block_delta', {
  index: 0,
  delta: { type: 'input_json_delta', partial_json: '{"file_path":"a' },
});
const STOP_REASON = event('message_delta', {
  delta: { stop_reason: 'tool_use', stop_sequence: null },
  usage: { output_tokens: 1 },
});

function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

test.each<[string, number, string]>([
  ['429 with a long retry-after', 429, 'Model.RateLimited'],
  ['500', 500, 'Model.Unavailable'],
  ['529', 529, 'Model.Overloaded'],
  ['401', 401, 'Model.Unauthorized'],
])('%s is thrown after exactly one request', async (_, status, type) => {
  answer = (response) => response.writeHead(status, { 'retry-after': '3600' }).end('{}');
  await expect(ask()).rejects.toMatchObject({ type, retryAfterMs: 3_600_000 });
  expect(requests).toBe(1);
});

test.each<[string, (response: ServerResponse) => void]>([
  [
    'destroyed in the middle of a tool call',
    (response) => stream(response).write(START + HALF, () => response.destroy()),
  ],
  ['ended in the middle of a tool call', (response) => stream(response).end(START + HALF)],
  ['ended before message_stop', (response) => stream(response).end(START + HALF + STOP_REASON)],
  ['ended before it began', (response) => stream(response).end()],
])('a stream %s gives no message, only a failure to try again', async (_, scripted) => {
  answer = scripted;
  await expect(ask()).rejects.toMatchObject({
    name: 'ModelFailure',
    type: 'Model.Unavailable',
    retryable: true,
  });
  expect(requests).toBe(1);
});

test('an overload in mid-stream is an overload', async () => {
  const error = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
  answer = (response) => stream(response).end(START + error);
  await expect(ask()).rejects.toMatchObject({ type: 'Model.Overloaded', retryable: true });
});

test('an event that is not JSON may be tried again', async () => {
  answer = (response) => stream(response).end('event: message_start\ndata: {"type":\n\n');
  await expect(ask()).rejects.toMatchObject({ type: 'Model.Malformed', retryable: true });
});

test('a provider that never answers is given up by the watchdog', async () => {
  answer = () => undefined;
  await expect(ask({ idleMs: 200 })).rejects.toMatchObject({ type: 'Model.Timeout', retryable: true });
});

test('a stream that falls silent is given up, one that only pings is not', async () => {
  answer = (response) => stream(response).write(START);
  await expect(ask({ idleMs: 300 })).rejects.toMatchObject({ type: 'Model.Timeout' });
  answer = (response) => {
    stream(response).write(START);
    let pings = 0;
    const timer = setInterval(() => {
      response.write(event('ping', {}));
      if (++pings < 10) return;
      clearInterval(timer);
      response.end(
        HALF + event('content_block_stop', { index: 0 }) + STOP_REASON + event('message_stop', {}),
      );
    }, 400);
  };
  await expect(ask({ idleMs: 3_000 })).resolves.toMatchObject({ stop_reason: 'tool_use' });
});

test('the caller’s abort is thrown as it is', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  answer = () => {
    controller.abort(reason);
  };
  await expect(ask({ signal: controller.signal })).rejects.toBe(reason);
});
