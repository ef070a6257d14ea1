/*
 * The eight metrics worked out anew from the lines of a run and from raw receipts, with nothing of the product's own but
 * when each merge says that it was.
 */

interface RawEvent {
  readonly at: string;
  readonly taskId: string | null;
  readonly text: string;
}
interface RawReceipt {
  readonly subject: string;
  readonly verdict: string;
  readonly measures?: Readonly<Record<string, number>> | undefined;
}

/** A merge itself says when it was; the line of the run follows once the workflow has heard of it. */
interface RawTask {
  readonly id: string;
  readonly endedAt: string | null;
}

/** How long a busy worker may take to tell the workflow of a merge, in milliseconds. */
const HEARD_WITHIN_MS = 10_000;

function endOf(taskId: string, tasks: readonly RawTask[], heardAt: number): number {
  const end = Date.parse(tasks.find(({ id }) => id === taskId)?.endedAt ?? '');
  if (!(end <= heardAt && end >= heardAt - HEARD_WITHIN_MS))
    throw new Error(`${taskId} says it ended ${String(heardAt - end)} ms before its merge was told`);
  return end;
}

const SECURITY = [
  'no-hardcoded-secrets',
  'authentication',
  'authorization',
  'sql-injection',
  'cors',
  'brute-force',
  'no-sensitive-logs',
  'secrets-in-env',
];

/**
 * By name; null: nothing was measured. For runs in which nothing was waived.
 * @throws where a task says that it ended at another time than its merge was told
 */
export function recomputeMetrics(
  events: readonly RawEvent[],
  rows: readonly RawTask[],
  receipts: readonly RawReceipt[],
): Record<string, number | null> {
  const tasks = [...new Set(events.flatMap(({ taskId }) => (taskId === null ? [] : [taskId])))].map((id) => {
    const own = events.filter(({ taskId }) => taskId === id);
    const at = (pattern: RegExp): number | null => {
      const found = own.find(({ text }) => pattern.test(text));
      return found === undefined ? null : Date.parse(found.at);
    };
    const firstGate = own.find(({ text }) => text.startsWith('gate '))?.text;
    const heardAt = at(/^merged$/);
    const end = heardAt === null ? null : endOf(id, rows, heardAt);
    return { start: at(/^attempt 1 · /), end, firstGate };
  });
  const done = tasks.flatMap(({ start, end }) =>
    start === null || end === null ? [] : [(end - start) / 1000],
  );
  const gated = tasks.flatMap(({ firstGate }) =>
    firstGate === undefined ? [] : [firstGate === 'gate green'],
  );
  const failed = new Set(receipts.filter(({ verdict }) => verdict === 'fail').map(({ subject }) => subject));
  const open = new Set(
    receipts.filter(({ verdict }) => verdict === 'needs-review').map(({ subject }) => subject),
  );
  const passed = SECURITY.filter(
    (slug) =>
      !failed.has(slug) &&
      !open.has(slug) &&
      receipts.some(({ subject, verdict }) => subject === slug && verdict === 'pass'),
  );
  const decided = passed.length + SECURITY.filter((slug) => failed.has(slug)).length;
  const figure = (name: string): number | null =>
    receipts.map(({ measures }) => measures?.[name]).find((value) => value !== undefined) ?? null;
  return {
    backend_tasks_completed: tasks.length === 0 ? null : done.length,
    backend_avg_completion_time: done.length === 0 ? null : done.reduce((a, b) => a + b) / done.length,
    backend_success_rate: gated.length === 0 ? null : gated.filter(Boolean).length / gated.length,
    api_endpoint_coverage: figure('endpointCoverage'),
    test_coverage: figure('testCoverage'),
    database_query_performance: figure('databaseMeanMs'),
    security_audit_pass_rate: decided === 0 ? null : passed.length / decided,
    api_response_time_p95: figure('responseTimeP95Ms'),
  };
}
