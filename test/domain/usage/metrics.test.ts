// Needs nothing.
import {
  measure,
  METRICS,
  type MetricName,
  type MetricValue,
  type TaskFacts,
} from '../../../src/domain/usage/metrics';

const merged: TaskFacts = {
  state: 'merged',
  firstGatePassed: true,
  gatePassedAtMerge: true,
  startedAt: '2026-01-01T10:00:00.000Z',
  endedAt: '2026-01-01T10:01:00.000Z',
  waived: false,
};
const waived: TaskFacts = { ...merged, state: 'waived', gatePassedAtMerge: false, waived: true };
const pending: TaskFacts = {
  state: 'pending',
  firstGatePassed: null,
  gatePassedAtMerge: null,
  startedAt: null,
  endedAt: null,
  waived: false,
};

function value(facts: readonly TaskFacts[], name: MetricName): number | 'no-data' {
  const found: MetricValue | undefined = measure({ tasks: facts, gate: null }).find(
    (metric) => metric.name === name,
  );
  return found?.kind === 'measured' ? found.value : 'no-data';
}

test('without tasks no metric has a value, and none is 0', () => {
  expect(measure({ tasks: [], gate: null }).map((metric) => metric.kind)).toEqual(
    METRICS.map(() => 'no-data'),
  );
});

test('metrics of the gate stay without data until one has run, and where it measured nothing', () => {
  const ofTasks = ['backend_tasks_completed', 'backend_avg_completion_time', 'backend_success_rate'];
  const empty = { measures: {}, security: { passed: 0, failed: 0, undecided: 8 } };
  for (const gate of [null, empty]) {
    const measured = measure({ tasks: [merged], gate }).filter(({ kind }) => kind === 'measured');
    expect(measured.map(({ name }) => name)).toEqual(ofTasks);
  }
});

test('metrics of the gate are the figures of its receipts; the audit counts what was decided', () => {
  const gate = {
    measures: { endpointCoverage: 0.9, successCoverage: 0.8, testCoverage: 0.95, databaseMeanMs: 1.5 },
    security: { passed: 6, failed: 2, undecided: 0 },
  };
  const all = measure({ tasks: [], gate });
  expect(all.find(({ name }) => name === 'api_endpoint_coverage')).toMatchObject({
    value: 0.9,
    details: { success: 0.8 },
  });
  expect(all.find(({ name }) => name === 'test_coverage')).toMatchObject({ value: 0.95, details: {} });
  expect(all.find(({ name }) => name === 'database_query_performance')).toMatchObject({ value: 1.5 });
  expect(all.find(({ name }) => name === 'security_audit_pass_rate')).toMatchObject({ value: 0.75 });
  expect(all.find(({ name }) => name === 'api_response_time_p95')).toMatchObject({ kind: 'no-data' });
});

test('completed tasks are those merged green', () => {
  const facts = [merged, merged, waived, pending, { ...merged, state: 'failed' } as const];
  expect(value(facts, 'backend_tasks_completed')).toBe(2);
});

test('when tasks ran and none was completed, that is a real 0, but no time', () => {
  expect(value([pending], 'backend_tasks_completed')).toBe(0);
  expect(value([pending], 'backend_avg_completion_time')).toBe('no-data');
  expect(value([pending], 'backend_success_rate')).toBe('no-data');
});

test('completion time is the mean over completed tasks, in seconds', () => {
  const slow = { ...merged, endedAt: '2026-01-01T10:03:00.000Z' };
  const foreverWaived = { ...waived, endedAt: '2026-01-02T10:00:00.000Z' };
  expect(value([merged, slow, foreverWaived], 'backend_avg_completion_time')).toBe(120);
});

test('success is passing the first gate; a waived task has not passed', () => {
  const second = { ...merged, firstGatePassed: false };
  expect(value([merged, merged, second, waived, pending], 'backend_success_rate')).toBe(0.5);
  expect(value([{ ...waived, firstGatePassed: null }], 'backend_success_rate')).toBe(0);
});
