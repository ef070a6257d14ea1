import type Anthropic from '@anthropic-ai/sdk';
import type { CallWitness } from '../../src/model/client';
import { MODELS, usageOf } from '../../src/model/models';

/** Refuses a call that might go beyond a number of US dollars, whatever the model answers. */
export interface SpendingCap extends CallWitness {
  /** What was spent, in US dollars; a call that was not answered counts with the most it could have cost. */
  readonly spentUsd: () => number;
}

export class CapReached extends Error {
  override readonly name = 'CapReached';
}

export function createSpendingCap(capUsd: number): SpendingCap {
  let settled = 0;
  const open = new Map<Anthropic.MessageStreamParams, number>();
  const spentUsd = (): number => [...open.values()].reduce((sum, usd) => sum + usd, settled);
  return {
    spentUsd,
    asked: (params) => {
      const most = mostUsd(params);
      if (spentUsd() + most > capUsd) {
        throw new CapReached(
          `The next call could cost ${most.toFixed(4)} USD, and ${spentUsd().toFixed(4)} of at most ${capUsd.toFixed(2)} USD are spent.`,
        );
      }
      open.set(params, most);
    },
    answered: (params, message) => {
      settled += usageOf(message, { kind: 'anthropic' }).usd ?? mostUsd(params);
      open.delete(params);
    },
  };
}

/** Every byte a token, all of it written to the cache, every token allowed for the answer used. */
function mostUsd(params: Anthropic.MessageStreamParams): number {
  const row = MODELS.find((model) => model.id === params.model);
  if (row === undefined) throw new CapReached(`${params.model} has no price here, so its cost has no limit.`);
  const tokens = Buffer.byteLength(JSON.stringify(params));
  const bands = row.prices.filter((band) => band.fromPromptTokens <= tokens);
  const cacheWrite = Math.max(...bands.map((band) => band.cacheWrite));
  const output = Math.max(...bands.map((band) => band.output));
  return (tokens * cacheWrite + params.max_tokens * output) / 1e6;
}
