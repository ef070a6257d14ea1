import type Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { BudgetExhausted, ModelFailure, ProviderWalled } from '../domain/usage/model-failure';
import type { ModelChoice } from '../domain/objective/objective';
import type { ModelQuestion } from '../domain/escalation/model-question';
import type { Effort } from '../domain/usage/model-settings';
import { addUsage, NO_USAGE, Usage } from '../domain/usage/usage';
import type { Asking } from '../ports/department';
import { redactSecrets } from '../process/redact';
import type { ModelAlias } from '../domain/usage/model-settings';
import { estimateUsd, modelId, usageOf } from './models';
import { providerOf, QUICK_TRIES, quickPauseMs, wallMs, type ProviderWalls } from './provider-walls';
import { DEFAULT_IDLE_MS, streamMessage } from './stream-message';

interface StructuredQuestion<T extends z.ZodType> {
  readonly client: Anthropic;
  readonly choice: ModelChoice;
  readonly model: ModelAlias;
  readonly name: ModelQuestion;
  readonly system: string;
  readonly prompt: string;
  readonly schema: T;
  readonly asking: Asking;
  readonly walls: ProviderWalls;
  readonly effort?: Effort;
  readonly idleMs?: number;
  readonly signal: AbortSignal;
}

/** The journal of a question: what went out, and what came of it, so that a lost worker's answer is not paid twice. */
const QuestionEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dispatched'), estimateUsd: z.number().nullable() }),
  z.object({ kind: z.literal('failed'), type: z.string(), lost: z.boolean() }),
  z.object({ kind: z.literal('answered'), text: z.string(), usage: Usage }),
]);
type QuestionEntry = z.infer<typeof QuestionEntry>;

const MAX_TOKENS = 32_000;
const TRIES = 2;

/**
 * Asks one question whose answer is a value of `schema`. The request carries no tools, so whoever answers can
 * neither read nor write anything. An answer that does not parse goes back once with the errors.
 * @throws ModelFailure: `Model.Malformed` when the second answer does not parse either; ProviderWalled where the
 * provider wants to be left alone; BudgetExhausted before a call that cannot be afforded.
 */
export async function askStructured<T extends z.ZodType>(
  question: StructuredQuestion<T>,
): Promise<{ readonly value: z.infer<T>; readonly usage: Usage }> {
  const books = openBooks(question.asking);
  await books.mendLoss();
  for (;;) {
    const answers = books.answers();
    const last = answers.at(-1);
    if (last !== undefined) {
      const parsed = parseAnswer(question.schema, last);
      if (parsed.kind === 'value') return { value: parsed.value, usage: books.usage() };
      if (answers.length >= TRIES) {
        throw new ModelFailure(
          'Model.Malformed',
          `The model's answer to "${question.name}" did not fit twice: ${parsed.problem}`,
          { usage: books.usage() },
        );
      }
    }
    await askOnce(question, books, conversation(question, answers));
  }
}

/** The question, and each answer that could not be used with what is wrong about it. */
function conversation<T extends z.ZodType>(
  { prompt, schema }: StructuredQuestion<T>,
  answers: readonly string[],
): Anthropic.MessageParam[] {
  return [
    { role: 'user', content: prompt },
    ...answers.flatMap((text): Anthropic.MessageParam[] => {
      const parsed = parseAnswer(schema, text);
      const problem = parsed.kind === 'problem' ? parsed.problem : '';
      return [
        { role: 'assistant', content: text.trim() === '' ? '(no answer)' : text },
        {
          role: 'user',
          content: `That answer cannot be used: ${problem}. Answer again, complete and correct.`,
        },
      ];
    }),
  ];
}

async function askOnce<T extends z.ZodType>(
  question: StructuredQuestion<T>,
  books: Books,
  messages: Anthropic.MessageParam[],
): Promise<void> {
  const { client, walls, asking } = question;
  const provider = providerOf(client);
  const standing = walls.waitMs(provider);
  if (standing > 0) {
    const reason = 'the provider asked to wait';
    throw new ProviderWalled({ provider, waitMs: standing, reason }, books.usage());
  }
  const format = zodOutputFormat(question.schema.meta({ title: question.name }));
  const params: Anthropic.MessageStreamParams = {
    model: modelId(question.model),
    max_tokens: MAX_TOKENS * (books.answers().length + 1),
    system: [{ type: 'text', text: question.system, cache_control: { type: 'ephemeral' } }],
    messages,
    output_config: {
      // Without its parser, so that an answer that does not parse comes back whole and is paid for.
      format: { type: format.type, schema: format.schema },
      ...(question.effort === undefined ? {} : { effort: question.effort }),
    },
  };
  const estimate = estimateUsd(question.model, params, question.choice);
  const spent = books.usage().usd ?? 0;
  if (asking.allowanceUsd !== null && estimate !== null && spent + estimate > asking.allowanceUsd) {
    throw new BudgetExhausted(estimate, books.usage());
  }
  await books.record({ kind: 'dispatched', estimateUsd: estimate });
  try {
    const { signal } = question;
    const idleMs = question.idleMs ?? DEFAULT_IDLE_MS;
    const message = await streamMessage({ client, params, signal, idleMs });
    const usage = usageOf(message, question.choice);
    refuseUnusable(message, question.name, addUsage(books.usage(), usage));
    const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
    await books.record({ kind: 'answered', text: redactSecrets(text), usage });
  } catch (error) {
    if (!(error instanceof ModelFailure)) {
      if (question.signal.aborted) await books.record({ kind: 'failed', type: 'aborted', lost: true });
      throw error;
    }
    await books.record({ kind: 'failed', type: error.type, lost: error.type === 'Model.Timeout' });
    const usage = error.usage ?? books.usage();
    if (!error.retryable) throw error.with({ usage });
    const failures = books.failures();
    const waitMs =
      error.retryAfterMs ??
      (error.type === 'Model.RateLimited' || failures >= QUICK_TRIES ? wallMs(failures) : null);
    if (waitMs === null) throw error.with({ retryAfterMs: quickPauseMs(failures) });
    walls.raise(provider, waitMs);
    throw new ProviderWalled({ provider, waitMs, reason: error.message.slice(0, 300) }, usage);
  }
}

interface Books {
  record(entry: QuestionEntry): Promise<void>;
  /** A request that was out when a process died counts as paid. */
  mendLoss(): Promise<void>;
  answers(): readonly string[];
  usage(): Usage;
  /** Requests in a row that came to nothing. */
  failures(): number;
}

function openBooks({ journal }: Asking): Books {
  const entries = journal.entries.map((entry) => QuestionEntry.parse(entry));
  const books: Books = {
    async record(entry) {
      await journal.append(entry);
      entries.push(entry);
    },
    async mendLoss() {
      if (entries.at(-1)?.kind === 'dispatched') {
        await books.record({ kind: 'failed', type: 'lost', lost: true });
      }
    },
    answers: () => entries.flatMap((entry) => (entry.kind === 'answered' ? [entry.text] : [])),
    usage: () =>
      entries.reduce((sum, entry, index) => {
        if (entry.kind === 'answered') return addUsage(sum, entry.usage);
        if (entry.kind !== 'failed') return sum;
        const sent = entries[index - 1];
        const usd = entry.lost && sent?.kind === 'dispatched' ? sent.estimateUsd : null;
        return addUsage(sum, { ...NO_USAGE, requests: 1, usd });
      }, NO_USAGE),
    failures: () => {
      const answered = entries.findLastIndex((entry) => entry.kind === 'answered');
      return entries.slice(answered + 1).filter((entry) => entry.kind === 'failed').length;
    },
  };
  return books;
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
export function refuseUnusable(message: Anthropic.Message, what: string, usage: Usage): void {
  if (message.stop_reason === 'refusal') {
    const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(' ');
    const said = text.trim() === '' ? 'without giving a reason' : `saying "${text.trim().slice(0, 1000)}"`;
    throw new ModelFailure('Model.Refused', `The model declined ${what} ${said}`, { usage });
  }
  if (message.stop_reason === 'model_context_window_exceeded') {
    throw new ModelFailure('Model.ContextTooLong', `The conversation of ${what} filled the model's context`, {
      usage,
    });
  }
}
