import type { WatchCheck } from '../coordination/coordination-settings';
import type { WatchSample } from './deployment-watch';
import type { WatchTally } from './watch-status';

type Limit = WatchCheck['limit'];

/** Longest text of a sample. */
const MOST_TEXT = 300;

/** A limit in words: `at most 5`, `at least 1 and at most 5`. */
export function describeLimit({ min, max }: Limit): string {
  const sides = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ];
  return sides.join(' and ');
}

/** How far a value lies beyond its limit; negative or 0: within. */
function excess({ min, max }: Limit, value: number): number {
  return Math.max(max === undefined ? -Infinity : value - max, min === undefined ? -Infinity : min - value);
}

/** What a check answered, held against its limit. */
export function sampleOf({ name, limit }: Pick<WatchCheck, 'name' | 'limit'>, value: number): WatchSample {
  const breach = excess(limit, value) > 0;
  const text = `${value}${breach ? ', wanted' : ','} ${describeLimit(limit)}`;
  return { name, value, verdict: breach ? 'breach' : 'within', text: text.slice(0, MOST_TEXT) };
}

/** A check that could not be asked, and why. */
export function unansweredSample({ name }: Pick<WatchCheck, 'name'>, reason: string): WatchSample {
  return { name, value: null, verdict: 'could-not-ask', text: reason.slice(0, MOST_TEXT) };
}

export function newTally({ name }: Pick<WatchCheck, 'name'>): WatchTally {
  return {
    name,
    asked: 0,
    breaches: 0,
    unanswered: 0,
    breachesInRow: 0,
    unansweredInRow: 0,
    worst: null,
    last: null,
    accepted: false,
  };
}

/** The tally with one sample more. A check that could not be asked ends no row of breaches. */
export function addSample(tally: WatchTally, limit: Limit, sample: WatchSample): WatchTally {
  const { value } = sample;
  const next = { ...tally, asked: tally.asked + 1, last: sample };
  if (value === null || sample.verdict === 'could-not-ask') {
    return { ...next, unanswered: tally.unanswered + 1, unansweredInRow: tally.unansweredInRow + 1 };
  }
  const breach = sample.verdict === 'breach';
  const worse = tally.worst === null || excess(limit, value) > excess(limit, tally.worst);
  return {
    ...next,
    breaches: tally.breaches + (breach ? 1 : 0),
    breachesInRow: breach ? tally.breachesInRow + 1 : 0,
    unansweredInRow: 0,
    worst: worse ? value : tally.worst,
  };
}
