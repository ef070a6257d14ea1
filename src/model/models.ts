import type Anthropic from '@anthropic-ai/sdk';
import type { ModelAlias } from '../domain/usage/model-settings';
import type { ModelChoice } from '../domain/objective/objective';
import type { Usage } from '../domain/usage/usage';

/** US dollars per million tokens, for prompts of at least `fromPromptTokens`. Cache writes live 5 minutes. */
interface PriceBand {
  readonly fromPromptTokens: number;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
}

/** What roles call a model, its id, and list prices as published by the vendor on `asOf`; dearer bands last. */
export const MODELS = [
  {
    alias: 'opus',
    id: 'claude-opus-5-5',
    asOf: '2026-10-07',
    prices: [{ fromPromptTokens: 0, input: 4, output: 20, cacheWrite: 5, cacheRead: 0.4 }],
  },
  {
    alias: 'sonnet',
    id: 'claude-sonnet-5-5',
    asOf: '2026-10-07',
    prices: [{ fromPromptTokens: 0, input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.2 }],
  },
  {
    alias: 'haiku',
    id: 'claude-haiku-5-5',
    asOf: '2026-10-07',
    prices: [
      { fromPromptTokens: 0, input: 0.1, output: 0.5, cacheWrite: 0.125, cacheRead: 0.01 },
      { fromPromptTokens: 100_001, input: 0.5, output: 2.5, cacheWrite: 0.625, cacheRead: 0.05 },
    ],
  },
] as const satisfies readonly {
  readonly alias: ModelAlias;
  readonly id: string;
  readonly asOf: string;
  readonly prices: readonly PriceBand[];
}[];

/** The alias some steps cheaper; the cheapest stays. */
export function cheaper(alias: ModelAlias, steps: number): ModelAlias {
  const at = MODELS.findIndex((row) => row.alias === alias);
  return MODELS[Math.min(at + steps, MODELS.length - 1)]?.alias ?? alias;
}

/** The model id behind an alias. */
export function modelId(alias: ModelAlias): string {
  const row = MODELS.find((candidate) => candidate.alias === alias);
  if (row === undefined) throw new Error(`No model is called ${alias}`);
  return row.id;
}

/** Tokens of one answer, and what they cost; null for the offline model and models without a known price. */
export function usageOf(message: Pick<Anthropic.Message, 'model' | 'usage'>, choice: ModelChoice): Usage {
  const input = message.usage.input_tokens;
  const output = message.usage.output_tokens;
  const cacheRead = message.usage.cache_read_input_tokens ?? 0;
  const cacheWrite = message.usage.cache_creation_input_tokens ?? 0;
  const price =
    choice.kind === 'offline' ? undefined : priceOf(message.model, input + cacheRead + cacheWrite);
  const usd = price === undefined ? null : usdOf(price, { input, output, cacheRead, cacheWrite });
  return { requests: 1, input, output, cacheRead, cacheWrite, usd };
}

function usdOf(
  price: PriceBand,
  { input, output, cacheRead, cacheWrite }: Omit<Usage, 'requests' | 'usd'>,
): number {
  const parts = [
    input * price.input,
    output * price.output,
    cacheRead * price.cacheRead,
    cacheWrite * price.cacheWrite,
  ];
  return parts.reduce((sum, part) => sum + part, 0) / 1e6;
}

function priceOf(id: string, promptTokens: number): PriceBand | undefined {
  const bands: readonly PriceBand[] = MODELS.find((row) => row.id === id)?.prices ?? [];
  return bands.findLast((band) => promptTokens >= band.fromPromptTokens);
}

/**
 * US dollars of tokens at list prices; null where the model has no price. What a band costs is decided by the prompt of
 * the average request.
 */
export function listPriceUsd(
  alias: ModelAlias,
  tokens: Pick<Usage, 'requests' | 'input' | 'output' | 'cacheRead' | 'cacheWrite'>,
): number | null {
  const { requests, input, cacheRead, cacheWrite } = tokens;
  const price = priceOf(modelId(alias), (input + cacheRead + cacheWrite) / Math.max(1, requests));
  if (price === undefined) return null;
  return usdOf(price, tokens);
}

/** Output tokens a call is expected to bring, for reserving money before it. */
const EXPECTED_OUTPUT_TOKENS = 2_000;
/** Bytes of JSON a token stands for at least; few, so that the estimate is not too low. */
const BYTES_PER_TOKEN = 3;

/**
 * What a request will cost in US dollars, estimated before it goes out: all of its input as if the cache had none of
 * it, and an answer of usual length. Null where the model has no price.
 */
export function estimateUsd(
  alias: ModelAlias,
  params: Pick<Anthropic.MessageStreamParams, 'system' | 'tools' | 'messages'>,
  choice: ModelChoice,
): number | null {
  if (choice.kind === 'offline') return null;
  const { system, tools, messages } = params;
  const tokens = Math.ceil(Buffer.byteLength(JSON.stringify([system, tools, messages])) / BYTES_PER_TOKEN);
  const price = priceOf(modelId(alias), tokens);
  if (price === undefined) return null;
  return (tokens * price.input + EXPECTED_OUTPUT_TOKENS * price.output) / 1e6;
}
