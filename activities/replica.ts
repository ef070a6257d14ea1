import { RolloutPlan } from '../src/domain/database/deployment-plan';
import type { RehearsalResult } from '../src/domain/database/database-work';
import type { Dossier } from '../src/domain/work/dossier';
import { MigrationDesign } from '../src/domain/database/migration-design';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import { drillSummary, rehearsalSummary, resultOf } from '../src/domain/database/rehearsal-result';
import type { DrillReport, RehearsalReport } from '../src/domain/database/rehearsal';
import type { Replayed, ReplicaSubject } from '../src/ports/replica';
import type { ReplicaActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** Schema changes on a replica; each checks throw-away checkouts of an exact commit and of what it began from. */
export function createReplicaActivities(
  ports: Pick<Ports, 'replicas' | 'worktrees' | 'sandbox' | 'repositories' | 'integration'>,
  records: Records,
): ReplicaActivities {
  const { replicas, worktrees, sandbox, repositories, integration } = ports;

  /** What the work is new to: migrations of other tasks may have been merged since the objective's base. */
  const beforeOf = async ({ objectiveId, baseCommit }: Dossier, commit: string): Promise<string> => {
    const fork = await integration.forkOf({ objectiveId, commit });
    return fork === commit ? baseCommit : fork;
  };

  /** Runs `act` with both trees checked out, whatever becomes of it. */
  const withTrees = async <T>(
    dossier: Dossier,
    commit: string,
    signal: AbortSignal,
    act: (subject: ReplicaSubject) => Promise<T>,
  ): Promise<T> => {
    const { objectiveId, survey } = dossier;
    const before = await beforeOf(dossier, commit);
    const checkout = await worktrees.checkOut({ objectiveId, commit });
    try {
      const base = await worktrees.checkOut({ objectiveId, commit: before });
      try {
        const { path, gitDir, tree } = checkout;
        return await act({
          target: { path, gitDir, commit, tree, base: before },
          base: { path: base.path, tree: base.tree },
          survey,
          signal,
        });
      } finally {
        await base.dispose();
      }
    } finally {
      await checkout.dispose();
    }
  };

  const replay = <R extends RehearsalReport | DrillReport>(
    { handle, commit }: { readonly handle: ObjectiveHandle; readonly commit: string },
    act: (subject: ReplicaSubject) => Promise<Replayed<R>>,
    summary: (report: R) => string,
  ): Promise<RehearsalResult> =>
    withHeartbeat(async (signal) => {
      const dossier = await records.dossier(handle);
      await prepareHere(repositories, dossier);
      refuseUnconfined(sandbox, dossier);
      const done = await withTrees(dossier, commit, signal, act);
      if (done.kind !== 'ran') return resultOf({ kind: done.kind, reason: done.reason });
      const { report } = done;
      return resultOf({ kind: 'ran', report, ref: await records.save(report), summary: summary(report) });
    });

  return {
    rehearseMigration: (request) =>
      replay(
        request,
        async (subject) =>
          replicas.rehearse({
            ...subject,
            design: await records.load(request.design, MigrationDesign),
            identifier: request.slot.identifier,
          }),
        rehearsalSummary,
      ),

    drillBackup: (request) => replay(request, (subject) => replicas.drillBackup(subject), drillSummary),

    rehearseRollout: (request) =>
      replay(
        request,
        async (subject) =>
          replicas.rehearseRollout({
            ...subject,
            rollout: await records.load(request.rollout, RolloutPlan),
          }),
        drillSummary,
      ),
  };
}
