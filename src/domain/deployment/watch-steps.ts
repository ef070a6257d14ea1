import type { WatchSettings } from '../coordination/coordination-settings';
import type { ReportDeployment } from './deployment-watch';
import type { WatchQuestion } from './watch-questions';
import type { WatchOutcome, WatchState, WatchTally } from './watch-status';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a watch waits for the report of a deployment, and for answers after its last round. */
export const PATIENCE_MS = 30 * DAY_MS;

/** Where a watch stands; instants in milliseconds. */
export interface WatchProgress {
  /** When the wait for a report began. */
  readonly since: number;
  readonly deployment: {
    readonly report: ReportDeployment;
    readonly from: number;
    readonly until: number;
  } | null;
  readonly nextRound: number;
  readonly tallies: readonly WatchTally[];
  readonly open: readonly WatchQuestion[];
  /** A breach was asked about since the deployment. */
  readonly breached: boolean;
  readonly rolledBack: boolean;
}

/** What a watch does next. */
export type WatchStep =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'round' }
  | { readonly kind: 'end'; readonly outcome: WatchOutcome };

/** The next step at an instant. An open question holds no round back, and is waited for after the last one. */
export function nextStep(progress: WatchProgress, now: number): WatchStep {
  if (progress.rolledBack) return { kind: 'end', outcome: 'rolled-back' };
  const { deployment } = progress;
  if (deployment === null) {
    const left = progress.since + PATIENCE_MS - now;
    return left > 0 ? { kind: 'wait', ms: left } : { kind: 'end', outcome: 'not-reported' };
  }
  const asking = progress.tallies.some((tally) => !tally.accepted);
  if (asking && progress.nextRound < deployment.until) {
    const left = progress.nextRound - now;
    return left > 0 ? { kind: 'wait', ms: left } : { kind: 'round' };
  }
  // With no check left to ask there is nothing to wait for but answers.
  const until =
    progress.open.length > 0 ? deployment.until + PATIENCE_MS : asking ? deployment.until : deployment.from;
  const left = until - now;
  if (left > 0) return { kind: 'wait', ms: left };
  return { kind: 'end', outcome: outcomeOf(progress) };
}

function outcomeOf({ breached, tallies }: WatchProgress): WatchOutcome {
  if (breached) return 'breached';
  return tallies.some((tally) => tally.worst !== null) ? 'quiet' : 'not-watched';
}

export function watchState(
  progress: Pick<WatchProgress, 'open' | 'deployment'>,
  outcome: WatchOutcome | null,
): WatchState {
  if (outcome !== null) return outcome;
  if (progress.open.length > 0) return 'awaiting-human';
  return progress.deployment === null ? 'awaiting-deployment' : 'watching';
}

/** Instant of the first round and end of the watch, for a deployment reported now. */
export function watchSpan(
  { hours }: Pick<WatchSettings, 'hours'>,
  now: number,
): { readonly from: number; readonly until: number } {
  return { from: now, until: now + hours * 60 * 60 * 1000 };
}

/** Whether two reports tell of the same deployment; a commit may be abbreviated. */
export function isSameDeployment(a: ReportDeployment, b: ReportDeployment): boolean {
  const sameCommit = a.commit.startsWith(b.commit) || b.commit.startsWith(a.commit);
  return sameCommit && a.environment === b.environment;
}
