import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Gauge, Histogram, Registry } from 'prom-client';
import { measure, METRICS } from '../domain/usage/metrics';
import { Report } from '../domain/objective/report';
import { taskFacts } from '../domain/objective/task-facts';

const TASK_BUCKETS_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400];
const CHECK_BUCKETS_SECONDS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** Metrics that are told for each specialist too: those that stand on tasks. */
const OF_TASKS: ReadonlySet<string> = new Set(
  METRICS.filter(({ source }) => source === 'task records').map(({ name }) => name),
);

type Task = Report['tasks'][number];

/**
 * The eight metrics and the histograms beside them, made from the reports on disk each time they are asked for: what
 * a restarted worker tells is what the one before told. A metric without data has no sample. Metrics of tasks carry
 * repository and specialist, those of the gate the repository, from its newest report.
 */
export async function readMetricsRegistry(reportsDir: string): Promise<Registry> {
  const registry = new Registry();
  const reports = await readReports(reportsDir);
  const gauges = new Map(
    METRICS.map(({ name, meaning, unit, formula }) => [
      name,
      new Gauge({
        name,
        help: `${meaning} (${unit}): ${formula}`,
        labelNames: OF_TASKS.has(name) ? ['repository', 'specialist'] : ['repository'],
        registers: [registry],
      }),
    ]),
  );
  for (const [repository, its] of groupBy(reports, (report) => report.repository)) {
    const tasks = its.flatMap((report) => report.tasks);
    for (const [specialist, done] of groupBy(tasks, (task) => task.specialist)) {
      for (const metric of measure({ tasks: done.map(taskFacts), gate: null })) {
        if (metric.kind !== 'measured' || !OF_TASKS.has(metric.name)) continue;
        gauges.get(metric.name)?.set({ repository, specialist }, metric.value);
      }
    }
    const newest = its.findLast((report) => report.gate !== null);
    for (const { name, value } of newest?.metrics ?? []) {
      if (value !== null && !OF_TASKS.has(name)) gauges.get(name)?.set({ repository }, value);
    }
  }
  addHistograms(registry, reports);
  return registry;
}

function addHistograms(registry: Registry, reports: readonly Report[]): void {
  const taskSeconds = new Histogram({
    name: 'backend_task_duration_seconds',
    help: 'Time from the start of a task to its merge, in seconds',
    labelNames: ['repository', 'specialist'],
    buckets: TASK_BUCKETS_SECONDS,
    registers: [registry],
  });
  const checkSeconds = new Histogram({
    name: 'backend_gate_check_duration_seconds',
    help: 'Time one checker took for the gate of a whole objective, in seconds',
    labelNames: ['repository', 'item'],
    buckets: CHECK_BUCKETS_SECONDS,
    registers: [registry],
  });
  for (const report of reports) {
    const { repository } = report;
    for (const task of report.tasks.filter(isDone)) {
      const seconds = (Date.parse(task.endedAt) - Date.parse(task.startedAt)) / 1000;
      taskSeconds.observe({ repository, specialist: task.specialist }, seconds);
    }
    for (const { slug, receipts = [] } of report.gate?.items ?? []) {
      for (const { durationMs } of receipts)
        checkSeconds.observe({ repository, item: slug }, durationMs / 1000);
    }
  }
}

function isDone(task: Task): task is Task & { readonly startedAt: string; readonly endedAt: string } {
  return task.state === 'merged' && task.startedAt !== null && task.endedAt !== null;
}

/** All reports that can be read, oldest first. */
async function readReports(dir: string): Promise<Report[]> {
  const names = await readdir(dir).catch(() => []);
  const reports: Report[] = [];
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const report = Report.safeParse(parseJson(await readFile(join(dir, name), 'utf8').catch(() => '')));
    if (report.success) reports.push(report.data);
  }
  return reports.sort((a, b) => (a.writtenAt < b.writtenAt ? -1 : 1));
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
