import type { GateFinding } from '../../../domain/quality-gate/receipt';
import type { LoadRun, RunningService } from '../../facts/service';
import type { Occasion } from './occasions';
import { median, percentile, shown, spreadOf } from './load-figures';

/** What one operation answered under load. */
export interface ResponseTimes {
  readonly name: string;
  /** 95th percentile of each run. */
  readonly runsP95Ms: readonly number[];
  readonly amount: number;
  readonly non2xx: number;
  readonly errors: number;
  /** Answers 429: not the service's time, but its limit. */
  readonly throttled: number;
}

export interface LoadPlan {
  readonly connections: number;
  /** All runs of all operations together. */
  readonly budgetMs: number;
}

const RUNS = 3;
const WARM_UP_ROUNDS = 4;
const MOST_SAMPLES = 100;
/** Rounds of all connections; fewer say nothing of a loop. */
const FEWEST_ROUNDS = 2;
const NOISY_SPREAD = 0.4;
/** Below it runs differ by the machine's own jitter, which tells nothing of the service. */
const QUIET_MS = 5;

/**
 * Closed loops over each reading operation: a warm-up, then three runs of a fixed amount. The amount is chosen before the
 * first run, so that all fit the budget.
 */
export async function measureResponseTimes(
  service: RunningService,
  reads: readonly Occasion[],
  { connections, budgetMs }: LoadPlan,
): Promise<ResponseTimes[]> {
  const measured: ResponseTimes[] = [];
  const share = budgetMs / reads.length;
  for (const { name, requests, response } of reads) {
    const load = (amount: number): Promise<LoadRun> =>
      service.load({ requests, amount, connections, timeoutMs: Math.max(2_000, budgetMs) });
    const startedAt = performance.now();
    const isSlow = response.ms * WARM_UP_ROUNDS > share / 2;
    const warm = await load(connections * (isSlow ? 1 : WARM_UP_ROUNDS));
    const msEach = (performance.now() - startedAt) / Math.max(1, warm.samplesMs.length);
    const left = (): number => share - (performance.now() - startedAt);
    const amount = Math.max(
      connections * FEWEST_ROUNDS,
      Math.min(MOST_SAMPLES, Math.floor(left() / RUNS / msEach)),
    );
    const runs = [await load(amount)];
    // One slow operation must not take the time of all others; what it lacks is told.
    while (runs.length < RUNS && left() > -share) runs.push(await load(amount));
    const throttled = sum(runs.map(({ statuses }) => statuses['429'] ?? 0));
    measured.push({
      name,
      runsP95Ms: runs.map(({ samplesMs }) => percentile(samplesMs, 0.95)),
      amount,
      non2xx: sum(runs.map(({ non2xx }) => non2xx)) - throttled,
      errors: sum(runs.map(({ errors }) => errors)),
      throttled,
    });
  }
  return measured;
}

export const p95Of = ({ runsP95Ms }: ResponseTimes): number => median(runsP95Ms);

function isNoisy({ runsP95Ms }: ResponseTimes): boolean {
  return spreadOf(runsP95Ms) > NOISY_SPREAD && Math.max(...runsP95Ms) > QUIET_MS;
}

/**
 * What is too slow, or does not answer with success under load.
 * @param slowdown of the machine: what is slow only because of it is not found
 */
export function slowFindings(
  measured: readonly ResponseTimes[],
  limitMs: number,
  slowdown = 1,
): GateFinding[] {
  return measured.flatMap((times): GateFinding[] => {
    const p95 = p95Of(times);
    const failed = times.non2xx + times.errors;
    const total = times.amount * times.runsP95Ms.length;
    return [
      ...(failed === 0
        ? []
        : [
            {
              key: `fails-under-load:${times.name}`,
              text: `${times.name}: ${String(failed)} of ${String(total)} requests were not answered with success`,
            },
          ]),
      ...(p95 / slowdown < limitMs
        ? []
        : [
            {
              key: `slow:${times.name}`,
              text: `${times.name}: p95 is ${shown(p95)} ms, the limit is ${String(limitMs)} ms`,
              // Only twice as slow is worse than before: the rest is the machine.
              amount: Math.floor(Math.log2(p95 / limitMs)),
            },
          ]),
    ];
  });
}

/** A row for people: p95 of the median run, spread, amount. */
export function rowOf(times: ResponseTimes): string {
  const spread = Math.round(spreadOf(times.runsP95Ms) * 100);
  return (
    `${times.name}: p95 ${shown(p95Of(times))} ms, median of ${times.runsP95Ms.map(shown).join(', ')} ` +
    `(spread ${String(spread)} %${isNoisy(times) ? ', noisy' : ''}), ${String(times.runsP95Ms.length)} x ${String(times.amount)} requests`
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
