import { Analysis } from '../src/domain/plan/analysis';
import type { BlobRef } from '../src/domain/common/blob';
import { DeploymentPlan } from '../src/domain/database/deployment-plan';
import type { Dossier } from '../src/domain/work/dossier';
import { MigrationDesign } from '../src/domain/database/migration-design';
import { DrillReport, RehearsalReport } from '../src/domain/database/rehearsal';
import type { PlanDeploymentRequest } from '../src/domain/database/database-work';
import type { DeploymentBrief } from '../src/ports/change-briefs';
import { asked } from './asked';
import { baseMigrations } from './base-migrations';
import type { DatabaseThinking } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';

/** Longest text of a result that stands for a whole record. */
const LINE = 500;

/** The questions about a schema change: its design, its deployment, its rollout. */
export function createDatabaseThinking(
  ports: Pick<Ports, 'coordination' | 'journals' | 'repositories'>,
  records: Records,
): DatabaseThinking {
  const { coordination, journals, repositories } = ports;

  const about = (
    { objectiveId }: Dossier,
    { allowanceUsd }: { readonly allowanceUsd?: number | undefined },
  ): Parameters<typeof asked>[1] => ({ objectiveId, allowanceUsd });

  const briefOf = async (request: PlanDeploymentRequest): Promise<DeploymentBrief> => {
    const [task, design, rehearsal, drill] = await Promise.all([
      records.task(request.plan, request.taskId),
      records.load(request.design, MigrationDesign),
      loadIf(request.rehearsal, (ref) => records.load(ref, RehearsalReport)),
      loadIf(request.drill, (ref) => records.load(ref, DrillReport)),
    ]);
    return { task, design, rehearsal, drill };
  };

  return {
    designMigration: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        await prepareHere(repositories, dossier);
        const task = await records.task(request.plan, request.taskId);
        const analysis = await loadIf(request.analysis ?? null, (ref) => records.load(ref, Analysis));
        const schemaChanges = analysis?.schemaChanges ?? [];
        const migrations = await baseMigrations(repositories, dossier);
        const brief = { task, schemaChanges, migrations, slot: request.slot };
        const { value, usage } = await asked(journals, about(dossier, request), (asking) =>
          coordination.designMigration({ dossier, brief, asking, signal }),
        );
        return { design: await records.save(value), summary: value.summary.slice(0, LINE), usage };
      }),

    planDeployment: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const brief = await briefOf(request);
        const { value, usage } = await asked(journals, about(dossier, request), (asking) =>
          coordination.planDeployment({ dossier, brief, asking, signal }),
        );
        return {
          deployment: await records.save(value),
          approved: value.signOff.decision === 'approved',
          reason: value.signOff.reason.slice(0, LINE),
          summary: value.summary.slice(0, LINE),
          usage,
        };
      }),

    chooseRollout: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const deployment = await records.load(request.deployment, DeploymentPlan);
        const brief = { ...(await briefOf(request)), deployment };
        const { value, usage } = await asked(journals, about(dossier, request), (asking) =>
          coordination.chooseRollout({ dossier, brief, asking, signal }),
        );
        return {
          rollout: await records.save(value),
          strategy: value.strategy,
          rollback: [...value.phases].reverse().map(({ rollback }) => rollback.slice(0, LINE)),
          reason: value.reasons.join('; ').slice(0, LINE),
          usage,
        };
      }),
  };
}

function loadIf<T>(ref: BlobRef | null, load: (ref: BlobRef) => Promise<T>): Promise<T | null> {
  return ref === null ? Promise.resolve(null) : load(ref);
}
