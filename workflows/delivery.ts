import { questionOfRedObjective } from '../src/domain/questions';
import { decisionOutcome } from '../src/domain/outcome';
import { condition } from '@temporalio/workflow';
import { askAboutObjective, closeQuestion } from './decisions';
import { repository } from './proxies';
import { record, type Run } from './run';
import { patiently, stopRun } from './trouble';

/** Gates the integrated objective; while it is red a human is asked. False when the objective ends red. */
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

/** Writes the branch and the report; an aborted or red objective leaves both, too. */
export async function deliver(run: Run, show: () => void): Promise<void> {
  const { progress } = run;
  const { handle, integrationHead } = progress;
  run.stage = 'closing';
  const end = run.stop ?? decisionOutcome(progress.tasks, progress.waivedAtObjective);
  progress.outcome = end.outcome;
  progress.reason = end.reason;
  record(run, `outcome: ${end.outcome}`);
  if (handle !== null && integrationHead !== null) {
    const result = await repository.deliverObjective.executeWithOptions(
      { summary: `deliver · ${end.outcome}` },
      [{ handle, head: integrationHead }],
    );
    progress.delivery = result;
    record(run, `delivered ${result.branch} (${result.commit.slice(0, 12)}) in ${result.repository}`);
    record(run, `report ${result.report}`);
  }
  show();
}
