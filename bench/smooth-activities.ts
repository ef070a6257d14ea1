import { createHash, randomUUID } from 'node:crypto';
import type { Activities } from '../activities/contract';
import type { ObjectiveInput } from '../src/domain/objective/objective';
import type { MergeResult } from '../src/domain/quality-gate/gate-work';
import { outlineTask, type PlanTask } from '../src/domain/plan/plan';
import type { GateSummary, RedItem } from '../src/domain/quality-gate/receipt';
import { NO_USAGE } from '../src/domain/usage/usage';
import type { AttemptRequest, AttemptResult } from '../src/domain/work/work';
import { smoothCoordination } from './smooth-coordination';

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
    decideContext: ({ request }) =>
      Promise.resolve({ decision: { granted: request.paths, reason: 'needed' }, usage: NO_USAGE }),
    reviewObjective: () => Promise.resolve({ gate: greenGate(), usage: NO_USAGE }),
    compareObjective: () =>
      Promise.resolve({ gaps: [], points: 1, left: 0, comparison: sha('comparison'), usage: NO_USAGE }),
    reportWall: () => Promise.resolve(),
    announceWall: () => Promise.resolve({ told: [] }),
    gateCommit: () => Promise.resolve(greenGate()),
    mergeTask: (request) =>
      Promise.resolve({
        outcome: 'merged',
        head: commitId(`merge ${request.taskId} onto ${request.expectedHead}`),
      } satisfies MergeResult),
    refreshBase: () => Promise.resolve({ outcome: 'unmoved' }),
    deliverObjective: ({ head }) =>
      Promise.resolve({
        repository: '/sample',
        branch: 'coordinator/test',
        commit: head,
        report: 'report.md',
      }),
    openPullRequest: () =>
      Promise.resolve({ pullRequest: null, note: 'No pull request: nobody scripted one.' }),
    ...smoothCoordination(),
    runWatchChecks: ({ checks }) =>
      Promise.resolve({
        samples: checks.map(({ name }) => ({ name, value: 1, verdict: 'within', text: '1' })),
      }),
    verifyProof: () => Promise.resolve({ holds: true }),
    recordDecisions: () => Promise.resolve(),
    listChannels: () => Promise.resolve({ channels: [] }),
    notifyPeople: () => Promise.resolve({ delivery: 'delivered', note: 'taken' }),
    ...overrides,
  };
}

export function objectiveInput(options: Partial<ObjectiveInput['options']> = {}): ObjectiveInput {
  return {
    objectiveId: `objective-test-${randomUUID().slice(0, 8)}`,
    objective: 'Add user authentication system with OAuth2 and JWT',
    repository: { kind: 'sample', name: 'orders-service', version: '1.0.0' },
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
