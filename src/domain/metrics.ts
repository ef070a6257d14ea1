import type { TaskState } from './states';

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

/** A measure over task records, or null where they say nothing about it. */
type Measure = (facts: readonly TaskFacts[]) => number | null;

/** The department's metrics (charter: "Metrics to Track"). `source` says where the figures come from. */
export const METRICS = [
  {
    name: 'backend_tasks_completed',
    meaning: 'tasks delivered with a green gate',
    unit: 'tasks',
    formula: 'tasks merged with a passed gate and without a waiver',
    source: 'task records',
    measure: (facts) => (facts.length > 0 ? facts.filter(isCompleted).length : null),
  },
  {
    name: 'backend_avg_completion_time',
    meaning: 'how long a task takes from start to merge',
    unit: 'seconds',
    formula: 'mean of end minus start over completed tasks',
    source: 'task records',
    measure: (facts) => mean(facts.filter(isCompleted).flatMap(secondsTaken)),
  },
  {
    name: 'backend_success_rate',
    meaning: 'tasks that passed their first gate',
    unit: 'ratio',
    formula: 'tasks whose first gate passed over tasks gated; a waived task counts as not passed',
    source: 'task records',
    measure: (facts) => mean(facts.flatMap(firstGate)),
  },
  {
    name: 'api_endpoint_coverage',
    meaning: 'endpoints that tests exercise',
    unit: 'ratio',
    formula: 'operations of the API spec called by tests over all operations',
    source: 'the API spec and the requests recorded during the test run',
    measure: null,
  },
  {
    name: 'test_coverage',
    meaning: 'code that tests exercise',
    unit: 'ratio',
    formula: 'lines executed by tests over executable lines',
    source: "the coverage report of the target's test run",
    measure: null,
  },
  {
    name: 'database_query_performance',
    meaning: 'how long queries take',
    unit: 'milliseconds',
    formula: 'mean execution time over the statements of the test run',
    source: 'the statement statistics of the database used by the test run',
    measure: null,
  },
  {
    name: 'security_audit_pass_rate',
    meaning: 'security reviews that pass',
    unit: 'ratio',
    formula: 'audits without a finding of high severity over all audits',
    source: 'the findings handed off by security-audit tasks',
    measure: null,
  },
  {
    name: 'api_response_time_p95',
    meaning: 'response time that 95 % of requests stay below',
    unit: 'milliseconds',
    formula: '95th percentile of response times under the agreed load',
    source: 'the load run of the response-time check',
    measure: null,
  },
] as const satisfies readonly {
  readonly name: string;
  readonly meaning: string;
  readonly unit: string;
  readonly formula: string;
  readonly source: string;
  /** Null: the source does not exist in this version. */
  readonly measure: Measure | null;
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
    }
  | { readonly kind: 'no-data'; readonly name: MetricName; readonly unit: MetricUnit };

/** All metrics over these tasks, in the charter's order. */
export function measure(facts: readonly TaskFacts[]): MetricValue[] {
  return METRICS.map(({ name, unit, measure: measureRow }) => {
    const value = measureRow === null ? null : measureRow(facts);
    return value === null ? { kind: 'no-data', name, unit } : { kind: 'measured', name, unit, value };
  });
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
