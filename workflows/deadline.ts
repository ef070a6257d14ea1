import { patched } from '@temporalio/workflow';
import { deadlineConcern, forecast, type Forecast } from '../src/domain/objective/forecast';
import { isSettledProgress } from '../src/domain/plan/scheduler';
import { questionOfDeadline } from '../src/domain/escalation/trigger-questions';
import { askAboutObjective } from './decisions';
import { now, type Run } from './run';

/** When the objective will be done, where it has a deadline and enough is known. */
export function forecastOf(run: Run): Forecast | null {
  const { input, progress } = run;
  if (input.options.deadline === null || progress.outcome !== null) return null;
  return forecast({
    tasks: progress.tasks,
    now: Date.parse(now()),
    gateMs: progress.gateMs ?? 0,
    maxParallel: input.options.maxParallel,
  });
}

/** Looks at the deadline whenever a task has settled; work goes on while people think about it. */
export function watchDeadline(run: Run): void {
  const { deadline } = run.input.options;
  if (deadline === null) return;
  const { progress } = run;
  const settled = progress.tasks.filter(isSettledProgress).length;
  if (settled === progress.deadlineWatch.settled || settled === progress.tasks.length) return;
  progress.deadlineWatch = { ...progress.deadlineWatch, settled };
  const seen = forecastOf(run);
  if (seen === null || progress.open.some((row) => row.escalation.trigger === 'timeline-concern')) return;
  const concern = deadlineConcern({
    forecast: seen,
    deadline,
    startedAt: progress.startedAt,
    asked: progress.deadlineWatch.asked,
  });
  // Histories from before went on without a question.
  if (concern === null || !patched('timeline-concern')) return;
  progress.deadlineWatch = { settled, asked: concern };
  askAboutObjective(run, questionOfDeadline(seen, deadline));
}
