import { z } from 'zod';

/** Tokens as the Messages API counts them, and money in US dollars (null: a model without a price, e.g. offline). */
export const Usage = z.strictObject({
  requests: z.int(),
  input: z.int(),
  output: z.int(),
  cacheRead: z.int(),
  cacheWrite: z.int(),
  usd: z.number().nullable(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = { requests: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0, usd: null };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    requests: a.requests + b.requests,
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    usd: a.usd === null ? b.usd : b.usd === null ? a.usd : a.usd + b.usd,
  };
}
