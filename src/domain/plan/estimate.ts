import type { ModelSettings } from '../usage/model-settings';
import type { PlanTask, TaskId } from './plan';
import { criticalPath } from './task-graph';
import {
  addTokens,
  NO_TOKENS,
  scaleTokens,
  totalTokens,
  type KindFigures,
  type NumberSpread,
  type TokenCount,
  type TokenSpread,
  type UsageFigures,
} from '../usage/usage-figures';

/** What one role of a plan is likely to use, over everything it does. */
interface RoleEstimate extends ModelSettings {
  readonly role: string;
  /** Tasks of the plan it is given; 0: it coordinates, advises or reviews. */
  readonly tasks: number;
  /** Attempts its tasks take together, as measured on average. */
  readonly attempts: number;
  readonly tokens: NumberSpread;
  /** US dollars; null: its model has no price, or nothing is charged. */
  readonly usd: NumberSpread | null;
}

/** What a plan is likely to cost and take. Every pair is the middle half of what was measured, never a promise. */
export interface PlanEstimate {
  readonly byRole: readonly RoleEstimate[];
  readonly tokens: NumberSpread;
  readonly usd: NumberSpread | null;
  /** Milliseconds to the end, people's answers left out; null: nothing was measured. */
  readonly durationMs: NumberSpread | null;
  /** The chain of tasks that decides it: by measured durations, else by the number of tasks. */
  readonly criticalPath: readonly TaskId[];
}

/** US dollars for tokens of a model; null: nothing is known or charged. */
type PriceOf = (model: ModelSettings['model'], tokens: TokenCount) => number | null;

/**
 * Estimates a plan from what finished objectives used: each task by the figures of its kind, attempts on every level
 * included, and each task's share of coordinating, advising and reviewing.
 */
export function estimatePlan(request: {
  readonly tasks: readonly Pick<PlanTask, 'id' | 'kind' | 'specialist' | 'dependsOn'>[];
  readonly figures: UsageFigures;
  /** What each role thinks with. */
  readonly roles: Readonly<Record<string, ModelSettings>>;
  readonly priceOf: PriceOf;
  readonly maxParallel: number;
  /** Whether durations of `figures` say something about this model. */
  readonly timed: boolean;
}): PlanEstimate {
  const { tasks, figures, roles, priceOf, maxParallel, timed } = request;
  const expected = (task: Pick<PlanTask, 'kind'>): KindFigures => figures.byKind[task.kind] ?? figures.all;
  const names = [
    ...new Set([...tasks.map((task) => task.specialist), ...Object.keys(figures.aroundByRole)]),
  ].sort();
  const byRole = names.flatMap((role): RoleEstimate[] => {
    const settings = roles[role];
    // A role of another repository that this one does not have.
    if (settings === undefined) return [];
    const own = tasks.filter((task) => task.specialist === role);
    const around = figures.aroundByRole[role];
    const sum = (end: keyof TokenSpread): TokenCount =>
      own.reduce(
        (total, task) => addTokens(total, expected(task).tokens[end]),
        around === undefined ? NO_TOKENS : scaleTokens(around[end], tasks.length),
      );
    const tokens = { low: sum('low'), high: sum('high') };
    if (own.length === 0 && totalTokens(tokens.high) === 0) return [];
    const low = priceOf(settings.model, tokens.low);
    const high = priceOf(settings.model, tokens.high);
    return [
      {
        role,
        ...settings,
        tasks: own.length,
        attempts: own.reduce((total, task) => total + expected(task).attempts, 0),
        tokens: { low: totalTokens(tokens.low), high: totalTokens(tokens.high) },
        usd: low === null || high === null ? null : { low, high },
      },
    ];
  });
  const { durationMs, path } = forecastPlan({
    tasks,
    expected,
    timed,
    maxParallel,
    around: figures.aroundMs,
  });
  return {
    byRole,
    tokens: addSpreads(byRole.map((row) => row.tokens)),
    usd: byRole.some((row) => row.usd === null) ? null : addSpreads(byRole.flatMap((row) => row.usd ?? [])),
    durationMs,
    criticalPath: path,
  };
}

/** The critical path, or all work over the places there are where that is more, and what is before and after. */
function forecastPlan(request: {
  readonly tasks: readonly Pick<PlanTask, 'id' | 'kind' | 'dependsOn'>[];
  readonly expected: (task: Pick<PlanTask, 'kind'>) => KindFigures;
  readonly timed: boolean;
  readonly maxParallel: number;
  readonly around: NumberSpread | null;
}): { readonly durationMs: NumberSpread | null; readonly path: readonly TaskId[] } {
  const { tasks, expected, timed, maxParallel, around } = request;
  const times = tasks.flatMap((task) => {
    const { ms } = expected(task);
    return ms === null ? [] : [[task.id, ms] as const];
  });
  if (!timed || around === null || times.length < tasks.length) {
    return { durationMs: null, path: criticalPath(tasks, new Map(tasks.map(({ id }) => [id, 1]))).path };
  }
  const end = (which: keyof NumberSpread): number => {
    const durations = new Map(times.map(([id, ms]) => [id, ms[which]]));
    const work = [...durations.values()].reduce((sum, ms) => sum + ms, 0);
    return Math.max(criticalPath(tasks, durations).length, work / maxParallel) + around[which];
  };
  const middle = new Map(times.map(([id, { low, high }]) => [id, (low + high) / 2]));
  return {
    durationMs: { low: end('low'), high: end('high') },
    path: criticalPath(tasks, middle).path,
  };
}

function addSpreads(rows: readonly NumberSpread[]): NumberSpread {
  return rows.reduce((sum, row) => ({ low: sum.low + row.low, high: sum.high + row.high }), {
    low: 0,
    high: 0,
  });
}
