import { createHash, randomInt } from 'node:crypto';
import type Anthropic from '@anthropic-ai/sdk';

/** Failed requests in a row that are tried again at once, each after a growing pause, before the provider is left alone. */
export const QUICK_TRIES = 4;
const FIRST_PAUSE_MS = 1_000;
const FIRST_WALL_MS = 15_000;
const LONGEST_WALL_MS = 5 * 60_000;

/** What this process knows of providers that want no calls; shared by everything that asks them. */
export interface ProviderWalls {
  /** Milliseconds to wait; 0: calls are welcome. */
  waitMs(provider: string): number;
  raise(provider: string, waitMs: number): void;
}

export function createProviderWalls(): ProviderWalls {
  const until = new Map<string, number>();
  return {
    waitMs: (provider) => Math.max(0, Math.ceil((until.get(provider) ?? 0) - performance.now())),
    raise: (provider, waitMs) => {
      until.set(provider, Math.max(until.get(provider) ?? 0, performance.now() + waitMs));
    },
  };
}

/** Names a provider by endpoint and key without telling either. */
export function providerOf(client: Pick<Anthropic, 'baseURL' | 'apiKey'>): string {
  return createHash('sha256')
    .update(`${client.baseURL}\n${client.apiKey ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

/** Pause before the next quick try after `failures` in a row: 1 s, 2 s, 4 s, each up to a fifth longer or shorter. */
export function quickPauseMs(failures: number): number {
  return jittered(FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
}

/** How long a provider that fails again and again without saying for how long is left alone. */
export function wallMs(failures: number): number {
  return jittered(Math.min(LONGEST_WALL_MS, FIRST_WALL_MS * 2 ** Math.max(0, failures - QUICK_TRIES)));
}

function jittered(ms: number): number {
  return Math.round((ms * randomInt(80, 121)) / 100);
}
