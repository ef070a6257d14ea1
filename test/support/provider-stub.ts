import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';

const Request = z.looseObject({
  model: z.string(),
  max_tokens: z.number(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
  output_config: z
    .looseObject({ format: z.looseObject({ schema: z.looseObject({ title: z.string() }) }).optional() })
    .optional(),
});
export type StubRequest = z.infer<typeof Request>;

interface StubUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
}

/** What the stub does with one request. */
export type StubAnswer =
  | {
      readonly kind: 'turn';
      readonly text?: string;
      readonly tools?: readonly { readonly id?: string; readonly name: string; readonly input: object }[];
      readonly stop?: string;
      readonly usage?: StubUsage;
    }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly headers?: Record<string, string>;
    }
  /** An event of type `error` in a stream that began well. */
  | { readonly kind: 'stream-error'; readonly type: string }
  /** The connection ends in the middle of a tool call. */
  | { readonly kind: 'cut' }
  /** Status 200 and a stream whose data is no JSON. */
  | { readonly kind: 'malformed' }
  /** Accepted, never answered. */
  | { readonly kind: 'silence' };

export interface ProviderStub {
  readonly url: string;
  /** Everything that was asked, in order. */
  readonly requests: readonly StubRequest[];
  stop(): Promise<void>;
}

const STUB_USAGE: StubUsage = { input_tokens: 1000, output_tokens: 100 };

/** A Messages API server scripted by a function of the request and its number, from 0. */
export async function startProviderStub(
  script: (request: StubRequest, number: number) => StubAnswer | Promise<StubAnswer>,
): Promise<ProviderStub> {
  const requests: StubRequest[] = [];
  const answerOne = async (body: string, response: ServerResponse): Promise<void> => {
    const request = Request.parse(JSON.parse(body));
    const number = requests.push(request) - 1;
    send(response, await script(request, number), number, request.model);
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      answerOne(Buffer.concat(chunks).toString('utf8'), response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`The stub could not answer: ${String(error)}`);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, answer: StubAnswer, number: number, model: string): void {
  switch (answer.kind) {
    case 'turn':
      stream(response, turnEvents(answer, number, model));
      return;
    case 'error':
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify({ type: 'error', error: { type: answer.type, message: answer.type } }));
      return;
    case 'stream-error':
      stream(response, [
        start(STUB_USAGE, model),
        event('error', { error: { type: answer.type, message: answer.type } }),
      ]);
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(start(STUB_USAGE, model));
      response.write(
        event('content_block_start', {
          index: 0,
          content_block: { type: 'tool_use', id: 'toolu_cut', name: 'write', input: {} },
        }) +
          event('content_block_delta', {
            index: 0,
            delta: { type: 'input_json_delta', partial_json: '{"file_path":"src/cut.txt","content":"x' },
          }),
        () => response.destroy(),
      );
      return;
    case 'malformed':
      stream(response, ['event: message_start\ndata: {"type":"message_start", oops\n\n']);
      return;
    case 'silence':
      return;
  }
}

function stream(response: ServerResponse, events: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(events.join(''));
}

function turnEvents(answer: Extract<StubAnswer, { kind: 'turn' }>, number: number, model: string): string[] {
  const usage = answer.usage ?? STUB_USAGE;
  const blocks = [
    ...(answer.text === undefined ? [] : [{ type: 'text' as const, text: answer.text }]),
    ...(answer.tools ?? []).map((tool, index) => ({ type: 'tool_use' as const, index, ...tool })),
  ];
  const content = blocks.flatMap((block, index) => [
    event('content_block_start', {
      index,
      content_block:
        block.type === 'text'
          ? { type: 'text', text: '' }
          : {
              type: 'tool_use',
              id: block.id ?? `toolu_${String(number)}_${String(block.index)}`,
              name: block.name,
              input: {},
            },
    }),
    event('content_block_delta', {
      index,
      delta:
        block.type === 'text'
          ? { type: 'text_delta', text: block.text }
          : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
    }),
    event('content_block_stop', { index }),
  ]);
  const stopReason = answer.stop ?? ((answer.tools ?? []).length > 0 ? 'tool_use' : 'end_turn');
  return [
    start(usage, model),
    ...content,
    event('message_delta', {
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    }),
    event('message_stop', {}),
  ];
}

function start(usage: StubUsage, model: string): string {
  return event('message_start', {
    message: {
      id: 'msg_stub',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  });
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/** The handoff every scripted attempt may end with. */
export const HANDOFF: StubAnswer = {
  kind: 'turn',
  tools: [
    {
      name: 'submit_handoff',
      input: { summary: 'Done.', artefacts: [], criteriaMet: [], knownLimitations: [], findings: [] },
    },
  ],
};

/** How many turns of the model a request holds already: the number of the turn it asks for, from 0. */
export function turnOf(request: StubRequest): number {
  return request.messages.filter((message) => message.role === 'assistant').length;
}
