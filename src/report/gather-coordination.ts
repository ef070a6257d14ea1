import type { z } from 'zod';
import type { DatabaseChangeStatus } from '../domain/coordination/coordination-orders';
import { DeploymentPlan, RolloutPlan } from '../domain/database/deployment-plan';
import { MigrationDesign } from '../domain/database/migration-design';
import { DrillReport, RehearsalReport } from '../domain/database/rehearsal';
import type { ReportDatabaseChange } from '../domain/objective/report';
import type { BlobStore } from '../ports/blob-store';

/** A schema change with everything that was designed, measured and decided about it. */
export async function gatherDatabaseChange(
  change: DatabaseChangeStatus,
  blobs: Pick<BlobStore, 'get'>,
): Promise<ReportDatabaseChange> {
  const load = async <T>(ref: string | null, schema: z.ZodType<T>): Promise<T | null> =>
    ref === null ? null : schema.parse(JSON.parse((await blobs.get(ref)).toString('utf8')));
  return {
    taskId: change.taskId,
    commit: change.commit,
    identifier: change.slot?.identifier ?? null,
    comesAfter: change.slot?.after ?? [],
    strategy: change.strategy,
    steps: change.steps,
    design: await load(change.design, MigrationDesign),
    rehearsal: await load(change.rehearsal, RehearsalReport),
    drill: await load(change.drill, DrillReport),
    deployment: await load(change.deployment, DeploymentPlan),
    rollout: await load(change.rollout, RolloutPlan),
    rolloutDrill: await load(change.rolloutDrill, DrillReport),
  };
}
