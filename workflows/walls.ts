import { condition } from '@temporalio/workflow';
import { questionOfTrouble } from '../src/domain/escalation/questions';
import type { ProviderWall } from '../src/domain/work/failure-details';
import { askAboutObjective } from './decisions';
import { providers } from './proxies';
import { record, type Run } from './run';

/** A provider without a single answer for this long is asked about. */
const PATIENCE_MS = 6 * 60 * 60 * 1000;
/** How much longer than the wall itself an objective waits for the gate's word, should the gate be gone. */
const GRACE_MS = 30_000;

/**
 * Takes in a wall this objective met: the gate is told, which keeps the timer and tells everybody else on the provider.
 * Nothing that asks a model starts before it has passed.
 */
export function meetWall(run: Run, wall: ProviderWall): void {
  const { progress, input } = run;
  progress.walledSince ??= Date.now();
  if (Date.now() - progress.walledSince >= PATIENCE_MS) {
    progress.walledSince = null;
    const text = `The provider has not answered for ${PATIENCE_MS / 3_600_000} hours: ${wall.reason}`;
    progress.blockedBy ??= askAboutObjective(run, questionOfTrouble('provider-unavailable', text));
  }
  if (!raiseWall(run, wall)) return;
  const report = { ...wall, objectiveId: input.objectiveId };
  // Without the gate the objective's own wait does; it only cannot tell others.
  providers.reportWall
    .executeWithOptions({ summary: `provider wall · ${Math.ceil(wall.waitMs / 1000)} s` }, [report])
    .catch(() => undefined);
}

/** Takes in a wall, met or heard of; false when one that long stands already. */
export function raiseWall(run: Run, { provider, waitMs, reason }: ProviderWall): boolean {
  const { progress } = run;
  const until = Date.now() + waitMs;
  if (progress.wall !== null && progress.wall.until >= until) return false;
  const waiting = progress.wall !== null;
  progress.wall = { provider, until, reason };
  record(run, `the provider wants no calls for ${Math.ceil(waitMs / 1000)} s: ${reason}`);
  if (!waiting) void waitOut(run);
  return true;
}

/** The gate says the wall has passed. */
export function openWall(run: Run, provider: string): void {
  const { progress } = run;
  if (progress.wall?.provider !== provider) return;
  progress.wall = null;
  record(run, 'the provider takes calls again');
}

/** Any answer of a model ends the count of hours without one. */
export function noteAnswer(run: Run): void {
  run.progress.walledSince = null;
}

/** Resolves when calls are welcome, or the run stops. */
export async function passWall(run: Run): Promise<void> {
  await condition(() => run.progress.wall === null || run.stop !== null);
}

async function waitOut(run: Run): Promise<void> {
  for (;;) {
    const { wall } = run.progress;
    if (wall === null) return;
    const left = wall.until + GRACE_MS - Date.now();
    if (left <= 0) break;
    const { until } = wall;
    await condition(() => run.progress.wall?.until !== until, left);
  }
  openWall(run, run.progress.wall?.provider ?? '');
}
