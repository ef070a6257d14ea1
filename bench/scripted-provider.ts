import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { answerLastQuestion } from './last-questions';
import { NOTHING_ASKED, notesPlan } from './plans';

const Request = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
  output_config: z
    .looseObject({ format: z.looseObject({ schema: z.looseObject({ title: z.string() }) }).optional() })
    .optional(),
});

/** When each turn of each task was asked for, in milliseconds of `performance.now()`. */
export interface ScriptedProvider {
  readonly url: string;
  readonly asked: readonly { readonly task: string; readonly turn: number; readonly at: number }[];
  stop(): Promise<void>;
}

/**
 * A Messages API server that answers at once: a plan of `tasks` notes that run in parallel, each `turns` turns that
 * write a file, then its handoff. `held`: it waits that long before each answer of a turn.
 */
export async function startScriptedProvider(script: {
  readonly tasks: number;
  readonly turns: number;
  readonly heldMs?: number;
}): Promise<ScriptedProvider> {
  const asked: { task: string; turn: number; at: number }[] = [];
  const answer = (body: string): object[] => {
    const { messages, output_config: config } = Request.parse(JSON.parse(body));
    const title = config?.format?.schema.title;
    if (title === 'analyse') return [{ type: 'text', text: JSON.stringify(NOTHING_ASKED) }];
    if (title === 'plan') return [{ type: 'text', text: JSON.stringify(notesPlan(script.tasks)) }];
    const last = answerLastQuestion(title, textOf(messages[0]?.content));
    if (last !== null) return [{ type: 'text', text: JSON.stringify(last) }];
    const turn = messages.filter((message) => message.role === 'assistant').length;
    const task = /TASK ID: (backend-T\d+)/.exec(JSON.stringify(messages[0]))?.[1] ?? '';
    asked.push({ task, turn, at: performance.now() });
    const id = `toolu_${task}_${turn}`;
    return turn < script.turns
      ? [
          {
            type: 'tool_use',
            id,
            name: 'write',
            input: { file_path: `notes/${task}/${turn}.md`, content: `# ${turn}\n` },
          },
        ]
      : [
          {
            type: 'tool_use',
            id,
            name: 'submit_handoff',
            input: { summary: 'Done.', artefacts: [], criteriaMet: [], knownLimitations: [], findings: [] },
          },
        ];
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const content = answer(Buffer.concat(chunks).toString('utf8'));
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(events(content));
      }, script.heldMs ?? 0);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function events(blocks: readonly object[]): string {
  const event = (type: string, data: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
  const usage = { input_tokens: 100, output_tokens: 10 };
  const content = blocks.flatMap((block, index) => {
    const call = 'input' in block;
    const start = call ? { ...block, input: {} } : { type: 'text', text: '' };
    const delta = call
      ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
      : { type: 'text_delta', text: 'text' in block ? block.text : '' };
    return [
      event('content_block_start', { index, content_block: start }),
      event('content_block_delta', { index, delta }),
      event('content_block_stop', { index }),
    ];
  });
  const stop = blocks.some((block) => 'input' in block) ? 'tool_use' : 'end_turn';
  const head = { id: 'msg', type: 'message', role: 'assistant', model: 'scripted', content: [] };
  return [
    event('message_start', { message: { ...head, stop_reason: null, stop_sequence: null, usage } }),
    ...content,
    event('message_delta', {
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: 10 },
    }),
    event('message_stop', {}),
  ].join('');
}

const Blocks = z.array(z.looseObject({ text: z.string() }));

function textOf(content: unknown): string {
  const blocks = Blocks.safeParse(content);
  if (blocks.success) return blocks.data.map(({ text }) => text).join('\n');
  return typeof content === 'string' ? content : '';
}
