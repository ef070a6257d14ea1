import { cancellationSignal } from '@temporalio/activity';
import type { WatchCheck } from '../src/domain/coordination/coordination-settings';
import type { WatchSample } from '../src/domain/deployment/deployment-watch';
import { sampleOf, unansweredSample } from '../src/domain/deployment/watch-samples';
import type { WatchActivities } from './contract';
import type { Ports } from './ports';

/** Checks asked at once: fifty that all hang are through within the minute a round has. */
const AT_ONCE = 10;

/** One round of checks; each answers for itself, so that one that hangs or fails spoils no other. */
export function createWatchActivities({ probes }: Pick<Ports, 'probes'>): WatchActivities {
  const ask = async (check: WatchCheck, signal: AbortSignal): Promise<WatchSample> => {
    const measured = await probes.measure(check, signal);
    return measured.kind === 'value'
      ? sampleOf(check, measured.value)
      : unansweredSample(check, measured.reason);
  };
  return {
    runWatchChecks: async ({ checks }) => {
      const signal = cancellationSignal();
      const samples: WatchSample[] = [];
      for (let at = 0; at < checks.length; at += AT_ONCE) {
        const part = checks.slice(at, at + AT_ONCE);
        samples.push(...(await Promise.all(part.map((check) => ask(check, signal)))));
      }
      return { samples };
    },
  };
}
