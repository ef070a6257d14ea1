import type { BlobRef } from '../src/domain/blob';
import { decisionOutcome } from '../src/domain/outcome';
import { takeBaseAlong } from './moved-base';
import { repository } from './proxies';
import type { Delivery } from '../src/domain/status';
import { record, type Run } from './run';
import { patiently, troubleOf } from './trouble';

/**
 * Writes the branch and the report; an aborted or red objective leaves both, too. What cannot be written is asked
 * about; giving up on it ends the objective without a delivery.
 */
export async function deliver(run: Run, show: () => void): Promise<void> {
  const base = await takeBaseAlong(run, show);
  judge(run);
  if (base.note !== null) {
    run.progress.reason = [run.progress.reason, base.note].filter((text) => text !== null).join('; ');
    record(run, base.note);
  }
  const call = deliveryOf(run, base.report);
  const delivery = call === null ? null : await patiently(run, call);
  close(run, delivery);
  show();
}

/** The same for a cancelled objective, where nobody can be asked any more. */
export async function deliverCancelled(run: Run, show: () => void): Promise<void> {
  judge(run);
  try {
    close(run, (await deliveryOf(run)?.()) ?? null);
  } catch (error) {
    record(run, troubleOf(error).text);
    close(run, null);
  }
  show();
}

function judge(run: Run): void {
  const { progress } = run;
  const end = run.stop ?? decisionOutcome(progress.tasks, progress.waivedAtObjective);
  progress.outcome = end.outcome;
  progress.reason = end.reason;
  // Nobody is asked about anything any more; what was open is in the events.
  progress.open = [];
  record(run, `outcome: ${end.outcome}`);
}

function deliveryOf(run: Run, report: BlobRef | null = null): (() => Promise<Delivery>) | null {
  const { handle, integrationHead, outcome, gate } = run.progress;
  if (handle === null || integrationHead === null) return null;
  return () =>
    repository.deliverObjective.executeWithOptions({ summary: `deliver · ${outcome ?? ''}` }, [
      { handle, head: integrationHead, report: report ?? gate?.report ?? null },
    ]);
}

function close(run: Run, delivery: Delivery | null): void {
  const { progress } = run;
  run.stage = 'closing';
  if (run.stop !== null && progress.outcome !== run.stop.outcome) {
    progress.outcome = run.stop.outcome;
    progress.reason = run.stop.reason;
  }
  if (delivery === null) return;
  progress.delivery = delivery;
  record(run, `delivered ${delivery.branch} (${delivery.commit.slice(0, 12)}) in ${delivery.repository}`);
  record(run, `report ${delivery.report}`);
}
