import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { DecisionActivities, WatchActivities } from '../../activities/contract';
import { WatchSettings } from '../../src/domain/coordination/coordination-settings';
import {
  DEPLOYMENT_WATCH_WORKFLOW,
  deploymentWatchId,
  type DeploymentWatchInput,
  type ReportDeployment,
} from '../../src/domain/deployment/deployment-watch';
import { TASK_QUEUE } from '../../src/domain/objective/messages';
import { sampleOf, unansweredSample } from '../../src/domain/deployment/watch-samples';
import { WatchStatus } from '../../src/domain/deployment/watch-status';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { createDecidingWorker } from '../../src/worker/worker';
import { eventually } from './eventually';
import { BASE, sha } from './department';

export const COMMIT = BASE;
export const STATUS_KEY = defineSearchAttributeKey('CoordinatorStatus', SearchAttributeType.KEYWORD);
export const LEVEL_KEY = defineSearchAttributeKey('CoordinatorEscalationLevel', SearchAttributeType.INT);
export const REPOSITORY_KEY = defineSearchAttributeKey('CoordinatorRepository', SearchAttributeType.KEYWORD);
/** Checks every 60 ms for a minute: days that leave a busy machine room to look. */
const TINY = { hours: 60 / 3600, everyMinutes: 0.001 };

export function watchInput(
  settings: object = {},
  more: Partial<DeploymentWatchInput> = {},
): DeploymentWatchInput {
  const objectiveId = `objective-watched-${randomUUID().slice(0, 8)}`;
  return {
    objectiveId,
    handle: { dossier: sha('dossier') },
    repository: 'sample:orders-service@1.0.0',
    branch: `coordinator/${objectiveId}`,
    commit: COMMIT,
    settings: WatchSettings.parse({
      ...TINY,
      checks: [
        { kind: 'http', name: 'errors', url: 'http://127.0.0.1:1/errors', value: '/rate', limit: { max: 5 } },
        { kind: 'sql', name: 'orders', urlEnv: 'SHOP_DATABASE', query: 'SELECT 1', limit: { min: 1 } },
      ],
      ...settings,
    }),
    rollback: ['npm run migrate:down', 'git revert HEAD'],
    rollout: null,
    deployment: null,
    ...more,
  };
}

export const report = (over: Partial<ReportDeployment> = {}): ReportDeployment => ({
  environment: 'production',
  commit: COMMIT,
  deployedAt: '2026-01-01T12:00:00+01:00',
  by: 'ada',
  ...over,
});

/** What each check answers at the moment; null: it cannot be asked. Changed by the test as time goes by. */
export type Answers = Record<string, number | null>;

export interface WatchWorker {
  /** Lets the checks of one watch answer from a table; gives the checks asked, round by round. */
  script(input: DeploymentWatchInput, answers: Answers): readonly string[][];
  stop(): Promise<void>;
}

/** A worker whose checks answer from tables. */
export async function startWatchWorker(
  server: TestWorkflowEnvironment,
  taskQueue: string = TASK_QUEUE,
): Promise<WatchWorker> {
  const scripted = new Map<string, { readonly answers: Answers; readonly rounds: string[][] }>();
  const activities: WatchActivities & DecisionActivities = {
    verifyProof: () => Promise.resolve({ holds: true }),
    recordDecisions: () => Promise.resolve(),
    runWatchChecks: ({ checks }) => {
      const script = scripted.get(Context.current().info.workflowExecution?.workflowId ?? '');
      if (script === undefined) throw new Error('No answers are scripted for this watch');
      script.rounds.push(checks.map((check) => check.name));
      return Promise.resolve({
        samples: checks.map((check) => {
          const value = script.answers[check.name] ?? null;
          return value === null ? unansweredSample(check, 'nobody is there') : sampleOf(check, value);
        }),
      });
    },
  };
  const worker = await Worker.create({
    connection: server.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: { ...activities },
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const decider = await createDecidingWorker({
    connection: server.nativeConnection,
    taskQueue,
    activities,
  });
  const running = [worker.run(), decider.run()];
  return {
    script: ({ objectiveId }, answers) => {
      const rounds: string[][] = [];
      scripted.set(deploymentWatchId(objectiveId), { answers, rounds });
      return rounds;
    },
    stop: async () => {
      worker.shutdown();
      decider.shutdown();
      await Promise.all(running);
    },
  };
}

export async function startWatchWorkflow(
  server: TestWorkflowEnvironment,
  input: DeploymentWatchInput,
  attributes: 'indexed' | 'plain' = 'indexed',
  taskQueue: string = TASK_QUEUE,
): Promise<{
  readonly handle: WorkflowHandleWithFirstExecutionRunId;
  status(): Promise<WatchStatus>;
  until(condition: (status: WatchStatus) => boolean): Promise<WatchStatus>;
}> {
  const handle = await server.client.workflow.start(DEPLOYMENT_WATCH_WORKFLOW, {
    workflowId: deploymentWatchId(input.objectiveId),
    taskQueue,
    args: [input],
    memo: {
      objective: input.objectiveId,
      repository: input.repository,
      branch: input.branch,
      commit: input.commit,
    },
    ...(attributes === 'plain'
      ? {}
      : {
          typedSearchAttributes: new TypedSearchAttributes([
            { key: STATUS_KEY, value: 'awaiting-deployment' },
            { key: LEVEL_KEY, value: 0 },
            { key: REPOSITORY_KEY, value: input.repository },
          ]),
        }),
  });
  // Asked of whichever run is the newest: a watch continues as new.
  const newest = server.client.workflow.getHandle(handle.workflowId);
  const status = async (): Promise<WatchStatus> => WatchStatus.parse(await newest.query('watchStatus'));
  return {
    handle,
    status,
    until: (condition) => eventually(status, condition),
  };
}
