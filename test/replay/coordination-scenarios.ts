import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Activities } from '../../activities/contract';
import { contractWorkflowId, databaseWorkflowId } from '../../src/domain/coordination/coordination-orders';
import type { CoordinationRules } from '../../src/domain/coordination/coordination-rules';
import {
  deploymentWatchId,
  WATCH_MESSAGES,
  WATCH_QUERIES,
} from '../../src/domain/deployment/deployment-watch';
import { MESSAGES, TASK_QUEUE } from '../../src/domain/objective/messages';
import { CLAIMS_FREED, REPOSITORY_WORKFLOW } from '../../src/domain/coordination/repository-claims';
import { CLAIM_WORK, RELEASE, RESERVE_MIGRATION } from '../../src/domain/coordination/repository-entity';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { WatchStatus } from '../../src/domain/deployment/watch-status';
import { eventually } from '../support/eventually';
import { BASE, smoothActivities, until, type Objective } from '../support/department';
import { planTask } from '../support/plans';
import type { Scenario } from './scenario';

const RULES: CoordinationRules = {
  contracts: { review: 'agent', deadlineHours: 24 },
  database: true,
  watch: {
    hours: 24,
    everyMinutes: 0.001,
    breaches: 1,
    checks: [
      {
        kind: 'http',
        name: 'health',
        url: 'http://127.0.0.1:1/health',
        value: 'status',
        limit: { max: 299 },
      },
    ],
  },
};
const T1 = 'backend-T001';
const PLAN = [
  planTask({ id: T1, kind: 'contract', specialist: 'api-architect', owns: ['openapi.yaml'] }),
  planTask({
    id: 'backend-T002',
    kind: 'schema',
    specialist: 'database-optimizer',
    owns: ['migrations/**'],
  }),
  planTask({ id: 'backend-T003', kind: 'implementation', dependsOn: [T1, 'backend-T002'] }),
];

/** A contract that the frontend sends back once, and a schema change; what is deployed leaves a limit in its second round. */
function coordinating(): Activities {
  const smooth = smoothActivities(PLAN);
  let reviews = 0;
  let rounds = 0;
  return smoothActivities(PLAN, {
    surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), coordination: RULES }),
    validateContract: () => {
      reviews += 1;
      return Promise.resolve(
        reviews === 1
          ? { decision: 'request-changes', comments: ['GET /orders: needs a cursor'], usage: NO_USAGE }
          : { decision: 'approve', comments: [], usage: NO_USAGE },
      );
    },
    runWatchChecks: () => {
      rounds += 1;
      return Promise.resolve({
        samples: [
          rounds === 1
            ? { name: 'health', value: 200, verdict: 'within', text: '200' }
            : { name: 'health', value: 500, verdict: 'breach', text: '500' },
        ],
      });
    },
  });
}

/** The deployment is reported, and rolled back when it breaches. */
async function deployAndRollBack({ handle, input }: Objective): Promise<void> {
  await handle.result();
  const watch = handle.client.getHandle(deploymentWatchId(input.objectiveId));
  const tell = (name: string, body: object): Promise<unknown> => watch.executeUpdate(name, { args: [body] });
  await tell(WATCH_MESSAGES.reportDeployment, {
    environment: 'production',
    commit: BASE,
    deployedAt: '2026-01-01T12:00:00Z',
    by: 'ada',
  });
  await eventually(
    async () => WatchStatus.parse(await watch.query(WATCH_QUERIES.watchStatus)),
    ({ escalations }) => escalations.length > 0,
  );
  await tell(WATCH_MESSAGES.resolveEscalation, {
    escalationId: 'deployment-E1',
    decision: 'abort',
    option: 'roll-back',
    by: 'ada',
  });
}

const SHOP = { kind: 'path', path: '/srv/shop' } as const;
const OTHER = 'objective-other-00000000';

/** Somebody else holds what the first of two tasks wants, until it is told that they are gone. */
function heldUp(): Activities {
  const tasks = [planTask({ id: T1, owns: ['src/auth/**'] }), planTask({ id: 'backend-T002' })];
  let claims = 0;
  return smoothActivities(tasks, {
    readClaims: () => Promise.resolve({ lines: [`${OTHER} (${T1}): src/auth/**`] }),
    claimWork: () => {
      claims += 1;
      const hold = { taskId: T1, holder: OTHER, holderTask: T1, what: 'src/auth/**' };
      return Promise.resolve({ held: claims === 1 ? [hold] : [] });
    },
  });
}

const entityOf = (objectiveId: string): string => `${objectiveId}/repository`;

/** What the entity of a repository is told by two objectives; one of them waits for the other. */
async function agreeWithEntity({ handle, input, status }: Objective): Promise<void> {
  const { objectiveId } = input;
  await until(status, ({ state }) => state === 'awaiting-approval');
  const tell = (name: string, payload: object): Promise<unknown> =>
    handle.client.executeUpdateWithStart<() => Promise<unknown>, unknown, [object]>(name, {
      args: [payload],
      startWorkflowOperation: new WithStartWorkflowOperation(REPOSITORY_WORKFLOW, {
        workflowId: entityOf(objectiveId),
        taskQueue: TASK_QUEUE,
        args: [{ repository: SHOP.path, lasting: false }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
  const tasks = [{ taskId: T1, paths: ['src/auth/**'], tables: [], endpoints: [] }];
  await tell(CLAIM_WORK, { objectiveId: OTHER, tasks });
  await tell(RESERVE_MIGRATION, {
    objectiveId: OTHER,
    taskId: T1,
    dir: 'migrations',
    style: { kind: 'number', prefix: '', width: 4 },
    base: 1,
    head: 1,
    now: 0,
  });
  await tell(CLAIM_WORK, { objectiveId, tasks });
  await tell(RELEASE, { objectiveId: OTHER, delivered: true });
  await tell(RELEASE, { objectiveId, delivered: false });
  await handle.executeUpdate(MESSAGES.reviewPlan, {
    args: [{ decision: 'approve', baseVersion: 1, by: 'ada' }],
  });
}

/** A contract that waits for people. */
function reviewedByPeople(): Activities {
  const smooth = smoothActivities(PLAN);
  return smoothActivities(PLAN, {
    surveyRepository: async (input) => ({
      ...(await smooth.surveyRepository(input)),
      coordination: { ...RULES, contracts: { review: 'human', deadlineHours: 24 } },
    }),
  });
}

async function approveContract({ handle, status }: Objective): Promise<void> {
  await until(status, ({ tasks, state }) => state === 'awaiting-human' && tasks[1]?.state === 'merged');
  await handle.signal(MESSAGES.reviewContract, { contract: 'openapi', decision: 'approve', by: 'ada' });
}

/** A contract that silence would approve, and whose workflow is gone before that. */
function lostContract(): Activities {
  const smooth = smoothActivities(PLAN);
  let looks = 0;
  return smoothActivities(PLAN, {
    surveyRepository: async (input) => ({
      ...(await smooth.surveyRepository(input)),
      coordination: { ...RULES, contracts: { review: 'auto', deadlineHours: 24 } },
    }),
    endedObjectives: ({ objectiveIds }) => {
      looks += 1;
      const gone = looks === 1 ? objectiveIds : [];
      return Promise.resolve({ ended: gone.map((objectiveId) => ({ objectiveId, delivered: false })) });
    },
  });
}

async function loseContract({ handle, input, status }: Objective): Promise<void> {
  await until(
    status,
    ({ tasks, contracts }) => tasks[1]?.state === 'merged' && contracts?.[0]?.state === 'shared',
  );
  await handle.client.getHandle(contractWorkflowId(input.objectiveId, 'openapi')).terminate('by hand');
  await until(
    status,
    ({ events, tasks }) =>
      events.some(({ text }) => text.includes('is taken up again')) && tasks[0]?.state === 'suspended',
  );
  await handle.signal(MESSAGES.reviewContract, { contract: 'openapi', decision: 'approve', by: 'ada' });
}

export const COORDINATION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'contract-and-schema-coordinated',
    activities: coordinating,
    drive: deployAndRollBack,
    change: { from: "kind === 'schema' && isFirst", to: "kind === 'contract' && isFirst" },
  },
  {
    name: 'api-contract',
    activities: coordinating,
    drive: deployAndRollBack,
    workflow: (objectiveId) => contractWorkflowId(objectiveId, 'openapi'),
    change: { from: '.validateContract.', to: '.reviewContract.' },
  },
  {
    // Of before a review was told before the contract had answered it.
    name: 'contract-reviewed-by-people',
    activities: reviewedByPeople,
    drive: approveContract,
    change: { from: "(0, workflow_1.patched)('a-reviewed-contract-waits-for-nobody')", to: 'true' },
  },
  {
    name: 'contract-reviewed-and-awaited-no-longer',
    activities: reviewedByPeople,
    drive: approveContract,
    change: { from: "('a-reviewed-contract-waits-for-nobody')", to: "('another-patch')" },
  },
  {
    name: 'contract-lost-while-it-is-waited-for',
    activities: lostContract,
    drive: loseContract,
    change: { from: "('lost-coordination-is-noticed')", to: "('another-patch')" },
  },
  {
    name: 'database-change',
    activities: coordinating,
    drive: deployAndRollBack,
    workflow: databaseWorkflowId,
    change: { from: '.drillBackup.', to: '.drillRestore.' },
  },
  {
    name: 'deployment-watch',
    activities: coordinating,
    drive: deployAndRollBack,
    workflow: deploymentWatchId,
    change: { from: '.runWatchChecks.', to: '.askChecks.' },
  },
  {
    name: 'waits-for-another-objective',
    activities: heldUp,
    repository: SHOP,
    drive: async ({ handle, status }) => {
      await until(status, ({ tasks }) => tasks[0]?.waitingFor === OTHER && tasks[1]?.state === 'merged');
      await handle.signal(CLAIMS_FREED, { taskIds: [T1] });
    },
    change: { from: '.claimWork.', to: '.claimPlan.' },
  },
  {
    name: 'repository-entity',
    activities: heldUp,
    options: { approvePlan: true },
    drive: agreeWithEntity,
    workflow: entityOf,
    change: { from: 'await letGoOfEnded([...new Set(held', to: 'void ([...new Set(held' },
  },
];
