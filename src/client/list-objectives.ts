import { OBJECTIVE_WORKFLOW } from '../domain/objective/messages';
import type { ObjectiveState } from '../domain/department/states';
import type { Execution, Gateway } from './gateway';
import { LIST_LIMIT } from './limits';
import { summarise, type ObjectiveSummary } from './objective-summary';
import { isUnknownSearchAttribute } from './translate-error';

/** Objectives as visibility tells them, newest first; where a server cannot tell the state, those whose state is unknown too. */
export async function listObjectives(
  gateway: Gateway,
  state: ObjectiveState | undefined,
): Promise<readonly ObjectiveSummary[]> {
  const all = `WorkflowType = '${OBJECTIVE_WORKFLOW}'`;
  if (state !== undefined) {
    try {
      return await collect(gateway.list(`${all} AND CoordinatorStatus = '${state}'`));
    } catch (error) {
      if (!isUnknownSearchAttribute(error)) throw error;
    }
  }
  const found = await collect(gateway.list(all));
  return state === undefined ? found : found.filter((row) => row.state === state || row.state === null);
}

/** Ids of all that are open, however many there are: what is left of others may be removed. */
export async function listOpen(gateway: Gateway): Promise<ReadonlySet<string>> {
  const open = new Set<string>();
  for await (const execution of gateway.list(
    `WorkflowType = '${OBJECTIVE_WORKFLOW}' AND ExecutionStatus = 'Running'`,
  ))
    if (execution.state === 'open') open.add(execution.objectiveId);
  return open;
}

async function collect(executions: AsyncIterable<Execution>): Promise<readonly ObjectiveSummary[]> {
  const rows: ObjectiveSummary[] = [];
  const seen = new Set<string>();
  for await (const execution of executions) {
    // An objective that continued as new shows once per run, newest first.
    if (seen.has(execution.objectiveId)) continue;
    seen.add(execution.objectiveId);
    rows.push(summarise(execution));
    if (rows.length >= LIST_LIMIT) break;
  }
  return rows;
}
