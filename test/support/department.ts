import { Context } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Activities } from '../../activities/contract';
import { OBJECTIVE_WORKFLOW, QUERIES, TASK_QUEUE } from '../../src/domain/objective/messages';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import { ObjectiveResult, ObjectiveStatus } from '../../src/domain/objective/status';
import { DEPLOYMENT, WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { objectiveInput, smoothActivities } from '../../bench/smooth-activities';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import { createDecidingWorker } from '../../src/worker/worker';
import { eventually } from './eventually';
import { startTemporal, type ServerOptions } from './temporal-server';

export * from '../../bench/smooth-activities';

type Handle = WorkflowHandleWithFirstExecutionRunId;

export interface Objective {
  readonly handle: Handle;
  readonly input: ObjectiveInput;
  status(): Promise<ObjectiveStatus>;
}

/** A real server and one worker on it, whose activities are those of the objective that asks. */
export interface TestDepartment {
  readonly server: TestWorkflowEnvironment;
  /** Lets the worker carry an objective that something else starts. */
  carry(input: ObjectiveInput, activities: Activities): void;
  /** Starts `objectiveWorkflow`, carried by the given activities, for as long as `use` runs. */
  withObjective<T>(
    activities: Activities,
    use: (objective: Objective) => Promise<T>,
    input?: ObjectiveInput,
  ): Promise<T>;
  /**
   * Stops the worker and starts another on the same server and queue, e.g. with other workflow code; `meanwhile` happens
   * while none is up.
   */
  redeploy(bundle: WorkflowBundleOption, meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const ASK_WITHIN_MS = 20_000;
const BUNDLE: WorkflowBundleOption = { codePath: WORKFLOW_BUNDLE };

interface DepartmentOptions extends ServerOptions {
  /** Another than a dev server of its own; it is stopped with the department, and knows no search attributes. */
  readonly server?: TestWorkflowEnvironment;
  readonly bundle?: WorkflowBundleOption;
}

export async function startDepartment(options: DepartmentOptions = {}): Promise<TestDepartment> {
  const server = options.server ?? (await startTemporal(options));
  const scripted = new Map<string, Activities>();
  const delegate =
    (name: string) =>
    (...args: unknown[]): unknown => {
      // What an objective coordinates with runs under its id: `<id>/contract/<name>`.
      const [owner = ''] = (Context.current().info.workflowExecution?.workflowId ?? '').split('/');
      const activities = scripted.get(owner);
      const activity: unknown = activities === undefined ? undefined : Reflect.get(activities, name);
      if (typeof activity !== 'function')
        throw new Error(`No activity ${name} is scripted for this objective`);
      return Reflect.apply(activity, undefined, args);
    };
  const deploy = async (bundle: WorkflowBundleOption): Promise<() => Promise<void>> => {
    const worker = await Worker.create({
      connection: server.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: bundle,
      activities: Object.fromEntries(Object.keys(smoothActivities([])).map((name) => [name, delegate(name)])),
      workerDeploymentOptions: DEPLOYMENT,
      stickyQueueScheduleToStartTimeout: '1s',
      maxHeartbeatThrottleInterval: '500ms',
      ...(options.identity === undefined ? {} : { identity: options.identity }),
    });
    const decider = await createDecidingWorker({
      connection: server.nativeConnection,
      activities: {
        verifyProof: delegate('verifyProof') as Activities['verifyProof'],
        recordDecisions: delegate('recordDecisions') as Activities['recordDecisions'],
      },
      ...(options.identity === undefined ? {} : { identity: options.identity }),
    });
    const running = [worker.run(), decider.run()];
    return async () => {
      worker.shutdown();
      decider.shutdown();
      await Promise.all(running);
    };
  };
  // As the product asks: what a worker or the server loses is asked again.
  const asking = await createTemporalGateway({
    address: server.address,
    namespace: server.client.options.namespace,
    clientOptions: { address: server.address },
  });
  let withdraw = await deploy(options.bundle ?? BUNDLE);
  return {
    server,
    carry: (input, activities) => {
      scripted.set(input.objectiveId, activities);
    },
    redeploy: async (bundle, meanwhile) => {
      await withdraw();
      await meanwhile?.();
      withdraw = await deploy(bundle);
    },
    withObjective: async (activities, use, input = objectiveInput()) => {
      scripted.set(input.objectiveId, activities);
      const handle = await server.client.workflow.start(OBJECTIVE_WORKFLOW, {
        workflowId: input.objectiveId,
        taskQueue: TASK_QUEUE,
        args: [input],
        ...(options.server === undefined ? { typedSearchAttributes: searchAttributesOf(input) } : {}),
      });
      const status = async (): Promise<ObjectiveStatus> =>
        ObjectiveStatus.parse(await asking.query(input.objectiveId, QUERIES.objectiveStatus, ASK_WITHIN_MS));
      try {
        return await use({ handle, input, status });
      } finally {
        await handle.terminate('the test is over').catch(() => undefined);
      }
    },
    stop: async () => {
      await withdraw();
      await asking.close();
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
  return eventually(status, condition);
}
