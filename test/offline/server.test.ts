// Needs loopback; no other server.
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { FIXTURE_PLAYBOOKS, matching } from '../model/fixtures';

let offline: OfflineModel;
let client: Anthropic;

beforeAll(async () => {
  const playbooks = await loadPlaybooks(FIXTURE_PLAYBOOKS);
  offline = await startOfflineModel({ playbooks, models: ['claude-haiku-5-5'] });
  client = clientAt(offline.url('tiny', 'default'));
});
afterAll(() => offline.stop());

function isApiError(error: unknown): error is APIError {
  return error instanceof APIError;
}

function clientAt(baseURL: string): Anthropic {
  return new Anthropic({ apiKey: 'none', baseURL, maxRetries: 0 });
}

const HEADERS = { 'x-api-key': 'none', 'anthropic-version': '2023-06-01' };
const OPENING = 'DELEGATION TO: @nodejs-expert\nTASK ID: backend-T001\n\nGreet.';
const FIRST_CALLS = ['toolu_t001-write_0', 'toolu_t001-write_1', 'toolu_t001-write_2'];

function request(...messages: Anthropic.MessageParam[]): Anthropic.MessageCreateParamsNonStreaming {
  return {
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    messages: [{ role: 'user', content: OPENING }, ...messages],
  };
}

function calls(ids: readonly string[]): Anthropic.MessageParam {
  return {
    role: 'assistant',
    content: ids.map((id) => ({ type: 'tool_use' as const, id, name: 'read', input: {} })),
  };
}

function results(ids: readonly string[], text: string): Anthropic.MessageParam {
  return {
    role: 'user',
    content: ids.map((id) => ({ type: 'tool_result' as const, tool_use_id: id, content: text })),
  };
}

test('a streamed answer is the same message as a plain one', async () => {
  const plain = await client.messages.create(request());
  const streamed = await client.messages.stream(request()).finalMessage();
  const { usage: plainUsage, ...plainRest } = plain;
  const { usage: streamedUsage, ...streamedRest } = JSON.parse(JSON.stringify(streamed)) as Anthropic.Message;
  expect(streamedRest).toEqual({ ...plainRest, parsed_output: null });
  expect(streamedUsage).toEqual(plainUsage);
  expect(plain.stop_reason).toBe('tool_use');
  expect(plain.content.map((block) => block.type)).toEqual(['text', 'tool_use', 'tool_use', 'tool_use']);
});

test('a stream consists of the documented events in their order, with usage at its start and its end', async () => {
  const response = await fetch(`${offline.url('tiny', 'default')}/v1/messages`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ ...request(), stream: true }),
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(response.headers.get('request-id')).toMatch(/^req_/);
  const events = (await response.text())
    .trim()
    .split('\n\n')
    .map((event) => /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? []);
  const names = events.map(([, name]) => name);
  const data = events.map(([, , json]): unknown => JSON.parse(json ?? ''));
  expect(data).toEqual(names.map((type) => expect.objectContaining({ type }) as unknown));
  const block = '(content_block_start (content_block_delta )+content_block_stop )';
  expect(`${names.join(' ')} `).toMatch(
    new RegExp(`^message_start ping ${block}{4}message_delta message_stop $`),
  );
  expect(data[0]).toMatchObject({ message: { content: [], stop_reason: null, usage: { output_tokens: 1 } } });
  expect(data.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } });
});

test('every answer has a request id of its own, in the header and in the body of an error', async () => {
  const url = `${offline.url('tiny', 'default')}/v1/messages`;
  const ids = new Set<string>();
  for (const body of ['{}', JSON.stringify(request())]) {
    const response = await fetch(url, { method: 'POST', headers: HEADERS, body });
    const id = response.headers.get('request-id') ?? '';
    if (response.status !== 200)
      expect(await response.json()).toMatchObject({ type: 'error', request_id: id });
    ids.add(id);
  }
  expect(ids.size).toBe(2);
});

test('the beta endpoint of the SDK is answered too', async () => {
  const message = await client.beta.messages.create({
    ...request(),
    messages: [{ role: 'user', content: OPENING }],
  });
  expect(message.stop_reason).toBe('tool_use');
});

test('the next turn follows from tool results in the request, and the same request gets the same answer', async () => {
  const passed = request(calls(FIRST_CALLS), results(FIRST_CALLS, 'All checks passed.'));
  const failed = request(calls(FIRST_CALLS), results(FIRST_CALLS, 'Checks failed.'));
  await client.messages.create(passed);
  await client.messages.create(failed);
  await client.messages.create(passed);
  const answers = offline.requests.slice(-3).map((row) => row.answer);
  expect(answers).toEqual(['t001-handoff', 't001-consult', 't001-handoff']);
});

test('a request nothing answers is refused, naming playbook, scenario, task and the closest answers', async () => {
  const error = await client.messages
    .create(request(calls(FIRST_CALLS), results(FIRST_CALLS, 'something else')))
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
  const message = isApiError(error) ? error.apiMessage : '';
  for (const part of ['"tiny"', '"default"', 'backend-T001', 't001-handoff (lastContains)', 't001-write']) {
    expect(message).toContain(part);
  }
});

test.each<[string, Anthropic.MessageParam[], RegExp]>([
  [
    'a tool call without its result',
    [calls(['a']), { role: 'user', content: 'go on' }],
    /without `tool_result`/,
  ],
  ['a tool call at the end', [calls(['a'])], /without `tool_result`/],
  [
    'a result without its call',
    [{ role: 'assistant', content: 'x' }, results(['b'], 'x')],
    /unexpected `tool_use_id`/,
  ],
  ['two turns of one role', [{ role: 'user', content: 'again' }], /alternate/],
  ['the same id twice', [calls(['a', 'a']), results(['a'], 'x')], /unique/],
  ['an empty text', [{ role: 'assistant', content: [{ type: 'text', text: '' }] }], /non-empty/],
])('%s is refused as the API would', async (_, messages, expected) => {
  await expect(client.messages.create(request(...messages))).rejects.toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    message: matching(expected),
  });
});

test.each(['model', 'max_tokens', 'messages'] as const)('a request without %s is refused', async (field) => {
  const rest = { ...request(), [field]: undefined };
  const response = await fetch(`${offline.url('tiny', 'default')}/v1/messages`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify(rest),
  });
  expect(response.status).toBe(400);
  const body: unknown = await response.json();
  expect(body).toMatchObject({
    type: 'error',
    error: { type: 'invalid_request_error', message: matching(field) },
    request_id: response.headers.get('request-id'),
  });
});

test('a request without a key or a version, to an unknown scenario or endpoint is refused with its status', async () => {
  const base = offline.url('tiny', 'default');
  expect((await fetch(`${base}/v1/models`)).status).toBe(401);
  expect((await fetch(`${base}/v1/models`, { headers: { 'x-api-key': 'none' } })).status).toBe(400);
  const headers = HEADERS;
  expect((await fetch(`${offline.url('tiny', 'nope')}/v1/models`, { headers })).status).toBe(404);
  expect((await fetch(`${base}/v1/complete`, { method: 'POST', headers, body: '{}' })).status).toBe(404);
  expect((await fetch(`${base}/v1/messages`, { method: 'POST', headers, body: '{' })).status).toBe(400);
});

test('an error reply keeps its status, type and retry-after', async () => {
  const error = await client.messages
    .create({
      ...request(),
      messages: [{ role: 'user', content: 'TASK ID: backend-T007\n' }],
    })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 429, type: 'rate_limit_error' });
  expect(isApiError(error) && error.headers?.get('retry-after')).toBe('7');
});

test('what stands before a breakpoint is written to the cache once and read afterwards', async () => {
  const own = clientAt(offline.url('tiny', 'default'));
  const cached = {
    ...request(),
    system: [
      { type: 'text' as const, text: 'x'.repeat(4000), cache_control: { type: 'ephemeral' as const } },
    ],
  };
  const first = await own.messages.create(cached);
  const second = await own.messages.create(cached);
  expect(first.usage).toMatchObject({ cache_read_input_tokens: 0 });
  expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(512);
  expect(first.usage.cache_creation).toEqual({
    ephemeral_5m_input_tokens: first.usage.cache_creation_input_tokens,
    ephemeral_1h_input_tokens: 0,
  });
  expect(second.usage).toMatchObject({
    cache_read_input_tokens: first.usage.cache_creation_input_tokens,
    cache_creation_input_tokens: 0,
  });
});

test('tokens are counted and models are listed', async () => {
  const { messages, model } = request();
  const counted = await client.messages.countTokens({ model, messages });
  const message = await client.messages.create(request());
  expect(counted.input_tokens).toBe(message.usage.input_tokens);
  const models = await client.models.list();
  expect(models.data.map((row) => row.id)).toEqual(['claude-haiku-5-5']);
});

test('five breakpoints are one too many', async () => {
  const marked = { type: 'text' as const, text: 'x', cache_control: { type: 'ephemeral' as const } };
  const refused = client.messages.create({ ...request(), system: Array.from({ length: 5 }, () => marked) });
  await expect(refused).rejects.toMatchObject({ message: matching('maximum of 4') });
});

test('a call whose outcome a lost worker took with it is made again, each time, and nothing else of its turn', async () => {
  const lost = 'Interrupted: the worker was lost while this ran, so its outcome is unknown.';
  const turn: Anthropic.MessageParam = {
    role: 'assistant',
    content: [
      { type: 'tool_use', id: 'toolu_t001-write_0', name: 'write', input: { file_path: 'a', content: 'b' } },
      { type: 'tool_use', id: 'toolu_t001-write_1', name: 'run_checks', input: {} },
    ],
  };
  const answers: Anthropic.MessageParam = {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'toolu_t001-write_0', content: 'wrote 1 byte to a' },
      { type: 'tool_result', tool_use_id: 'toolu_t001-write_1', content: lost, is_error: true },
    ],
  };
  const first = await client.messages.create(request(turn, answers));
  expect(first.content.slice(1)).toMatchObject([
    { type: 'tool_use', id: 'toolu_again_0', name: 'run_checks', input: {} },
  ]);
  const again: Anthropic.MessageParam = { role: 'assistant', content: first.content };
  const second = await client.messages.create(
    request(turn, answers, again, results(['toolu_again_0'], lost)),
  );
  expect(second.content.slice(1)).toMatchObject([{ id: 'toolu_again_0_1', name: 'run_checks' }]);
});
