import type { BlobRef } from '../src/domain/common/blob';
import type { MergeSides } from '../src/domain/quality-gate/gate-work';
import type { TaskId } from '../src/domain/plan/plan';
import type { Ports } from './ports';
import type { Records } from './records';

/** Most of each side's diff that is shown, in bytes. */
const DIFF_BYTES = 8_000;

/** Keeps what both sides want and changed, for whoever mends a merge that did not pass. Nothing without a plan. */
export async function saveSides(
  { integration }: Pick<Ports, 'integration'>,
  records: Pick<Records, 'plan' | 'save'>,
  request: {
    readonly objectiveId: string;
    readonly plan?: BlobRef | undefined;
    readonly taskId: TaskId;
    readonly commit: string;
    readonly head: string;
    /** Files it is about; none: all. */
    readonly paths: readonly string[];
    readonly theirs?: readonly TaskId[];
  },
): Promise<{ readonly sides?: BlobRef }> {
  const { objectiveId, plan, taskId, commit, head, paths } = request;
  if (plan === undefined) return {};
  const { tasks } = await records.plan(plan);
  const found = await integration.sides({ objectiveId, commit, head, paths, maxBytes: DIFF_BYTES });
  const intentOf = (id: TaskId): string => {
    const task = tasks.find((row) => row.id === id);
    return task === undefined ? 'no longer in the plan' : `${task.title}. ${task.objective}`;
  };
  const sides: MergeSides = {
    mine: { taskId, intent: intentOf(taskId).slice(0, 2000), diff: found.mine.slice(0, 10_000) },
    theirs: {
      tasks: (request.theirs ?? found.tasks)
        .slice(0, 20)
        .map((id) => ({ taskId: id, intent: intentOf(id).slice(0, 1000) })),
      diff: found.theirs.slice(0, 10_000),
    },
  };
  return { sides: await records.save(sides) };
}
