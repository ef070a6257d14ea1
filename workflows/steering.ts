import type { SteeringNote } from '../src/domain/work/mail';
import type { Steer } from '../src/domain/objective/messages';
import { isSettledProgress } from '../src/domain/plan/scheduler';
import { record, replaceTask, taskOf, type Run } from './run';

/** Most notes that wait for one who is told them. */
const MOST_NOTES = 20;

/** Why what is said to a task cannot reach it, or null. */
export function refuseSteering(run: Run, { taskId }: Steer): string | null {
  if (taskId === undefined) return null;
  const task = taskOf(run, taskId);
  if (task === undefined) return `there is no task ${taskId}`;
  return isSettledProgress(task) ? `${taskId} is settled already` : null;
}

/** What is said to nobody in particular is for tasks to come as well: repairs, and all of them before there is a plan. */
export function steerTasks(run: Run, { taskId, message, by }: Steer): string {
  const { progress } = run;
  const text = `${by}: ${message}`;
  const note = (): SteeringNote => ({ seq: (progress.lastNote += 1), text });
  const meant = progress.tasks.filter(
    (row) => !isSettledProgress(row) && (taskId === undefined || row.task.id === taskId),
  );
  for (const task of meant)
    replaceTask(run, { ...task, steering: [...task.steering, note()].slice(-MOST_NOTES) });
  if (taskId === undefined) progress.steering = [...(progress.steering ?? []), note()].slice(-MOST_NOTES);
  record(run, `steered by ${by}: ${message}`, taskId ?? null);
  return meant.length === 0
    ? 'recorded; nobody is at work now, and tasks to come are told'
    : 'recorded; a running attempt is told at its next turn, otherwise the next attempt';
}
