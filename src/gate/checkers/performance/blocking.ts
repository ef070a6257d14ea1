import type { GateFinding } from '../../../domain/quality-gate/receipt';
import type { ProbeRequest, RunningService } from '../../facts/service';
import { NoAnswer } from '../../facts/service';
import { median, shown } from './load-figures';
import type { Occasion } from './occasions';

/** How the service turned to others while one operation was under load. */
export interface Attention {
  readonly name: string;
  /** 99th percentile of the event loop's delay; null where there is no event loop to look into. */
  readonly loopDelayMs: number | null;
  /** Median time of a cheap request beside the load, and without it. */
  readonly cheapMs: number;
  readonly cheapAloneMs: number;
}

/** Requests of one caller delay everybody else for longer than this. */
const LONGEST_DELAY_MS = 50;
/** Up to this the machine is as good as free. */
const SLIGHTLY_SLOW = 1.3;
const ROUNDS = 5;
const FEWEST_ROUNDS = 2;
const BURST_MS = 300;
const MOST_BURSTS = 3;
const BURST_TIMEOUT_MS = 5_000;
const CHEAP_CLIENT = 200;

/**
 * Loads each operation by itself and meanwhile sends cheap requests from another client: what blocks shows in the delay
 * of the event loop, and in what the cheap ones wait. A suspicion counts when every further burst shows it again.
 */
export async function observeAttention(
  service: RunningService,
  occasions: readonly Occasion[],
  {
    cheap,
    connections,
    budgetMs,
  }: { readonly cheap: ProbeRequest; readonly connections: number; readonly budgetMs: number },
): Promise<Attention[]> {
  const alone: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) alone.push(await timeOf(service, cheap));
  const cheapAloneMs = median(alone);
  const deadline = performance.now() + budgetMs;
  const observed: Attention[] = [];
  for (const occasion of occasions) {
    if (performance.now() > deadline) break;
    const burst = async (): Promise<Attention> => ({
      name: occasion.name,
      cheapAloneMs,
      ...(await burstOf(service, occasion, { cheap, connections })),
    });
    let mildest = await burst();
    for (let again = 1; again < MOST_BURSTS && isBlocked(mildest); again += 1) {
      mildest = milder(mildest, await burst());
    }
    observed.push(mildest);
  }
  return observed;
}

async function burstOf(
  service: RunningService,
  { requests, response }: Occasion,
  { cheap, connections }: { readonly cheap: ProbeRequest; readonly connections: number },
): Promise<Pick<Attention, 'loopDelayMs' | 'cheapMs'>> {
  const rounds = Math.max(FEWEST_ROUNDS, Math.min(ROUNDS, Math.floor(BURST_MS / response.ms)));
  await service.figures();
  const state = { running: true };
  const load = service
    .load({ requests, amount: connections * rounds, connections, timeoutMs: BURST_TIMEOUT_MS })
    .finally(() => (state.running = false));
  const waits: number[] = [];
  do waits.push(await timeOf(service, cheap));
  while (state.running);
  await load;
  const { loopDelayP99Ms } = await service.figures();
  return { loopDelayMs: loopDelayP99Ms, cheapMs: median(waits) };
}

async function timeOf(service: RunningService, cheap: ProbeRequest): Promise<number> {
  try {
    return (await service.request({ ...cheap, client: CHEAP_CLIENT, timeoutMs: BURST_TIMEOUT_MS })).ms;
  } catch (error) {
    if (error instanceof NoAnswer) return BURST_TIMEOUT_MS;
    throw error;
  }
}

/** Whether others had to wait: by the event loop where it can be looked into, else by what a cheap request saw. */
function isBlocked(attention: Attention, slowdown = 1): boolean {
  // One turn of the loop that is interrupted more than once waits longer than a computation is slowed down.
  const allowed = slowdown <= SLIGHTLY_SLOW ? slowdown : slowdown ** 2;
  return delayOf(attention) / allowed >= LONGEST_DELAY_MS;
}

function milder(a: Attention, b: Attention): Attention {
  return delayOf(a) <= delayOf(b) ? a : b;
}

const delayOf = ({ loopDelayMs, cheapMs, cheapAloneMs }: Attention): number =>
  loopDelayMs ?? cheapMs - cheapAloneMs;

/**
 * What blocks.
 * @param slowdown of the machine: what waits only because of it is not found
 */
export function blockingFindings(observed: readonly Attention[], slowdown = 1): GateFinding[] {
  return observed
    .filter((attention) => isBlocked(attention, slowdown))
    .map((attention) => ({
      key: `blocks:${attention.name}`,
      text:
        attention.loopDelayMs === null
          ? `While ${attention.name} is under load, a cheap request takes ${shown(attention.cheapMs)} ms instead of ${shown(attention.cheapAloneMs)} ms`
          : `${attention.name} blocks the event loop: its delay reaches ${shown(attention.loopDelayMs)} ms (p99)`,
    }));
}

/** A row for people. */
export function attentionRow({ name, loopDelayMs, cheapMs, cheapAloneMs }: Attention): string {
  const loop = loopDelayMs === null ? '' : `event-loop delay p99 ${shown(loopDelayMs)} ms, `;
  return `${name}: ${loop}cheap request ${shown(cheapMs)} ms (alone ${shown(cheapAloneMs)} ms)`;
}
