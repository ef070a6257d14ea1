import { z } from 'zod';
import { TaskId, type TaskKind } from '../plan/plan';
import { criticalPath } from '../plan/task-graph';
import type { TaskProgress } from '../work/task-progress';

/** When an objective will be done, as things stand; durations in milliseconds. */
export const Forecast = z.strictObject({
  finishAt: z.iso.datetime(),
  remainingMs: z.int().min(0),
  /** The tasks still to be done that decide it, in order. */
  criticalPath: z.array(TaskId),
});
export type Forecast = z.infer<typeof Forecast>;

type Timed = Pick<TaskProgress, 'task' | 'step' | 'startedAt' | 'endedAt'>;

/** Settled tasks of a kind that its own median needs; below, the median of all is taken. */
const ENOUGH = 2;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * Forecasts the end from how long settled tasks of this run took: what is left of the critical path, or of all work over
 * `maxParallel` where that is more, and the objective's own checks. Null before the first task was done.
 */
export function forecast(facts: {
  readonly tasks: readonly Timed[];
  /** Now, in milliseconds. */
  readonly now: number;
  readonly gateMs: number;
  readonly maxParallel: number;
}): Forecast | null {
  const { tasks, now, gateMs, maxParallel } = facts;
  const took = tasks.flatMap(({ task, step, startedAt, endedAt }) =>
    step.kind === 'settled' && step.state !== 'skipped' && startedAt !== null && endedAt !== null
      ? [{ kind: task.kind, ms: Date.parse(endedAt) - Date.parse(startedAt) }]
      : [],
  );
  if (took.length === 0) return null;
  const all = median(took.map((row) => row.ms));
  const expected = (kind: TaskKind): number => {
    const same = took.filter((row) => row.kind === kind).map((row) => row.ms);
    return same.length >= ENOUGH ? median(same) : all;
  };
  const left = new Map(
    tasks
      .filter(({ step }) => step.kind !== 'settled')
      .map(({ task, startedAt }) => {
        const begun = startedAt === null ? 0 : now - Date.parse(startedAt);
        return [task.id, Math.max(0, expected(task.kind) - begun)] as const;
      }),
  );
  const { path, length } = criticalPath(
    tasks.map((row) => row.task),
    left,
  );
  const work = [...left.values()].reduce((sum, ms) => sum + ms, 0);
  const remainingMs = Math.round(Math.max(length, work / maxParallel) + gateMs);
  return {
    finishAt: new Date(now + remainingMs).toISOString(),
    remainingMs,
    criticalPath: path.filter((id) => left.has(id)),
  };
}

/** What people were asked about a deadline; `totalMs` is what the objective was forecast to take as a whole. */
export interface AskedDeadline {
  readonly deadline: string;
  readonly totalMs: number;
}

/** How much longer a forecast must be before the same deadline is asked about again. */
const GROWN = 1.25;

/** What to ask about now that the forecast lies beyond the deadline; null: nothing new. */
export function deadlineConcern(facts: {
  readonly forecast: Forecast;
  readonly deadline: string;
  readonly startedAt: string;
  readonly asked: AskedDeadline | null;
}): AskedDeadline | null {
  const { forecast: seen, deadline, startedAt, asked } = facts;
  if (Date.parse(seen.finishAt) <= Date.parse(deadline)) return null;
  const totalMs = Date.parse(seen.finishAt) - Date.parse(startedAt);
  const known = asked?.deadline === deadline && totalMs <= asked.totalMs * GROWN;
  return known ? null : { deadline, totalMs };
}
