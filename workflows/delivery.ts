import { questionOfRedObjective } from '../src/domain/questions';
import { decisionOutcome } from '../src/domain/outcome';
import { condition } from '@temporalio/workflow';
import { askAboutObjective, closeQuestion } from './decisions';
import { repository } from './proxies';
import type { Delivery } from '../src/domain/status';
import { record, type Run } from './run';
import { patiently, stopRun, troubleOf } from './trouble';

/** Gates the integrated objective; while it is red a human is asked, who may accept it or give up. */
export async function gateObjective(run: Run): Promise<void> {
  const { progress } = run;
  const { handle, baseReport } = progress;
  if (handle === null) return;
  while (run.stop === null) {
    const commit = progress.integrationHead ?? run.input.baseCommit;
    const gate = await patiently(run, () =>
      repository.gateCommit.executeWithOptions({ summary: 'gate · objective' }, [
        { handle, scope: 'objective', commit, base: baseReport },
      ]),
    );
    if (gate === null) return;
    progress.gate = gate;
    const red = gate.red.filter((item) => !progress.waivedAtObjective.includes(item.subject));
    record(
      run,
      red.length === 0
        ? 'objective gate green'
        : `objective gate red: ${red.map((r) => r.subject).join(', ')}`,
    );
    if (red.length === 0) return;
    const id = askAboutObjective(run, questionOfRedObjective(red));
    await condition(() => run.stop !== null || progress.undone.some((row) => row.escalationId === id));
    const decision = progress.undone.find((row) => row.escalationId === id);
    progress.undone = progress.undone.filter((row) => row.escalationId !== id);
    closeQuestion(run, id);
    if (decision?.decision === 'accept') progress.waivedAtObjective.push(...red.map((item) => item.subject));
    if (decision?.decision === 'abort') stopRun(run, 'red', `given up as red by ${decision.by} at ${id}`);
  }
}

/**
 * Writes the branch and the report; an aborted or red objective leaves both, too. What cannot be written is asked
 * about; giving up on it ends the objective without a delivery.
 */
export async function deliver(run: Run, show: () => void): Promise<void> {
  judge(run);
  const call = deliveryOf(run);
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

function deliveryOf(run: Run): (() => Promise<Delivery>) | null {
  const { handle, integrationHead, outcome } = run.progress;
  if (handle === null || integrationHead === null) return null;
  return () =>
    repository.deliverObjective.executeWithOptions({ summary: `deliver · ${outcome ?? ''}` }, [
      { handle, head: integrationHead },
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
