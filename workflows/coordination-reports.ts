import { afterCoordination } from '../src/domain/coordination/after-coordination';
import { CoordinationReport, type CoordinationAnswer } from '../src/domain/coordination/coordination-orders';
import { addUsage } from '../src/domain/usage/usage';
import { spendUsage } from './budget';
import { settleNews } from './news';
import { record, replaceTask, taskOf, type Run } from './run';

/** Takes in what a coordinating workflow tells. Anything it cannot read is ignored: throwing would stop the workflow. */
export function takeCoordinationReport(run: Run, payload: unknown): void {
  const parsed = CoordinationReport.safeParse(payload);
  if (!parsed.success) return;
  const { request, answer, costs, events, contract, database } = parsed.data;
  const { coordination } = run.progress;
  const subject = database?.taskId ?? contract?.taskId ?? 'objective';
  for (const { role, usage } of costs) {
    const task = subject === 'objective' ? undefined : taskOf(run, subject);
    spendUsage(run, { subject, role, level: task?.level ?? 0, usage });
    if (task !== undefined) replaceTask(run, { ...task, usage: addUsage(task.usage, usage) });
  }
  for (const { taskId, text } of events) record(run, text, taskId);
  if (contract !== undefined) upsert(coordination.contracts, contract, (row) => row.name === contract.name);
  if (database !== undefined)
    upsert(coordination.databaseChanges, database, (row) => row.taskId === database.taskId);
  if (request !== null && answer !== null) takeAnswer(run, request, answer);
  run.revision += 1;
}

function upsert<T>(rows: T[], row: T, isSame: (other: T) => boolean): void {
  const index = rows.findIndex(isSame);
  if (index < 0) rows.push(row);
  else rows[index] = row;
}

/** An answer is for the step that waits in flight, or for a task that rests until people have answered. */
function takeAnswer(run: Run, request: number, answer: CoordinationAnswer): void {
  const resting = run.progress.tasks.find(
    ({ step }) => step.kind === 'await-contract' && step.request === request,
  );
  if (resting?.step.kind === 'await-contract') {
    const { contract } = resting.step;
    settleNews(run, [contract]);
    replaceTask(run, afterCoordination(resting, 'contract', answer, { number: request, contract }));
  } else run.answers.set(request, answer);
}
