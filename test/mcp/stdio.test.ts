// Needs no server: raw lines of JSON-RPC through the stdio transport, in this process.
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { createMcpServer } from '../../src/mcp/server';
import { serveStdio } from '../../src/mcp/stdio';
import { ID, status } from '../cli/fixtures';
import { execution } from '../client/fake-gateway';
import { openDesk, type OpenDesk } from './open-desk';

const Message = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.null()]),
  result: z.looseObject({}).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

let desk: OpenDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.dispose());

interface Conversation {
  readonly answers: readonly z.infer<typeof Message>[];
  readonly warned: readonly string[];
}

/** What a server answers to lines sent at once by a client that then leaves. */
async function converse(...lines: readonly string[]): Promise<Conversation> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const warned: string[] = [];
  const served = serveStdio({
    mcp: createMcpServer({ desk: desk.desk, version: '1.2.3' }),
    stdin,
    stdout,
    signal: new AbortController().signal,
    warn: (line) => warned.push(line),
    // Whoever waits for an answer that does not come is seen by the test's own timeout.
    lastAnswersMs: 600_000,
  });
  for (const line of lines) stdin.write(`${line}\n`);
  stdin.end();
  await served;
  const text = String(stdout.read() ?? '');
  const answers = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Message.parse(JSON.parse(line)));
  return { answers, warned };
}

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
});
const call = (params: unknown, method = 'tools/call'): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

test('a client that leaves at once still gets its answers, and the server ends', async () => {
  const { answers } = await converse(initialize, call({ name: 'list_objectives', arguments: {} }));
  expect(answers).toMatchObject([
    { id: 0, result: { serverInfo: { name: 'backend-coordinator', version: '1.2.3' } } },
    { id: 1, result: { structuredContent: { objectives: [], leftOut: 0 } } },
  ]);
});

test('a call that was cancelled is neither answered nor waited for', async () => {
  await desk.dispose();
  desk = await openDesk({ executions: [execution(ID)], worker: true, query: () => status() });
  const { answers } = await converse(
    initialize,
    call({ name: 'wait_for_objective', arguments: { id: ID, timeoutSeconds: 600 } }),
    JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }),
  );
  expect(answers.map(({ id }) => id)).toEqual([0]);
});

test.each([
  ['no JSON', '{nonsense', null, -32700],
  ['no message', '{"hello":1}', null, -32600],
  ['an unknown method', call({}, 'tools/destroy'), 1, -32601],
  ['a name of the wrong type', call({ name: 5 }), 1, -32602],
  ['arguments of the wrong type', call({ name: 'pause', arguments: 'x' }), 1, -32602],
])('%s -> an error of the protocol in one line', async (_, line, id, code) => {
  const { answers } = await converse(initialize, line);
  const answer = answers.find((one) => one.id !== 0);
  expect(answer).toMatchObject({ id, error: { code } });
  expect(answer?.error?.message).toMatch(/^[^\n]{1,500}$/);
  expect(answer?.error?.message).not.toMatch(/\bat .*:\d+:\d+/);
});

test('a message without an end does not fill the memory: the connection ends', async () => {
  const { warned } = await converse(initialize, 'x'.repeat(5 * 1024 * 1024));
  expect(warned).toEqual([expect.stringMatching(/longer than 4194304 bytes/)]);
});
