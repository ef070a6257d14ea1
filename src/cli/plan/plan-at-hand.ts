import { Analysis } from '../../domain/plan/analysis';
import { Plan, type TaskId } from '../../domain/plan/plan';
import { judgeChange } from '../../domain/plan/plan-edit';
import { SPECIALIST_NAMES } from '../../domain/department/specialists';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { ConfigurationError } from '../../domain/common/user-error';
import type { BegunTask, PlanChange } from '../../domain/work/work';
import type { BlobStore } from '../../ports/blob-store';

/** A plan as it is now, with what an edit of it is checked against. */
export interface PlanAtHand {
  readonly objectiveId: string;
  readonly version: number;
  readonly ref: string;
  readonly plan: Plan;
  /** null: not known here; the workflow checks in any case. */
  readonly analysis: Analysis | null;
  readonly roster: readonly string[];
  readonly begun: readonly BegunTask[];
}

const UNBEGUN: readonly string[] = ['pending', 'ready'];

/**
 * Reads the plan of a snapshot from the store.
 * @throws ConfigurationError while there is none, or where the store of this home does not hold it
 */
export async function openPlan(blobs: BlobStore, status: ObjectiveStatus): Promise<PlanAtHand> {
  const found = await findPlan(blobs, status);
  if (found !== null) return found;
  throw new ConfigurationError(
    `The plan of ${status.objectiveId} is not in the store of this home; use the COORDINATOR_HOME of the worker that planned it.`,
  );
}

/**
 * The same; null where the store of this home does not hold it.
 * @throws ConfigurationError while there is none
 */
export async function findPlan(blobs: BlobStore, status: ObjectiveStatus): Promise<PlanAtHand | null> {
  const { objectiveId, plan: reference, tasks } = status;
  if (reference === null)
    throw new ConfigurationError(`${objectiveId} has no plan yet; wait until it is planned.`);
  const plan = await readPlan(blobs, reference.ref);
  if (plan === null) return null;
  return {
    objectiveId,
    version: reference.version,
    ref: reference.ref,
    plan,
    analysis: reference.analysis === undefined ? null : await readAnalysis(blobs, reference.analysis),
    roster: [...SPECIALIST_NAMES, ...(reference.brought ?? [])],
    begun: tasks
      .filter((task) => task.startedAt !== null || !UNBEGUN.includes(task.state))
      .map((task) => ({ taskId: task.id, state: task.state })),
  };
}

/** A stored plan; null where this home does not hold it. */
export async function readPlan(blobs: BlobStore, ref: string): Promise<Plan | null> {
  const bytes = await read(blobs, ref);
  return bytes === null ? null : Plan.parse(JSON.parse(bytes));
}

async function readAnalysis(blobs: BlobStore, ref: string): Promise<Analysis | null> {
  const bytes = await read(blobs, ref);
  return bytes === null ? null : Analysis.parse(JSON.parse(bytes));
}

async function read(blobs: BlobStore, ref: string): Promise<string | null> {
  try {
    return (await blobs.get(ref)).toString('utf8');
  } catch (error) {
    if (error instanceof Error && error.name === 'BlobMissing') return null;
    throw error;
  }
}

/** What is wrong with a change, before it is sent; empty where it is good, or where that is not known here. */
export function judge(
  at: PlanAtHand,
  change: Extract<PlanChange, { kind: 'patch' | 'replace' }>,
): readonly string[] {
  if (at.analysis === null) return [];
  const { plan, analysis, roster, begun } = at;
  const judged = judgeChange({ plan, change, analysis, roster, begun });
  return judged.kind === 'accepted' ? [] : judged.errors;
}

/** `T003` of `backend-T003`: tables have few columns, and every command understands it. */
export function shortId(id: TaskId): string {
  return id.replace(/^backend-/, '');
}
