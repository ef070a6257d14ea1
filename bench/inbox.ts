import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { createDepartmentClient } from '../src/client/department-client';
import { memoOf } from '../src/client/objective-summary';
import { createTemporalGateway } from '../src/client/temporal-gateway';
import { packageRoot } from '../src/config/package-root';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../src/domain/objective/messages';
import type { ObjectiveState } from '../src/domain/department/states';
import { WAITS_MEMO, type Wait } from '../src/domain/objective/waits';
import { WORKFLOW_BUNDLE } from '../src/worker/bundle';
import { figure, percentile, type Figure } from './figures';
import { charterTasks } from './plans';
import { startBenchServer, type BenchServer } from './server';
import { objectiveInput, smoothActivities } from './smooth-activities';

const STATUS = defineSearchAttributeKey('CoordinatorStatus', 'KEYWORD');
const LEVEL = defineSearchAttributeKey('CoordinatorEscalationLevel', 'INT');
/** One in so many objectives has a question open. */
const ASKING = 20;
const STARTED_AT_ONCE = 25;
const CALLS = 40;
const COMMANDS = 10;
const WARM = 3;
const AIM_MS = 300;
const HELP_AIM_MS = 150;

/** Status and inbox among many objectives in the store: the client's calls, then whole commands from shell to exit. */
export async function benchInbox(objectives = 1000): Promise<Figure[]> {
  const server = await startBenchServer();
  const home = await mkdtemp(join(tmpdir(), 'coordinator-bench-inbox-'));
  try {
    await fill(server, objectives);
    const tasks = charterTasks();
    return await server.carry(
      {
        taskQueue: TASK_QUEUE,
        bundle: { codePath: WORKFLOW_BUNDLE },
        activities: smoothActivities(tasks),
      },
      async () => {
        const input = objectiveInput({ approvePlan: true });
        await server.client.workflow.start(OBJECTIVE_WORKFLOW, {
          workflowId: input.objectiveId,
          taskQueue: TASK_QUEUE,
          args: [input],
        });
        return [
          ...(await timeCalls(server, input.objectiveId, objectives)),
          ...(await timeCommands(server, home, input.objectiveId, objectives)),
        ];
      },
    );
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** Executions with memo and search attributes as the product leaves them, on a queue nobody polls. */
async function fill({ client }: BenchServer, objectives: number): Promise<void> {
  const left = Array.from({ length: objectives }, (_, index) => index).values();
  const lane = async (): Promise<void> => {
    for (const index of left) {
      const input = objectiveInput();
      const asking = index % ASKING === 0;
      const state: ObjectiveState = asking ? 'awaiting-human' : 'running';
      await client.workflow.start(OBJECTIVE_WORKFLOW, {
        workflowId: input.objectiveId,
        taskQueue: 'bench-nobody',
        args: [input],
        memo: {
          ...memoOf(input, randomUUID()),
          ...(asking ? { [WAITS_MEMO]: [question(index)] } : {}),
        },
        typedSearchAttributes: new TypedSearchAttributes([
          { key: STATUS, value: state },
          { key: LEVEL, value: asking ? 4 : 0 },
        ]),
      });
    }
  };
  await Promise.all(Array.from({ length: STARTED_AT_ONCE }, lane));
  const query = `WorkflowType = '${OBJECTIVE_WORKFLOW}'`;
  while ((await client.workflow.count(query)).count < objectives) await sleep(100);
}

function question(index: number): Wait {
  return {
    kind: 'question',
    id: 'backend-T007-E1',
    trigger: 'security-concern',
    question: 'The security audit finds refresh tokens stored in clear text. How should it go on?',
    recommended: 'mend',
    raisedAt: new Date(Date.UTC(2030, 0, 1) + index * 60_000).toISOString(),
  };
}

async function timeCalls(server: BenchServer, id: string, objectives: number): Promise<Figure[]> {
  const { address, client } = server;
  const { namespace } = client.options;
  const department = createDepartmentClient(
    await createTemporalGateway({ address, namespace, clientOptions: { address } }),
  );
  try {
    const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['list', () => department.list()],
      ['inbox', () => department.waiting()],
      ['status', () => department.status(id)],
    ];
    const figures: Figure[] = [];
    for (const [name, ask] of calls) {
      const samples = await timed(CALLS, ask);
      figures.push(...pair(`${name}, ${String(objectives)} objectives, client call`, samples, AIM_MS));
    }
    return figures;
  } finally {
    await department.close();
  }
}

async function timeCommands(
  server: BenchServer,
  home: string,
  id: string,
  objectives: number,
): Promise<Figure[]> {
  const run = (argv: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'backend-coordinator.js'), ...argv], {
        env: { ...process.env, COORDINATOR_HOME: home, TEMPORAL_ADDRESS: server.address },
        stdio: 'ignore',
      });
      child.once('error', reject);
      child.once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`${argv.join(' ')} ended with ${String(code)}`));
      });
    });
  const figures: Figure[] = [];
  for (const argv of [['list'], ['escalations'], ['status', id]]) {
    const samples = await timed(COMMANDS, () => run(argv));
    figures.push(...pair(`command ${argv[0] ?? ''}, ${String(objectives)} objectives`, samples, AIM_MS));
  }
  figures.push(...pair('command --help', await timed(COMMANDS, () => run(['--help'])), HELP_AIM_MS));
  return figures;
}

function pair(name: string, samples: readonly number[], aim: number): Figure[] {
  return [
    figure(`${name} p50`, percentile(samples, 0.5), 'ms'),
    figure(`${name} p95`, percentile(samples, 0.95), 'ms', aim),
  ];
}

async function timed(times: number, ask: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let call = 0; call < WARM + times; call += 1) {
    const before = performance.now();
    await ask();
    if (call >= WARM) samples.push(performance.now() - before);
  }
  return samples;
}
