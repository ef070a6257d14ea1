import { ModelQuestion } from '../domain/escalation/model-question';
import { isText, isToolResult, isToolUse, type ContentBlock, type MessagesRequest } from './messages-request';

/** What a request says, as far as playbooks can ask about it. */
export interface Conversation {
  readonly ask: ModelQuestion | null;
  readonly task: string | null;
  readonly role: string | null;
  /** Everything the model was told: user messages and tool results. */
  readonly told: string;
  /** The newest user message with its tool results. */
  readonly last: string;
  readonly lastFailed: boolean;
  /** How often each answer was given by its tool calls. */
  readonly given: ReadonlyMap<string, number>;
  /** Texts the model said itself. */
  readonly said: ReadonlySet<string>;
}

/** Reads the facts of a request; nothing else decides which answer is given. */
export function readConversation(request: MessagesRequest): Conversation {
  const first = request.messages[0];
  const opening = first === undefined ? '' : textOf(first.content);
  const users = request.messages.filter((message) => message.role === 'user');
  const last = users.at(-1);
  const own = request.messages.filter((message) => message.role === 'assistant').flatMap((m) => m.content);
  const ask = ModelQuestion.safeParse(request.output_config?.format?.schema.title);
  return {
    ask: ask.success ? ask.data : null,
    task: /^TASK ID: (backend-T[0-9]+)\s*$/m.exec(opening)?.[1] ?? null,
    role: /^(?:DELEGATION TO|ASKED OF): @([a-z0-9-]+)\s*$/m.exec(opening)?.[1] ?? null,
    told: users.map((message) => textOf(message.content)).join('\n'),
    last: last === undefined ? '' : textOf(last.content),
    lastFailed: last?.content.some((block) => isToolResult(block) && block.is_error === true) ?? false,
    given: countAnswers(own),
    said: new Set(own.flatMap((block) => (isText(block) ? [block.text] : []))),
  };
}

/** The id of an answer's n-th tool call; `round` tells repetitions of a repeating answer apart. */
export function toolUseId(answerId: string, index: number, round: number): string {
  return `toolu_${answerId}_${String(index)}${round === 0 ? '' : `_${String(round)}`}`;
}

// Answer ids are kebab-case, so the underscores are the id's own.
const TOOL_USE_ID = /^toolu_([a-z][a-z0-9-]*)_0(?:_[0-9]+)?$/;

function countAnswers(own: readonly ContentBlock[]): Map<string, number> {
  const given = new Map<string, number>();
  for (const block of own) {
    const id = isToolUse(block) ? TOOL_USE_ID.exec(block.id)?.[1] : undefined;
    if (id !== undefined) given.set(id, (given.get(id) ?? 0) + 1);
  }
  return given;
}

function textOf(content: readonly ContentBlock[]): string {
  return content
    .flatMap((block) => {
      if (isText(block)) return [block.text];
      if (!isToolResult(block)) return [];
      if (block.content === undefined || typeof block.content === 'string') return [block.content ?? ''];
      return block.content.map((part) => (typeof part['text'] === 'string' ? part['text'] : ''));
    })
    .join('\n');
}
