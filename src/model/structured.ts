import type Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { z } from 'zod';
import { ModelFailure } from '../domain/model-failure';
import type { ModelChoice } from '../domain/objective';
import type { ModelQuestion } from '../domain/model-question';
import type { Effort } from '../domain/model-settings';
import { addUsage, NO_USAGE, type Usage } from '../domain/usage';
import { usageOf } from './models';
import { DEFAULT_IDLE_MS, streamMessage } from './stream-message';

interface StructuredQuestion<T extends z.ZodType> {
  readonly client: Anthropic;
  readonly choice: ModelChoice;
  readonly model: string;
  readonly name: ModelQuestion;
  readonly system: string;
  readonly prompt: string;
  readonly schema: T;
  readonly effort?: Effort;
  readonly idleMs?: number;
  readonly signal: AbortSignal;
}

const MAX_TOKENS = 32_000;
const TRIES = 2;

/**
 * Asks one question whose answer is a value of `schema`. The request carries no tools, so whoever answers can
 * neither read nor write anything. An answer that does not parse goes back once with the errors.
 * @throws ModelFailure: `Model.Malformed` when the second answer does not parse either.
 */
export async function askStructured<T extends z.ZodType>(
  question: StructuredQuestion<T>,
): Promise<{ readonly value: z.infer<T>; readonly usage: Usage }> {
  const format = zodOutputFormat(question.schema.meta({ title: question.name }));
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question.prompt }];
  let usage = NO_USAGE;
  let problem = '';
  for (let turn = 1; turn <= TRIES; turn++) {
    const message = await streamMessage({
      client: question.client,
      params: {
        model: question.model,
        max_tokens: MAX_TOKENS * turn,
        system: [{ type: 'text', text: question.system, cache_control: { type: 'ephemeral' } }],
        messages,
        output_config: {
          // Without its parser, so that an answer that does not parse comes back whole and is paid for.
          format: { type: format.type, schema: format.schema },
          ...(question.effort === undefined ? {} : { effort: question.effort }),
        },
      },
      signal: question.signal,
      idleMs: question.idleMs ?? DEFAULT_IDLE_MS,
    });
    usage = addUsage(usage, usageOf(message, question.choice));
    refuseUnusable(message, question.name);
    const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
    const parsed = parseAnswer(question.schema, text);
    if (parsed.kind === 'value') return { value: parsed.value, usage };
    problem = parsed.problem;
    messages.push(
      { role: 'assistant', content: text.trim() === '' ? '(no answer)' : text },
      {
        role: 'user',
        content: `That answer cannot be used: ${problem}. Answer again, complete and correct.`,
      },
    );
  }
  throw new ModelFailure(
    'Model.Malformed',
    `The model's answer to "${question.name}" did not fit twice: ${problem}`,
  );
}

type Parsed<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'problem'; readonly problem: string };

function parseAnswer<T extends z.ZodType>(schema: T, text: string): Parsed<z.infer<T>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { kind: 'problem', problem: error instanceof Error ? error.message : 'not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'value', value: parsed.data };
  const issues = parsed.error.issues.slice(0, 10).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { kind: 'problem', problem: issues.join('; ') };
}

/** Ends of a turn after which asking the same again is of no use. */
export function refuseUnusable(message: Anthropic.Message, what: string): void {
  if (message.stop_reason === 'refusal') {
    const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(' ');
    const said = text.trim() === '' ? 'without giving a reason' : `saying "${text.trim().slice(0, 1000)}"`;
    throw new ModelFailure('Model.Refused', `The model declined ${what} ${said}`);
  }
  if (message.stop_reason === 'model_context_window_exceeded') {
    throw new ModelFailure('Model.ContextTooLong', `The conversation of ${what} filled the model's context`);
  }
}
