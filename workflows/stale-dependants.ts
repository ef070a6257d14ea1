import { compareIds } from '../src/domain/plan/plan';
import type { TaskProgress } from '../src/domain/work/task-progress';
import { repository } from './proxies';
import { record, type Run } from './run';
import { settingOf } from './step-frame';

/**
 * After a task was merged that changed an approved contract: what was built on the contract before is stale, and its own
 * gate runs again on what is integrated now; nobody else's does. What is red is also red at the objective's gate, which
 * has it repaired.
 */
export async function regateStale(run: Run, merged: TaskProgress): Promise<void> {
  const { coordination } = run.progress;
  const locked = coordination.locked ?? {};
  for (const contract of coordination.contracts) {
    const { name, hash } = contract;
    const before = locked[name];
    if (hash === null || merged.agreed?.contract !== merged.commit || before === hash) continue;
    coordination.locked = { ...coordination.locked, [name]: hash };
    if (before !== undefined) await regate(run, name, dependantsOf(run, contract.taskId, merged));
  }
}

function dependantsOf(run: Run, contractTask: string, merged: TaskProgress): string[] {
  return run.progress.tasks
    .filter(({ task, step }) => task.dependsOn.includes(contractTask) && step.kind === 'settled')
    .filter(({ task, commit }) => task.id !== merged.task.id && commit !== null)
    .map(({ task }) => task.id)
    .sort(compareIds);
}

async function regate(run: Run, contract: string, stale: readonly string[]): Promise<void> {
  const { handle, plan, base, head } = settingOf(run);
  if (stale.length > 0) record(run, `contract ${contract} changed; stale: ${stale.join(', ')}`);
  for (const id of stale) {
    const gate = await repository.gateCommit.executeWithOptions(
      { summary: `${id} · gate · contract ${contract} changed` },
      [{ handle, scope: 'task', commit: head, base, plan, taskId: id }],
    );
    record(
      run,
      gate.green
        ? `still green with contract ${contract}`
        : `red with contract ${contract}: ${gate.red.map((item) => item.subject).join(', ')}`,
      id,
    );
  }
}
