import { createHash, randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/contract';
import { OBJECTIVE_WORKFLOW, QUERIES } from '../../src/domain/messages';
import type { ObjectiveInput } from '../../src/domain/objective';
import { outlineTask, type PlanTask } from '../../src/domain/plan';
import type { GateSummary, RedItem } from '../../src/domain/receipt';
import { ObjectiveResult, ObjectiveStatus } from '../../src/domain/status';
import { NO_USAGE } from '../../src/domain/usage';
import type { AttemptRequest, AttemptResult, MergeResult } from '../../src/domain/work';
import { BUILD_ID, WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { startTemporal } from './temporal-server';

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
export const commitId = (text: string): string => createHash('sha1').update(text).digest('hex');
export const BASE = commitId('base');

export function greenGate(): GateSummary {
  return {
    tree: commitId('tree'),
    report: sha('report'),
    green: true,
    red: [],
    counts: { pass: 1, fail: 0, 'not-applicable': 0, 'needs-review': 39, waived: 0 },
  };
}

export function redGate(...red: RedItem[]): GateSummary {
  return { ...greenGate(), green: false, red };
}

export function handedOff(
  request: AttemptRequest,
  more: Partial<Extract<AttemptResult, { outcome: 'handed-off' }>> = {},
): AttemptResult {
  return {
    outcome: 'handed-off',
    commit: commitId(`${request.taskId}/${request.number}`),
    transcript: sha(`transcript ${request.taskId}/${request.number}`),
    summary: `did ${request.taskId}`,
    findings: [],
    usage: { ...NO_USAGE, requests: 1, input: 100, output: 10 },
    ...more,
  };
}

/** Everything goes well: the department's activities with no work behind them. Tests override what they are about. */
export function smoothActivities(
  tasks: readonly PlanTask[],
  overrides: Partial<Activities> = {},
): Activities {
  return {
    surveyRepository: (input) =>
      Promise.resolve({
        dossier: sha(input.objectiveId),
        baseCommit: input.baseCommit,
        stack: 'node · fastify',
        sandbox: 'none',
        model: 'test',
        notes: [],
      }),
    analyseObjective: () =>
      Promise.resolve({ analysis: sha('analysis'), summary: 'understood', usage: NO_USAGE }),
    planObjective: () =>
      Promise.resolve({
        outcome: 'accepted',
        plan: sha('plan'),
        tasks: tasks.map(outlineTask),
        usage: NO_USAGE,
      }),
    amendPlan: (request) =>
      Promise.resolve({
        outcome: 'accepted',
        plan: sha('amended'),
        tasks: [...tasks, ...(request.change.kind === 'add' ? request.change.tasks : [])].map((task) => {
          const more =
            request.change.kind === 'add'
              ? request.change.dependencies.filter((row) => row.taskId === task.id).map((row) => row.on)
              : [];
          return outlineTask({ ...task, dependsOn: [...task.dependsOn, ...more] });
        }),
        usage: NO_USAGE,
      }),
    runAttempt: (request) => Promise.resolve(handedOff(request)),
    consultPeer: () =>
      Promise.resolve({
        advice: { summary: 'use an index', recommendations: ['add it'], risks: [] },
        usage: NO_USAGE,
      }),
    reviewTask: () =>
      Promise.resolve({ review: { action: 'guide', guidance: 'read the test' }, usage: NO_USAGE }),
    gateCommit: () => Promise.resolve(greenGate()),
    mergeTask: (request) =>
      Promise.resolve({
        outcome: 'merged',
        head: commitId(`merge ${request.taskId} onto ${request.expectedHead}`),
      } satisfies MergeResult),
    deliverObjective: ({ head }) =>
      Promise.resolve({ branch: 'coordinator/test', commit: head, report: 'report.md' }),
    ...overrides,
  };
}

export function objectiveInput(options: Partial<ObjectiveInput['options']> = {}): ObjectiveInput {
  return {
    objectiveId: `objective-test-${randomUUID().slice(0, 8)}`,
    objective: 'Add user authentication system with OAuth2 and JWT',
    repository: { kind: 'sample', name: 'orders-service', version: '1.0.0', path: 'none' },
    repositoryIdentity: 'sample:orders-service@1.0.0',
    baseRef: 'main',
    baseCommit: BASE,
    model: { kind: 'offline', playbook: 'auth', scenario: 'default' },
    options: {
      maxParallel: 4,
      budgetUsd: 10,
      deadline: null,
      approvePlan: false,
      push: false,
      allowUnsandboxed: false,
      ...options,
    },
    configuration: null,
  };
}

type Handle = WorkflowHandleWithFirstExecutionRunId;

export interface Objective {
  readonly handle: Handle;
  readonly input: ObjectiveInput;
  status(): Promise<ObjectiveStatus>;
}

/** A real server and one worker on it, whose activities are those of the objective that asks. */
export interface TestDepartment {
  readonly server: TestWorkflowEnvironment;
  /** Starts `objectiveWorkflow`, carried by the given activities, for as long as `use` runs. */
  withObjective<T>(
    activities: Activities,
    use: (objective: Objective) => Promise<T>,
    input?: ObjectiveInput,
  ): Promise<T>;
  stop(): Promise<void>;
}

const TASK_QUEUE = 'test';

export async function startDepartment(): Promise<TestDepartment> {
  const server = await startTemporal();
  const scripted = new Map<string, Activities>();
  const delegate =
    (name: string) =>
    (...args: unknown[]): unknown => {
      const activities = scripted.get(Context.current().info.workflowExecution?.workflowId ?? '');
      const activity: unknown = activities === undefined ? undefined : Reflect.get(activities, name);
      if (typeof activity !== 'function')
        throw new Error(`No activity ${name} is scripted for this objective`);
      return Reflect.apply(activity, undefined, args);
    };
  const worker = await Worker.create({
    connection: server.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: Object.fromEntries(Object.keys(smoothActivities([])).map((name) => [name, delegate(name)])),
    buildId: BUILD_ID,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const running = worker.run();
  return {
    server,
    withObjective: async (activities, use, input = objectiveInput()) => {
      scripted.set(input.objectiveId, activities);
      const handle = await server.client.workflow.start(OBJECTIVE_WORKFLOW, {
        workflowId: input.objectiveId,
        taskQueue: TASK_QUEUE,
        args: [input],
        typedSearchAttributes: searchAttributesOf(input),
      });
      const status = async (): Promise<ObjectiveStatus> =>
        ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
      try {
        return await use({ handle, input, status });
      } finally {
        await handle.terminate('the test is over').catch(() => undefined);
      }
    },
    stop: async () => {
      worker.shutdown();
      await running;
      await server.teardown();
    },
  };
}

function searchAttributesOf(input: ObjectiveInput): TypedSearchAttributes {
  const key = defineSearchAttributeKey;
  return new TypedSearchAttributes([
    { key: key('CoordinatorStatus', SearchAttributeType.KEYWORD), value: 'planning' },
    { key: key('CoordinatorEscalationLevel', SearchAttributeType.INT), value: 0 },
    { key: key('CoordinatorRepository', SearchAttributeType.KEYWORD), value: input.repositoryIdentity },
  ]);
}

export async function resultOf(handle: Handle): Promise<ObjectiveResult> {
  return ObjectiveResult.parse(await handle.result());
}

/** Polls the status until it satisfies a condition; fails with the last status seen. */
export async function until(
  status: () => Promise<ObjectiveStatus>,
  condition: (status: ObjectiveStatus) => boolean,
): Promise<ObjectiveStatus> {
  let last: ObjectiveStatus | undefined;
  for (let round = 0; round < 200; round += 1) {
    last = await status();
    if (condition(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The objective did not get there: ${JSON.stringify(last, null, 1)}`);
}
