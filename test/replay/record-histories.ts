// Needs Temporal (a real dev server). Not a test: `npm run record-histories` writes test/fixtures/histories anew,
// with RECORD=name,name only those.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import { objectiveInput, startDepartment } from '../support/department';
import { assertReplayable, HISTORIES, historyFile, readHistory } from './histories';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

/** Stands in every history where the SDK would tell process and host. */
const IDENTITY = 'recorder';

/** Names of the histories to be recorded; all of them where none is given. */
const named = (process.env['RECORD'] ?? '').split(',').filter((name) => name !== '');
const unknown = named.filter((name) => SCENARIOS.every((scenario) => scenario.name !== name));
if (unknown.length > 0) throw new Error(`No scenario is called ${unknown.join(', ')}.`);
const wanted = SCENARIOS.filter(({ name }) => named.length === 0 || named.includes(name));

beforeAll(() => {
  if (named.length === 0) rmSync(HISTORIES, { recursive: true, force: true });
  mkdirSync(HISTORIES, { recursive: true });
});

it.each(wanted.map((scenario) => [scenario.name, scenario] as const))('records %s', async (_, scenario) => {
  writeFileSync(historyFile(scenario.name), `${await record(scenario)}\n`);
  assertReplayable(scenario.name, readHistory(scenario.name));
});

async function record(scenario: Scenario): Promise<string> {
  const department = await startDepartment({
    identity: IDENTITY,
    ...(scenario.dynamicConfig === undefined ? {} : { dynamicConfig: scenario.dynamicConfig }),
  });
  const { workflow } = department.server.client;
  try {
    return await department.withObjective(
      scenario.activities(),
      async (objective) => {
        const { workflowId, firstExecutionRunId } = objective.handle;
        await scenario.drive?.(objective);
        await objective.handle.result().catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'WorkflowFailedError') throw error;
        });
        const kept = scenario.workflow?.(workflowId) ?? workflowId;
        // What it coordinates with is told to close when the objective ends, and closes after it.
        if (kept !== workflowId) await workflow.getHandle(kept).result();
        const { runId } = await workflow.getHandle(kept).describe();
        const first = kept === workflowId ? firstExecutionRunId : runId;
        // Never trimmed: a history without what the SDK noted in it replays green for nothing.
        return historyToJSON(
          await workflow.getHandle(kept, scenario.run === 'last' ? runId : first).fetchHistory(),
        );
      },
      inputOf(scenario),
    );
  } finally {
    await department.stop();
  }
}

function inputOf({ options, repository }: Scenario): ObjectiveInput {
  const input = objectiveInput(options);
  return repository === undefined ? input : { ...input, repository, repositoryIdentity: repository.path };
}
