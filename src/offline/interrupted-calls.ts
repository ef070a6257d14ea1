import { isToolResult, isToolUse, type MessagesRequest } from './messages-request';

/** Name of the answer in the ids of its calls; no playbook may have it. */
export const AGAIN = 'again';

// How the result of a call begins that a lost worker left without an outcome (`src/model/attempt/make-call.ts`).
const INTERRUPTED = 'Interrupted: ';

interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * The calls of the newest turn whose outcome a lost worker took with it. The files are as they were before them, so
 * that they can be made again; a playbook knows no kills and has no answer of its own for that.
 */
export function interruptedCalls({ messages }: MessagesRequest): readonly Call[] {
  const [turn, answer] = messages.slice(-2);
  if (turn?.role !== 'assistant' || answer?.role !== 'user') return [];
  const lost = new Set(
    answer.content
      .filter(isToolResult)
      .filter((result) => resultText(result.content).startsWith(INTERRUPTED))
      .map((result) => result.tool_use_id),
  );
  return turn.content
    .filter(isToolUse)
    .filter((call) => lost.has(call.id))
    .map(({ name, input }) => ({ name, input }));
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  const [first] = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return typeof first?.text === 'string' ? first.text : '';
}
