import type { TaskId } from '../src/domain/plan/plan';
import { isSettledProgress } from '../src/domain/plan/scheduler';
import { dependantsOf } from '../src/domain/plan/task-graph';
import { claimAnew } from './claims';
import { withdrawQuestions } from './decisions';
import { now, record, replaceTask, taskOf, type Run } from './run';

/** Leaves a task and everything that depends on it out; gives the ids skipped beside it. */
export function skipTask(run: Run, id: TaskId, why: string): TaskId[] {
  const outlines = run.progress.tasks.map((row) => row.task);
  const others = dependantsOf(outlines, id);
  const skipped: TaskId[] = [];
  for (const each of [id, ...others]) {
    const progress = taskOf(run, each);
    if (progress === undefined || (isSettledProgress(progress) && each !== id)) continue;
    replaceTask(run, { ...progress, step: { kind: 'settled', state: 'skipped' }, endedAt: now() });
    withdrawQuestions(run, each);
    run.inFlight.get(each)?.cancel();
    record(run, each === id ? `skipped: ${why}` : `skipped with ${id}`, each);
    if (each !== id) skipped.push(each);
  }
  claimAnew(run);
  return skipped;
}
