import { z } from 'zod';
import { CommitId } from '../work/work';
import { TaskId } from '../plan/plan';

/** What of a workflow's history a rewind needs, oldest first. */
export type HistoryStep =
  | {
      readonly kind: 'scheduled';
      readonly id: number;
      readonly activity: string;
      readonly request: unknown;
    }
  | { readonly kind: 'completed'; readonly scheduled: number; readonly result: unknown }
  /** A workflow task that has ended; the process can be taken back to it. */
  | { readonly kind: 'task-ended'; readonly id: number };

type Scheduled = Extract<HistoryStep, { kind: 'scheduled' }>;

/** One run of an objective's chain. */
export interface RunHistory {
  readonly runId: string;
  readonly steps: readonly HistoryStep[];
}

/** Where a process goes back to, and what its code was there. */
export interface RewindPoint {
  readonly runId: string;
  readonly eventId: number;
  /** The integration head that merge made. */
  readonly head: string;
  /** Commits that tasks not merged by then had handed in, or started from. */
  readonly tasks: readonly { readonly taskId: TaskId; readonly commit: string }[];
}

const Merge = z.looseObject({ taskId: TaskId });
const Merged = z.looseObject({ outcome: z.literal('merged'), head: CommitId });
const Attempt = z.looseObject({
  taskId: TaskId,
  start: z.looseObject({ kind: z.string(), from: CommitId.optional() }),
});
const HandedOff = z.looseObject({ outcome: z.literal('handed-off'), commit: CommitId });

/**
 * The workflow task right after a task's merge, the last one where there were several; null where it was never merged.
 * Runs are given newest first, as a chain that continued as new is walked.
 */
export function findRewindPoint(runs: readonly RunHistory[], taskId: TaskId): RewindPoint | null {
  for (const [index, { runId, steps }] of runs.entries()) {
    const at = steps.findLastIndex((_, position) => mergeAt(steps, position)?.taskId === taskId);
    const merge = at < 0 ? null : mergeAt(steps, at);
    if (merge === null) continue;
    const end = steps.slice(at).find((step) => step.kind === 'task-ended');
    if (end === undefined) return null;
    const before = [
      ...runs
        .slice(index + 1)
        .reverse()
        .map((run) => run.steps),
      steps.slice(0, at + 1),
    ];
    return { runId, eventId: end.id, head: merge.head, tasks: commitsOf(before) };
  }
  return null;
}

/** Tasks that were merged, in order. */
export function mergedTasks(runs: readonly RunHistory[]): readonly TaskId[] {
  const all = [...runs]
    .reverse()
    .flatMap(({ steps }) => steps.map((_, position) => mergeAt(steps, position)));
  return [...new Set(all.flatMap((merge) => (merge === null ? [] : [merge.taskId])))];
}

function mergeAt(
  steps: readonly HistoryStep[],
  position: number,
): { readonly taskId: TaskId; readonly head: string } | null {
  const step = steps[position];
  if (step?.kind !== 'completed') return null;
  const request = scheduledFor(steps, step.scheduled);
  if (request?.activity !== 'mergeTask') return null;
  const asked = Merge.safeParse(request.request);
  const merged = Merged.safeParse(step.result);
  return asked.success && merged.success ? { taskId: asked.data.taskId, head: merged.data.head } : null;
}

function scheduledFor(steps: readonly HistoryStep[], id: number): Scheduled | undefined {
  return steps.find((step): step is Scheduled => step.kind === 'scheduled' && step.id === id);
}

/** Where the branches of unmerged tasks were after these steps. */
function commitsOf(runs: readonly (readonly HistoryStep[])[]): RewindPoint['tasks'] {
  const commits = new Map<TaskId, string>();
  for (const steps of runs) {
    for (const [position, step] of steps.entries()) {
      const merged = mergeAt(steps, position);
      if (merged !== null) commits.delete(merged.taskId);
      if (step.kind === 'scheduled' && step.activity === 'runAttempt') {
        const attempt = Attempt.safeParse(step.request);
        if (attempt.success && attempt.data.start.from !== undefined)
          commits.set(attempt.data.taskId, attempt.data.start.from);
      }
      if (step.kind !== 'completed') continue;
      const request = scheduledFor(steps, step.scheduled);
      const attempt = request?.activity === 'runAttempt' ? Attempt.safeParse(request.request) : undefined;
      const handed = HandedOff.safeParse(step.result);
      if (attempt?.success === true && handed.success) commits.set(attempt.data.taskId, handed.data.commit);
    }
  }
  return [...commits].map(([taskId, commit]) => ({ taskId, commit }));
}
