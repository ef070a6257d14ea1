// Needs Temporal (a real dev server). Not a test: `npm run record-histories` writes test/fixtures/histories anew.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { objectiveInput, startDepartment } from '../support/department';
import { assertReplayable, HISTORIES, historyFile, readHistory } from './histories';
import { SCENARIOS, type Scenario } from './scenarios';

/** Stands in every history where the SDK would tell process and host. */
const IDENTITY = 'recorder';

beforeAll(() => {
  rmSync(HISTORIES, { recursive: true, force: true });
  mkdirSync(HISTORIES, { recursive: true });
});

it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  'records %s',
  async (_, scenario) => {
    writeFileSync(historyFile(scenario.name), `${await record(scenario)}\n`);
    assertReplayable(scenario.name, readHistory(scenario.name));
  },
);

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
        const { runId } = await workflow.getHandle(workflowId).describe();
        const kept = scenario.run === 'last' ? runId : firstExecutionRunId;
        // Never trimmed: a history without what the SDK noted in it replays green for nothing.
        return historyToJSON(await workflow.getHandle(workflowId, kept).fetchHistory());
      },
      objectiveInput(scenario.options),
    );
  } finally {
    await department.stop();
  }
}
