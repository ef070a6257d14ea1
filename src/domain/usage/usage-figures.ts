import { z } from 'zod';
import { sumLedger } from './ledger';
import { TASK_KINDS, TaskKind } from '../plan/plan';
import type { Report } from '../objective/report';
import { RoleName } from '../department/specialists';
import type { Usage } from './usage';

/** Tokens of requests as the Messages API counts them, without money; parts of a token where it is a mean. */
export const TokenCount = z.strictObject({
  requests: z.number().nonnegative(),
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
});
export type TokenCount = z.infer<typeof TokenCount>;

/** The middle half of what was measured: from the lower to the upper quartile. */
const spread = <T extends z.ZodType>(value: T) => z.strictObject({ low: value, high: value });
export const TokenSpread = spread(TokenCount);
export type TokenSpread = z.infer<typeof TokenSpread>;
export const NumberSpread = spread(z.number().nonnegative());
export type NumberSpread = z.infer<typeof NumberSpread>;

const KindFigures = z.strictObject({
  /** Tasks this was measured on. */
  tasks: z.int().min(1),
  /** What the task's specialist used over all its attempts. */
  tokens: TokenSpread,
  /** Attempts a task took, on average, whatever the level. */
  attempts: z.number().min(0),
  /** From the first start to the end; null: none without a human in between. */
  ms: NumberSpread.nullable(),
});
export type KindFigures = z.infer<typeof KindFigures>;

/** What finished objectives used, in figures a plan can be estimated from. */
export const UsageFigures = z.strictObject({
  objectives: z.int().min(1),
  tasks: z.int().min(1),
  all: KindFigures,
  byKind: z.partialRecord(TaskKind, KindFigures),
  /** What others than a task's specialist used, for each task of the objective: who coordinates, advises, reviews. */
  aroundByRole: z.record(RoleName, TokenSpread),
  /** Before the first task and after the last, in an objective; null: not measured. */
  aroundMs: NumberSpread.nullable(),
});
export type UsageFigures = z.infer<typeof UsageFigures>;

/** Tasks of a kind its own figures need; below, those of all kinds are taken. */
const ENOUGH = 3;

const DONE: readonly string[] = ['merged', 'waived'];

interface TaskSample {
  readonly kind: TaskKind;
  readonly attempts: number;
  readonly tokens: TokenCount;
  readonly ms: number | null;
}

/** Figures of objectives with at least one finished task; null: there is none. */
export function figuresOf(reports: readonly Report[]): UsageFigures | null {
  const objectives = reports
    .map((report) => ({ report, samples: samplesOf(report) }))
    .filter(({ samples }) => samples.length > 0);
  const samples = objectives.flatMap((row) => row.samples);
  if (samples.length === 0) return null;
  const byKind = TASK_KINDS.flatMap((kind) => {
    const same = samples.filter((sample) => sample.kind === kind);
    return same.length >= ENOUGH ? [[kind, kindFigures(same)] as const] : [];
  });
  const around = objectives.map(({ report, samples: own }) => aroundOf(report, own.length));
  const roles = [...new Set(around.flatMap((row) => [...row.keys()]))].sort();
  const aroundMs = objectives.flatMap(({ report }) => timeAround(report) ?? []);
  return {
    objectives: objectives.length,
    tasks: samples.length,
    all: kindFigures(samples),
    byKind: Object.fromEntries(byKind),
    aroundByRole: Object.fromEntries(
      roles.map((role) => [role, tokenSpread(around.map((row) => row.get(role) ?? NO_TOKENS))]),
    ),
    aroundMs: aroundMs.length === 0 ? null : numberSpread(aroundMs),
  };
}

function samplesOf(report: Report): readonly TaskSample[] {
  return report.tasks
    .filter((task) => DONE.includes(task.state))
    .map((task) => {
      const own = report.ledger.filter((row) => row.subject === task.id && row.role === task.specialist);
      const { startedAt, endedAt } = task;
      // Time spent waiting for a person says nothing about the work.
      const alone = task.level < 4 && startedAt !== null && endedAt !== null;
      return {
        kind: task.kind,
        attempts: task.attempts.length,
        tokens: own.reduce((sum, row) => addTokens(sum, row.usage), NO_TOKENS),
        ms: alone ? Date.parse(endedAt) - Date.parse(startedAt) : null,
      };
    });
}

/** Tokens of everybody but the tasks' specialists, by role, for one task. */
function aroundOf(report: Report, tasks: number): ReadonlyMap<string, TokenCount> {
  const own = new Set(report.tasks.map((task) => `${task.id} ${task.specialist}`));
  const rows = report.ledger.filter((row) => !own.has(`${row.subject} ${row.role}`));
  const sums = sumLedger(rows, (row) => row.role);
  return new Map([...sums].map(([role, usage]) => [role, scaleTokens(usage, 1 / tasks)]));
}

function timeAround(report: Report): number | null {
  if (report.decisions.length > 0) return null;
  const starts = report.tasks.flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
  const ends = report.tasks.flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  if (starts.length === 0 || ends.length === 0) return null;
  const whole = Date.parse(report.writtenAt) - Date.parse(report.startedAt);
  return Math.max(0, whole - (Math.max(...ends) - Math.min(...starts)));
}

function kindFigures(samples: readonly TaskSample[]): KindFigures {
  const times = samples.flatMap(({ ms }) => ms ?? []);
  return {
    tasks: samples.length,
    tokens: tokenSpread(samples.map((sample) => sample.tokens)),
    attempts: samples.reduce((sum, sample) => sum + sample.attempts, 0) / samples.length,
    ms: times.length === 0 ? null : numberSpread(times),
  };
}

export const NO_TOKENS: TokenCount = { requests: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const PARTS = ['requests', 'input', 'output', 'cacheRead', 'cacheWrite'] as const;

export function addTokens(a: TokenCount, b: TokenCount | Usage): TokenCount {
  return mapTokens((part) => a[part] + b[part]);
}

export function scaleTokens(tokens: TokenCount | Usage, factor: number): TokenCount {
  return mapTokens((part) => tokens[part] * factor);
}

/** Everything that was read or written, whatever its price. */
export function totalTokens({ input, output, cacheRead, cacheWrite }: TokenCount | Usage): number {
  return input + output + cacheRead + cacheWrite;
}

function mapTokens(value: (part: (typeof PARTS)[number]) => number): TokenCount {
  return TokenCount.parse(Object.fromEntries(PARTS.map((part) => [part, value(part)])));
}

function tokenSpread(samples: readonly TokenCount[]): TokenSpread {
  const at = (share: number): TokenCount =>
    mapTokens((part) =>
      quantile(
        samples.map((sample) => sample[part]),
        share,
      ),
    );
  return { low: at(0.25), high: at(0.75) };
}

function numberSpread(values: readonly number[]): NumberSpread {
  return { low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** Between two values that lie beside it, in proportion; of fewer than four the least and the greatest. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const place = last < 3 ? (share < 0.5 ? 0 : last) : last * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
