import { summarise } from '../src/domain/gate-summary';
import type { BlobRef } from '../src/domain/blob';
import type { GateSummary } from '../src/domain/receipt';
import type { Dossier } from '../src/domain/dossier';
import type { BaseTree } from '../src/ports/gate';
import type { MergeResult } from '../src/domain/work';
import type { RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** Gates and the merge train's single step; both check a throw-away checkout of an exact commit. */
export function createCheckActivities(
  ports: Pick<Ports, 'gates' | 'worktrees' | 'integration' | 'sandbox' | 'repositories'>,
  records: Records,
): Pick<RepositoryActivities, 'gateCommit' | 'mergeTask'> {
  const { gates, worktrees, integration, sandbox } = ports;

  const baseOf = ({ objectiveId, baseCommit }: Dossier): BaseTree => ({
    commit: baseCommit,
    open: () => worktrees.checkOut({ objectiveId, commit: baseCommit }),
  });

  const gate = async (request: {
    readonly dossier: Dossier;
    readonly commit: string;
    readonly scope: 'task' | 'objective';
    readonly base: BlobRef | null;
    readonly waived: readonly string[];
    readonly signal: AbortSignal;
  }): Promise<GateSummary> => {
    const { dossier, commit, scope, signal } = request;
    refuseUnconfined(sandbox, dossier);
    const checkout = await worktrees.checkOut({ objectiveId: dossier.objectiveId, commit });
    try {
      const { path, gitDir, tree } = checkout;
      const report = await gates.run({
        target: { path, gitDir, commit, tree, base: dossier.baseCommit },
        survey: dossier.survey,
        scope,
        ...(request.base === null ? {} : { base: baseOf(dossier) }),
        signal,
      });
      return summarise({ report, ref: await records.save(report), waived: request.waived });
    } finally {
      await checkout.dispose();
    }
  };

  return {
    gateCommit: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        await prepareHere(ports.repositories, dossier);
        const scope = request.scope === 'task' ? 'task' : 'objective';
        return gate({ dossier, commit: request.commit, scope, base: request.base, waived: [], signal });
      }),

    mergeTask: (request) =>
      withHeartbeat(async (signal): Promise<MergeResult> => {
        const dossier = await records.dossier(request.handle);
        await prepareHere(ports.repositories, dossier);
        const { objectiveId } = dossier;
        const { taskId, commit } = request;
        const proposal = await integration.propose({
          objectiveId,
          taskId,
          commit,
          message: `Merge ${taskId}\n\nCoordinator-Task: ${taskId}`,
        });
        switch (proposal.kind) {
          case 'already-merged':
            return { outcome: 'merged', head: proposal.head };
          case 'conflict':
            return {
              outcome: 'conflict',
              files: proposal.files.slice(0, 50),
              theirs: proposal.theirs.slice(0, 20),
              head: proposal.head,
            };
          case 'clean': {
            if (proposal.head !== request.expectedHead) return { outcome: 'moved', head: proposal.head };
            const summary = await gate({
              dossier,
              commit: proposal.commit,
              scope: 'task',
              base: request.base,
              waived: request.waived,
              signal,
            });
            if (!summary.green) return { outcome: 'red', gate: summary, head: proposal.head };
            const moved = await integration.advance({
              objectiveId,
              from: proposal.head,
              to: proposal.commit,
            });
            if (moved) return { outcome: 'merged', head: proposal.commit };
            return { outcome: 'moved', head: await integration.head({ objectiveId }) };
          }
        }
      }),
  };
}
