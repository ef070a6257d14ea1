/*
 * What calls cost, worked out anew from what the provider counted, with nothing of the product's own: list prices in
 * US dollars per million tokens as published on 2026-10-07.
 */
const PRICES_2026_10_07 = [
  { model: 'claude-opus-5-5', input: 4, output: 20, write: 5, read: 0.4 },
  { model: 'claude-sonnet-5-5', input: 2, output: 10, write: 2.5, read: 0.2 },
  { model: 'claude-haiku-5-5', input: 0.1, output: 0.5, write: 0.125, read: 0.01 },
] as const;

/** One call as the provider saw it: the model asked for, and the usage it answered with. */
export interface RawCall {
  readonly model: string;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_read_input_tokens: number;
    readonly cache_creation_input_tokens: number;
  };
}

export interface Recomputed {
  readonly requests: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly usd: number;
}

export function recomputeCosts(calls: readonly RawCall[]): Recomputed {
  let [input, output, cacheRead, cacheWrite, microdollars] = [0, 0, 0, 0, 0];
  for (const { model, usage } of calls) {
    const price = PRICES_2026_10_07.find((row) => row.model === model);
    if (price === undefined) throw new Error(`There is no price of ${model} in the table of 2026-10-07`);
    input += usage.input_tokens;
    output += usage.output_tokens;
    cacheRead += usage.cache_read_input_tokens;
    cacheWrite += usage.cache_creation_input_tokens;
    microdollars += usage.input_tokens * price.input;
    microdollars += usage.output_tokens * price.output;
    microdollars += usage.cache_creation_input_tokens * price.write;
    microdollars += usage.cache_read_input_tokens * price.read;
  }
  return { requests: calls.length, input, output, cacheRead, cacheWrite, usd: microdollars / 1e6 };
}
