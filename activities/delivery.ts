import { getClient } from '@temporalio/activity';
import { deliveryBranch } from '../src/domain/objective';
import { QUERIES } from '../src/domain/messages';
import { ObjectiveStatus } from '../src/domain/status';
import type { RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';

/** Brings the result to the user: branch and report; then the worktrees go, also those a crash left. */
export function createDeliveryActivities(
  ports: Pick<Ports, 'repositories' | 'worktrees' | 'reports'>,
  records: Records,
): Pick<RepositoryActivities, 'deliverObjective'> {
  const { repositories, worktrees, reports } = ports;
  return {
    deliverObjective: ({ handle, head }) =>
      withHeartbeat(async () => {
        const dossier = await records.dossier(handle);
        const { objectiveId } = dossier;
        const delivered = await repositories.deliver({
          objectiveId,
          source: dossier.repository,
          commit: head,
          branch: deliveryBranch(objectiveId),
          push: dossier.options.push,
        });
        // The report tells the process's own snapshot; asking the workflow keeps it out of history.
        const snapshot: unknown = await getClient()
          .workflow.getHandle(objectiveId)
          .query(QUERIES.objectiveStatus);
        const status = ObjectiveStatus.parse(snapshot);
        const { report } = await reports.write({
          status: { ...status, delivery: { ...delivered, report: '' } },
        });
        await worktrees.release({ objectiveId });
        return { ...delivered, report };
      }),
  };
}
