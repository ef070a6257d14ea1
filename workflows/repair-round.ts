import type { Gap } from '../src/domain/plan/comparison';
import type { GateSummary, RedItem } from '../src/domain/quality-gate/receipt';
import type { Worker } from '../src/domain/work/work';
import { repository } from './proxies';
import { adoptPlan, record, type Run } from './run';
import { patiently } from './trouble';

/** Who did the tasks that are part of the integrated tree. */
export function doneTasks({ progress }: Run): Worker[] {
  return progress.tasks.flatMap(({ task, specialist, step }) =>
    step.kind === 'settled' && (step.state === 'merged' || step.state === 'waived')
      ? [{ taskId: task.id, specialist }]
      : [],
  );
}

/** Turns what is red or missing into tasks, once in an objective's life; false: there is nothing to run. */
export async function addRepairs(
  run: Run,
  gate: GateSummary,
  { red, gaps }: { readonly red: readonly RedItem[]; readonly gaps: readonly Gap[] },
): Promise<boolean> {
  const { progress } = run;
  const { handle, plan, analysis } = progress;
  if (progress.repairRound !== undefined || red.length + gaps.length === 0) return false;
  if (handle === null || plan === null || analysis === null) return false;
  const change = {
    kind: 'repair' as const,
    report: gate.report,
    red: red.map((item) => item.subject),
    gaps: [...gaps],
    done: doneTasks(run),
  };
  const result = await patiently(run, () =>
    repository.amendPlan.executeWithOptions({ summary: 'add repairs · after the objective gate' }, [
      { handle, analysis, plan: plan.ref, change },
    ]),
  );
  if (result === null) return false;
  const known = new Set(progress.tasks.map((row) => row.task.id));
  const added = result.outcome === 'accepted' ? result.tasks.filter((task) => !known.has(task.id)) : [];
  progress.repairRound = added.map((task) => task.id);
  if (result.outcome === 'accepted' && added.length > 0) {
    adoptPlan(run, result.plan, result.tasks);
    for (const task of added) record(run, `added ${task.id}: ${task.title}`, task.id);
    return true;
  }
  const why = result.outcome === 'refused' ? result.errors.join('; ') : 'there is nobody to give them to';
  record(run, `no repairs could be added: ${why}`);
  return false;
}
