import { log } from '@temporalio/activity';
import type { AuditHead } from '../src/domain/escalation/audit';
import { deliveryBranch } from '../src/domain/objective/objective';
import { askStatus } from './ask-status';
import type { RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import { keepReceipts } from './keep-receipts';
import type { Ports } from './ports';
import type { Records } from './records';

/** Brings the result to the user: branch, receipts as notes, and report; then the worktrees go, also those a crash left. */
export function createDeliveryActivities(
  ports: Pick<Ports, 'repositories' | 'worktrees' | 'reports' | 'notes' | 'audit'>,
  records: Records,
): Pick<RepositoryActivities, 'deliverObjective'> {
  const { repositories, worktrees, reports, notes, audit } = ports;
  return {
    deliverObjective: ({ handle, head, report: gated }) =>
      withHeartbeat(async () => {
        const dossier = await records.dossier(handle);
        const { objectiveId } = dossier;
        const delivered = await repositories.deliver({
          objectiveId,
          source: dossier.repository,
          commit: head,
          branch: deliveryBranch(objectiveId),
          // With a pull request the push is a step of its own: a forge that is down stops no delivery.
          push: dossier.options.push && dossier.options.pr !== true,
        });
        const missing = await keepReceipts(
          { notes, records },
          { dossier, delivered: delivered.commit, report: gated },
        );
        if (missing !== null) log.warn(`The delivered commit has no receipts as notes: ${missing}`);
        const status = await askStatus(objectiveId);
        const { report } = await reports.write({
          status: { ...status, delivery: { ...delivered, report: '' } },
          audit: await headOf(audit),
        });
        await worktrees.release({ objectiveId });
        return { ...delivered, report };
      }),
  };
}

/** A delivery does not fail for want of the audit log. */
async function headOf(audit: Ports['audit']): Promise<AuditHead | null> {
  return audit.head().catch((error: unknown) => {
    log.warn('The head of the audit log could not be read for the report.', { error });
    return null;
  });
}
