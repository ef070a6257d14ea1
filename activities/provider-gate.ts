import { getClient } from '@temporalio/activity';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../src/domain/objective/messages';
import {
  PROVIDER_GATE_WORKFLOW,
  PROVIDER_WALL,
  providerGateId,
  WALL_MET,
} from '../src/domain/usage/provider-gate';
import type { ProviderActivities } from './contract';

/** Most objectives a wall is announced to; who is not told meets it and reports it. */
const MOST_TOLD = 200;

/** Speaking with other workflows about a provider's walls. */
export function createProviderActivities(): ProviderActivities {
  return {
    reportWall: async (report) => {
      const { provider } = report;
      await getClient().workflow.signalWithStart(PROVIDER_GATE_WORKFLOW, {
        workflowId: providerGateId(provider),
        taskQueue: TASK_QUEUE,
        args: [provider],
        staticSummary: 'Waits until a model provider takes calls again',
        signal: WALL_MET,
        signalArgs: [report],
      });
    },

    announceWall: async (notice) => {
      const { workflow } = getClient();
      const open = workflow.list({
        query: `WorkflowType = '${OBJECTIVE_WORKFLOW}' AND ExecutionStatus = 'Running'`,
      });
      const told: string[] = [];
      for await (const { workflowId } of open) {
        if (told.length >= MOST_TOLD) break;
        // Closed meanwhile: there is nobody to tell.
        await workflow
          .getHandle(workflowId)
          .signal(PROVIDER_WALL, notice)
          .then(() => told.push(workflowId))
          .catch(() => undefined);
      }
      return { told };
    },
  };
}
