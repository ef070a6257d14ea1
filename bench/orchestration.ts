import { Context } from '@temporalio/activity';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { Activities } from '../activities/contract';
import { OBJECTIVE_WORKFLOW } from '../src/domain/objective/messages';
import type { PlanTask } from '../src/domain/plan/plan';
import { outlineTask } from '../src/domain/plan/plan';
import { criticalPath } from '../src/domain/plan/task-graph';
import { WORKFLOW_BUNDLE } from '../src/worker/bundle';
import type { BareInput } from './bare-workflow';
import { figure, percentile, type Figure } from './figures';
import { charterTasks } from './plans';
import type { BenchServer } from './server';
import { objectiveInput, smoothActivities, handedOff } from './smooth-activities';

const RUNS = 25;
const CONCURRENT = 50;
const TOTAL = 150;

type Side = 'bare' | 'objective';

function starter(server: BenchServer, side: Side, tasks: readonly PlanTask[]): () => Promise<string> {
  const outlines = tasks.map(outlineTask);
  return async () => {
    const input = objectiveInput({ maxParallel: 64 });
    const workflowId = side === 'bare' ? `bare-${randomUUID()}` : input.objectiveId;
    const bare: BareInput = { input, tasks: outlines };
    await server.client.workflow.execute(side === 'bare' ? 'bareWorkflow' : OBJECTIVE_WORKFLOW, {
      workflowId,
      taskQueue: `bench-${side}`,
      args: [side === 'bare' ? bare : input],
    });
    return workflowId;
  };
}

interface Orchestration {
  readonly p50: number;
  readonly p95: number;
  readonly perSecond: number;
  readonly events: number;
  readonly bytes: number;
}

async function measureSide(server: BenchServer, start: () => Promise<string>): Promise<Orchestration> {
  for (let warm = 0; warm < 5; warm += 1) await start();
  const samples: number[] = [];
  let last = '';
  for (let run = 0; run < RUNS; run += 1) {
    const before = performance.now();
    last = await start();
    samples.push(performance.now() - before);
  }
  const before = performance.now();
  let left = TOTAL;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await start();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, lane));
  const seconds = (performance.now() - before) / 1000;
  const description = await server.client.workflow.getHandle(last).describe();
  return {
    p50: percentile(samples, 0.5),
    p95: percentile(samples, 0.95),
    perSecond: TOTAL / seconds,
    events: description.historyLength,
    bytes: Number(description.raw.workflowExecutionInfo?.historySizeBytes ?? 0),
  };
}

/** The charter's eight tasks with no-op activities: `objectiveWorkflow` beside a bare workflow, same server, same flags. */
export async function benchOrchestration(server: BenchServer): Promise<Figure[]> {
  const tasks = charterTasks();
  const activities = smoothActivities(tasks);
  const bareBundle = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, 'bare-workflow.js'),
    logger: new DefaultLogger('WARN'),
  });
  const ours = { codePath: WORKFLOW_BUNDLE };
  const one = tasks.slice(0, 1);
  const bare = await server.carry({ taskQueue: 'bench-bare', bundle: bareBundle, activities }, () =>
    measureSide(server, starter(server, 'bare', tasks)),
  );
  const objective = await server.carry({ taskQueue: 'bench-objective', bundle: ours, activities }, () =>
    measureSide(server, starter(server, 'objective', tasks)),
  );
  const single = await server.carry(
    { taskQueue: 'bench-objective', bundle: ours, activities: smoothActivities(one) },
    async () => {
      const id = await starter(server, 'objective', one)();
      const description = await server.client.workflow.getHandle(id).describe();
      return {
        events: description.historyLength,
        bytes: Number(description.raw.workflowExecutionInfo?.historySizeBytes ?? 0),
      };
    },
  );
  const more = tasks.length - one.length;
  return [
    figure('bare p50', bare.p50, 'ms'),
    figure('bare p95', bare.p95, 'ms'),
    figure('objective p50', objective.p50, 'ms'),
    figure('objective p95', objective.p95, 'ms'),
    figure('p50 over bare', objective.p50 / bare.p50, 'x', 1.3),
    figure('bare throughput, 50 concurrent', bare.perSecond, '1/s'),
    figure('objective throughput, 50 concurrent', objective.perSecond, '1/s'),
    figure('throughput over bare', objective.perSecond / bare.perSecond, 'x', undefined, 0.8),
    figure('history events, 8 tasks, whole objective', objective.events, ''),
    figure('history bytes, 8 tasks, whole objective', objective.bytes, 'B'),
    figure('history events a task', (objective.events - single.events) / more, '', 20),
    figure('history bytes a task', (objective.bytes - single.bytes) / more, 'B', 4096),
  ];
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function benchMakespan(
  server: BenchServer,
  name: string,
  seconds: (id: string) => number,
): Promise<Figure> {
  const tasks = charterTasks();
  const smooth = smoothActivities(tasks);
  const activities: Activities = {
    ...smooth,
    runAttempt: async (request) => {
      // As real attempts do, or the server would take the worker for lost.
      const beat = setInterval(() => {
        Context.current().heartbeat();
      }, 2_000);
      await sleep(seconds(request.taskId) * 1000).finally(() => {
        clearInterval(beat);
      });
      return handedOff(request);
    },
  };
  const durations = new Map(tasks.map((task) => [task.id, seconds(task.id)]));
  const critical = criticalPath(tasks, durations).length * 1000;
  const start = starter(server, 'objective', tasks);
  const elapsed = await server.carry(
    { taskQueue: 'bench-objective', bundle: { codePath: WORKFLOW_BUNDLE }, activities },
    async () => {
      const before = performance.now();
      await start();
      return performance.now() - before;
    },
  );
  return figure(`makespan over critical path, ${name}`, elapsed / critical, 'x', 1.06);
}

const UNEVEN: Readonly<Record<string, number>> = {
  'backend-T001': 1,
  'backend-T002': 3,
  'backend-T003': 2,
  'backend-T004': 5,
  'backend-T005': 1,
  'backend-T006': 2,
  'backend-T007': 2,
  'backend-T008': 1,
};

/** How long the charter's plan takes against its own critical path, with tasks that sleep. */
export async function benchMakespans(server: BenchServer): Promise<Figure[]> {
  return [
    await benchMakespan(server, '1 s tasks', () => 1),
    await benchMakespan(server, 'uneven tasks', (id) => UNEVEN[id] ?? 1),
  ];
}
