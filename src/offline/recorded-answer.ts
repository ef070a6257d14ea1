import { z } from 'zod';
import type { ModelQuestion } from '../domain/escalation/model-question';
import { readConversation } from './conversation';
import { isText, isToolUse, MessagesRequest, type ContentBlock } from './messages-request';

const Answered = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })),
  stop_reason: z.string().nullable(),
});
const Text = z.looseObject({ type: z.literal('text'), text: z.string() });
const ToolUse = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
});

/** One answered call, as far as a playbook can say it again; thinking is not kept. */
export interface RecordedAnswer {
  readonly ask: ModelQuestion | null;
  readonly task: string | null;
  readonly role: string | null;
  /** Everything the model was told, and the newest message of it. */
  readonly told: string;
  readonly last: string;
  /** The conversation as sent, without cache marks: the same twice is the same question. */
  readonly request: string;
  /** The model's last turn in the request: ids of its calls, else its text; null at the start of a conversation. */
  readonly previous: { readonly calls: readonly string[]; readonly text: string } | null;
  readonly text: string;
  readonly calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly input: Record<string, unknown>;
  }[];
  readonly stop: 'max_tokens' | 'refusal' | 'pause_turn' | null;
}

/** Reads an answered call; both sides are plain JSON as the Messages API has them. */
export function readAnswer(request: unknown, answer: unknown): RecordedAnswer {
  const asked = MessagesRequest.parse(request);
  const answered = Answered.parse(answer);
  const { ask, task, role, told, last } = readConversation(asked);
  const previous = asked.messages.findLast((message) => message.role === 'assistant');
  return {
    ask,
    task,
    role,
    told,
    last,
    request: JSON.stringify([ask, asked.messages], (key, value: unknown) =>
      key === 'cache_control' ? undefined : value,
    ),
    previous: previous === undefined ? null : readTurn(previous.content),
    text: answered.content
      .flatMap((block) => {
        const text = Text.safeParse(block);
        return text.success && text.data.text !== '' ? [text.data.text] : [];
      })
      .join('\n\n'),
    calls: answered.content.flatMap((block) => {
      const call = ToolUse.safeParse(block);
      return call.success ? [{ id: call.data.id, name: call.data.name, input: call.data.input }] : [];
    }),
    stop: stopOf(answered.stop_reason),
  };
}

function readTurn(content: readonly ContentBlock[]): { calls: string[]; text: string } {
  return {
    calls: content.flatMap((block) => (isToolUse(block) ? [block.id] : [])),
    text: content.flatMap((block) => (isText(block) ? [block.text] : [])).join('\n\n'),
  };
}

function stopOf(reason: string | null): RecordedAnswer['stop'] {
  return reason === 'max_tokens' || reason === 'refusal' || reason === 'pause_turn' ? reason : null;
}
