import type { TaskState } from '../department/states';

/** What metrics need of a task. Instants in ISO 8601. */
export interface TaskFacts {
  readonly state: TaskState;
  /** Null while no gate has run. */
  readonly firstGatePassed: boolean | null;
  /** Null while not merged. */
  readonly gatePassedAtMerge: boolean | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** A human accepted it with red items. */
  readonly waived: boolean;
}

/**
 * Figures a gate run leaves behind, by the names checkers give them in their receipts. Coverages are shares from 0 to 1:
 * of operations that tests called, that answered them with success, of declared responses they met, of executable lines
 * they ran, of changed ones. The rest is milliseconds (p95 over statements by calls of their mean, the slowest mean, the
 * p95 of the slowest operation) and counts.
 */
type GateMeasure =
  | 'endpointCoverage'
  | 'successCoverage'
  | 'declaredResponseCoverage'
  | 'testCoverage'
  | 'diffCoverage'
  | 'databaseMeanMs'
  | 'databaseWorstMs'
  | 'databaseQueriesPerRequest'
  | 'responseTimeP95Ms'
  | 'responseTimeSamples';

/** What metrics need of the objective's gate. */
export interface GateFacts {
  readonly measures: Readonly<Record<string, number>>;
  /** Verdicts of the security items, the secrets item included; what could not be told counts as neither. */
  readonly security: { readonly passed: number; readonly failed: number; readonly undecided: number };
}

export interface MetricFacts {
  readonly tasks: readonly TaskFacts[];
  /** Null while no gate of the whole objective has run. */
  readonly gate: GateFacts | null;
}

interface Measured {
  readonly value: number;
  /** Other figures that belong to it, by name. */
  readonly details: Readonly<Record<string, number>>;
}

/** A measure over durable facts, or null where they say nothing about it. */
type Measure = (facts: MetricFacts) => Measured | null;

/** The department's metrics (charter: "Metrics to Track"). `source` says where the figures come from. */
export const METRICS = [
  {
    name: 'backend_tasks_completed',
    meaning: 'tasks delivered with a green gate',
    unit: 'tasks',
    formula: 'tasks merged with a passed gate and without a waiver',
    source: 'task records',
    measure: ({ tasks }) =>
      tasks.length === 0
        ? null
        : { value: tasks.filter(isCompleted).length, details: { planned: tasks.length } },
  },
  {
    name: 'backend_avg_completion_time',
    meaning: 'how long a task takes from start to merge',
    unit: 'seconds',
    formula: 'mean of end minus start over completed tasks',
    source: 'task records',
    measure: ({ tasks }) => {
      const seconds = tasks.filter(isCompleted).flatMap(secondsTaken);
      const value = mean(seconds);
      return value === null ? null : { value, details: { median: median(seconds), tasks: seconds.length } };
    },
  },
  {
    name: 'backend_success_rate',
    meaning: 'tasks that passed their first gate',
    unit: 'ratio',
    formula: 'tasks whose first gate passed over tasks gated; a waived task counts as not passed',
    source: 'task records',
    measure: ({ tasks }) => {
      const gated = tasks.flatMap(firstGate);
      const value = mean(gated);
      return value === null ? null : { value, details: { gated: gated.length } };
    },
  },
  {
    name: 'api_endpoint_coverage',
    meaning: 'endpoints that tests exercise',
    unit: 'ratio',
    formula: 'operations of the API spec called by tests over all operations',
    source: 'the API spec and the requests recorded during the test run',
    measure: ({ gate }) =>
      fromGate(gate, 'endpointCoverage', {
        success: 'successCoverage',
        responses: 'declaredResponseCoverage',
      }),
  },
  {
    name: 'test_coverage',
    meaning: 'code that tests exercise',
    unit: 'ratio',
    formula: 'lines executed by tests over executable lines of all sources',
    source: "the coverage report of the target's test run",
    measure: ({ gate }) => fromGate(gate, 'testCoverage', { changed: 'diffCoverage' }),
  },
  {
    name: 'database_query_performance',
    meaning: 'how long queries take',
    unit: 'milliseconds',
    formula: '95th percentile, weighted by calls, of the mean execution time of statements',
    source: 'the statement statistics of the database while the service was probed',
    measure: ({ gate }) =>
      fromGate(gate, 'databaseMeanMs', { worst: 'databaseWorstMs', perRequest: 'databaseQueriesPerRequest' }),
  },
  {
    name: 'security_audit_pass_rate',
    meaning: 'security reviews that pass',
    unit: 'ratio',
    formula: 'security items of the gate that passed over those that passed or failed',
    source: 'the receipts of the gate of the whole objective',
    measure: ({ gate }) => {
      if (gate === null) return null;
      const { passed, failed, undecided } = gate.security;
      return passed + failed === 0 ? null : { value: passed / (passed + failed), details: { undecided } };
    },
  },
  {
    name: 'api_response_time_p95',
    meaning: 'response time that 95 % of requests stay below',
    unit: 'milliseconds',
    formula: '95th percentile of response times of the slowest operation under the agreed load',
    source: 'the load run of the response-time check',
    measure: ({ gate }) => fromGate(gate, 'responseTimeP95Ms', { samples: 'responseTimeSamples' }),
  },
] as const satisfies readonly {
  readonly name: string;
  readonly meaning: string;
  readonly unit: string;
  readonly formula: string;
  readonly source: string;
  readonly measure: Measure;
}[];

export type MetricName = (typeof METRICS)[number]['name'];
type MetricUnit = (typeof METRICS)[number]['unit'];

/** One metric; without data it has no value, which is not the same as 0. */
export type MetricValue =
  | {
      readonly kind: 'measured';
      readonly name: MetricName;
      readonly unit: MetricUnit;
      readonly value: number;
      readonly details: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'no-data'; readonly name: MetricName; readonly unit: MetricUnit };

/** All metrics over these facts, in the charter's order. */
export function measure(facts: MetricFacts): MetricValue[] {
  return METRICS.map(({ name, unit, measure: measureRow }) => {
    const measured = measureRow(facts);
    return measured === null
      ? { kind: 'no-data', name, unit }
      : { kind: 'measured', name, unit, ...measured };
  });
}

function fromGate(
  gate: GateFacts | null,
  name: GateMeasure,
  others: Readonly<Record<string, GateMeasure>>,
): Measured | null {
  const value = gate?.measures[name];
  if (gate === null || value === undefined) return null;
  const details = Object.entries(others).flatMap(([label, other]) => {
    const figure = gate.measures[other];
    return figure === undefined ? [] : [[label, figure] as const];
  });
  return { value, details: Object.fromEntries(details) };
}

function isWaived(task: TaskFacts): boolean {
  return task.waived || task.state === 'waived';
}

function isCompleted(task: TaskFacts): boolean {
  return task.state === 'merged' && task.gatePassedAtMerge === true && !isWaived(task);
}

function firstGate(task: TaskFacts): number[] {
  if (isWaived(task)) return [0];
  return task.firstGatePassed === null ? [] : [task.firstGatePassed ? 1 : 0];
}

function secondsTaken({ startedAt, endedAt }: TaskFacts): number[] {
  return startedAt === null || endedAt === null ? [] : [(Date.parse(endedAt) - Date.parse(startedAt)) / 1000];
}

function mean(values: readonly number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** Of at least one value. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
