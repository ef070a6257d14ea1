import type { Activities } from '../../activities/contract';
import {
  CARRIED_PROGRESS,
  MESSAGES,
  OBJECTIVE_WORKFLOW,
  TASK_QUEUE,
} from '../../src/domain/objective/messages';
import { outlineTask, type PlanTask } from '../../src/domain/plan/plan';
import type { GateSummary, RedItem } from '../../src/domain/quality-gate/receipt';
import type { ReviewOrder } from '../../src/domain/quality-gate/review';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptRequest } from '../../src/domain/work/work';
import {
  commitId,
  greenGate,
  handedOff,
  redGate,
  sha,
  smoothActivities,
  until,
  type Objective,
} from '../support/department';
import { workUntilCancelled } from '../support/held-work';
import { charterTasks, planTask } from '../support/plans';
import { COORDINATION_SCENARIOS } from './coordination-scenarios';
import { DECISION_SCENARIOS } from './decision-scenarios';
import { QUESTION_SCENARIOS } from './question-scenarios';
import type { Scenario } from './scenario';
import { TELLING_SCENARIOS } from './telling-scenarios';

const TESTS_RED: RedItem = { subject: 'tests', excerpt: 'not ok 7 - refuses a stale token' };
const slow = redGate({ subject: 'caching', excerpt: 'no cache header' });
const one = [planTask({ id: 'backend-T001' })];
const two = [...one, planTask({ id: 'backend-T002' })];
const chain = [...one, planTask({ id: 'backend-T002', dependsOn: ['backend-T001'] })];
const E1 = 'backend-T001-E1';

/** Answers one after another, the last one for ever. */
function inTurn<T>(...answers: readonly [T, ...T[]]): () => Promise<T> {
  let calls = 0;
  return () => Promise.resolve(answers[Math.min(calls++, answers.length - 1)] ?? answers[0]);
}

/** The gate of tasks answers in turn; the base and the objective are green. */
function taskGates(...gates: readonly [GateSummary, ...GateSummary[]]): Partial<Activities> {
  const next = inTurn(...gates);
  return { gateCommit: ({ scope }) => (scope === 'task' ? next() : Promise.resolve(greenGate())) };
}

const asked = async ({ status }: Objective): Promise<unknown> =>
  until(status, (seen) => seen.escalations.length > 0);

const finding = {
  severity: 'high' as const,
  title: 'Refresh tokens are stored in clear',
  file: 'work/backend-T003/store.js',
  line: 12,
  detail: 'the column holds the token itself',
  remedy: 'store a hash',
};

function auditFinds(): Activities {
  let audits = 0;
  return smoothActivities(charterTasks(), {
    runAttempt: (request: AttemptRequest) => {
      if (request.taskId === 'backend-T007') audits += 1;
      return Promise.resolve(
        handedOff(request, {
          findings: request.taskId === 'backend-T007' && audits === 1 ? [finding] : [],
        }),
      );
    },
  });
}

/** The first task works until it is cancelled; everything else goes well. */
function endless(): Activities {
  return smoothActivities(two, {
    runAttempt: (request) =>
      request.taskId === 'backend-T001' ? workUntilCancelled() : Promise.resolve(handedOff(request)),
  });
}

const running = async ({ status }: Objective): Promise<unknown> =>
  until(status, (seen) => seen.tasks[0]?.state === 'running' && seen.tasks[1]?.state === 'merged');

/** Small enough that the charter's example needs several runs. */
const SHORT_HISTORIES = { 'limit.historyCount.suggestContinueAsNew': '60' };

/** The objective's gate is red once; then two reviewers look, and one item is left to a human. */
function repairedAndReviewed(): Activities {
  const reviews: ReviewOrder[] = [
    { reviewer: 'backend-architect', items: ['authentication'] },
    { reviewer: 'api-architect', items: ['caching'] },
  ];
  const ask = (gate: GateSummary, orders: ReviewOrder[]): GateSummary => ({
    ...gate,
    questions: { reviews: orders, compare: true },
  });
  const gates = inTurn(
    ask(redGate({ subject: 'cors', excerpt: 'any origin is admitted' }), []),
    ask(greenGate(), reviews),
    ask(greenGate(), []),
  );
  const undecided = [{ subject: 'authentication' as const, excerpt: 'the quote does not stand there' }];
  const repaired = smoothActivities([...one, planTask({ id: 'backend-T002', kind: 'repair' })]);
  return smoothActivities(one, {
    gateCommit: ({ scope }) => (scope === 'objective' ? gates() : Promise.resolve(greenGate())),
    reviewObjective: () => Promise.resolve({ gate: { ...greenGate(), review: undecided }, usage: NO_USAGE }),
    amendPlan: (request) => repaired.amendPlan(request),
  });
}

/** Two tasks, of which an edit drops one; the other spends its budget, and another edit raises it. */
function editedPlan(): Activities {
  const capped = (budgetUsd: number): PlanTask => planTask({ id: 'backend-T001', budgetUsd });
  const plans = inTurn(capped(1), capped(3));
  const attempts = inTurn('spent' as const, 'done' as const);
  const usage = { ...NO_USAGE, requests: 1, usd: 0.8 };
  return smoothActivities([capped(1), planTask({ id: 'backend-T002' })], {
    amendPlan: async () => {
      const task = await plans();
      const plan = sha(`budget ${task.budgetUsd ?? 0}`);
      return { outcome: 'accepted', plan, tasks: [outlineTask(task)], usage: NO_USAGE };
    },
    runAttempt: async (request) =>
      (await attempts()) === 'done'
        ? handedOff(request, { usage })
        : { outcome: 'suspended', on: { kind: 'budget', needsUsd: 0.5 }, transcript: sha('so far'), usage },
  });
}

/** Feedback becomes one task. */
function answered(): Activities {
  const withAnswer = smoothActivities([...one, planTask({ id: 'backend-T002', kind: 'repair' })]);
  return smoothActivities(one, {
    amendPlan: (request) => withAnswer.amendPlan(request),
    openPullRequest: () =>
      Promise.resolve({
        pullRequest: {
          forge: 'github',
          repository: 'https://github.example/acme/orders',
          number: 7,
          url: 'https://github.example/acme/orders/pull/7',
        },
        note: null,
      }),
  });
}

/** As the client does it: started again under its id, with what it carries and the feedback. */
async function takeUpAgain({ handle, input }: Objective): Promise<void> {
  await handle.result();
  const { carried } = await handle.query<{ carried: unknown }>(CARRIED_PROGRESS);
  const feedback = { feedback: sha('feedback'), keys: ['github:review-comment:1'], by: 'ada' };
  const again = await handle.client.signalWithStart(OBJECTIVE_WORKFLOW, {
    workflowId: input.objectiveId,
    taskQueue: TASK_QUEUE,
    args: [input, carried],
    signal: MESSAGES.takeFeedback,
    signalArgs: [feedback],
  });
  await again.result();
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'charter-clean',
    activities: () => smoothActivities(charterTasks()),
    change: { from: '.models.analyseObjective.', to: '.models.analyzeObjective.' },
  },
  {
    name: 'level-1-self-recovery',
    activities: () => smoothActivities(one, taskGates(redGate(TESTS_RED), greenGate())),
    change: {
      from: "name: 'self-recovery', who: 'specialist', attempts: 2",
      to: "name: 'self-recovery', who: 'specialist', attempts: 0",
    },
  },
  {
    name: 'level-2-consult-level-3-reassign',
    activities: () =>
      smoothActivities(one, {
        // Red at level 0, twice at level 1 and twice at level 2; the new assignee makes it green.
        ...taskGates(slow, slow, slow, slow, slow, greenGate()),
        reviewTask: () =>
          Promise.resolve({
            review: { action: 'reassign', assignee: 'backend-architect', guidance: 'it is about caching' },
            usage: { requests: 1, input: 10, output: 10, cacheRead: 0, cacheWrite: 0, usd: null },
          }),
      }),
    change: {
      from: "concern: 'performance', peer: 'backend-architect'",
      to: "concern: 'performance', peer: 'nodejs-expert'",
    },
  },
  {
    name: 'human-mends-a-finding-by-signal',
    activities: auditFinds,
    drive: async (objective) => {
      await asked(objective);
      await objective.handle.signal(MESSAGES.resolveEscalation, {
        escalationId: 'backend-T007-E1',
        decision: 'retry',
        option: 'mend',
        by: 'ada',
      });
    },
    change: {
      from: 'repository.amendPlan.executeWithOptions({ summary: `add',
      to: 'repository.addTask.executeWithOptions({ summary: `add',
    },
  },
  {
    name: 'human-accepts-by-update',
    activities: () => smoothActivities(two, taskGates(redGate(TESTS_RED))),
    drive: async (objective) => {
      for (const id of ['backend-T001-E1', 'backend-T002-E1']) {
        await until(objective.status, (seen) => seen.escalations.some((row) => row.id === id));
        await objective.handle.executeUpdate(MESSAGES.resolveEscalation, {
          args: [{ escalationId: id, decision: 'accept', guidance: 'a known flake', by: 'ada' }],
        });
      }
    },
    change: { from: "kind: gated ? 'merge' : 'gate'", to: "kind: gated ? 'gate' : 'merge'" },
  },
  {
    name: 'conflict-at-merge',
    activities: () => {
      const merges = inTurn('conflict' as const, 'merged' as const);
      return smoothActivities(one, {
        mergeTask: async (request) => {
          const head = commitId(`head after ${request.taskId}`);
          return (await merges()) === 'merged'
            ? { outcome: 'merged', head }
            : { outcome: 'conflict', files: ['src/routes.js'], theirs: [], head: request.expectedHead };
        },
      });
    },
    change: { from: 'progress.integrationTries >= 1', to: 'progress.integrationTries >= 0' },
  },
  {
    name: 'pause-steer-resume',
    activities: () => smoothActivities(chain, taskGates(redGate(TESTS_RED), greenGate())),
    options: { approvePlan: true },
    drive: async ({ handle, status }) => {
      await until(status, (seen) => seen.state === 'awaiting-approval');
      const tell = (name: string, body: object): Promise<unknown> =>
        handle.executeUpdate(name, { args: [{ ...body, by: 'ada' }] });
      await tell(MESSAGES.pause, { reason: 'lunch' });
      await tell(MESSAGES.reviewPlan, { decision: 'approve', baseVersion: 1 });
      await tell(MESSAGES.steer, { taskId: 'backend-T001', message: 'mind the gap' });
      await handle.signal(MESSAGES.resume, { by: 'ada' });
    },
    change: {
      from: 'modelsAvailable: progress.paused === null &&',
      to: 'modelsAvailable: progress.paused !== undefined &&',
    },
  },
  {
    name: 'abort-at-a-question',
    activities: () => smoothActivities(two, taskGates(redGate(TESTS_RED))),
    drive: async (objective) => {
      await asked(objective);
      await objective.handle.signal(MESSAGES.resolveEscalation, {
        escalationId: E1,
        decision: 'abort',
        by: 'ada',
      });
    },
    change: {
      from: "decision.decision === 'abort')\n            (0, trouble_1.stopRun)(run, 'aborted'",
      to: "decision.decision === null)\n            (0, trouble_1.stopRun)(run, 'aborted'",
    },
  },
  {
    name: 'cancelled-while-an-agent-works',
    activities: endless,
    drive: async (objective) => {
      await running(objective);
      await objective.handle.cancel();
    },
    change: {
      from: 'CancellationScope.nonCancellable(() => closeCancelled(run))',
      to: 'CancellationScope.nonCancellable(async () => undefined)',
    },
  },
  {
    name: 'continue-as-new-first-run',
    activities: () => smoothActivities(charterTasks()),
    dynamicConfig: SHORT_HISTORIES,
    change: { from: '.continueAsNewSuggested;', to: '.continueAsNewSuggested && false;' },
  },
  {
    name: 'continue-as-new-last-run',
    activities: () => smoothActivities(charterTasks()),
    dynamicConfig: SHORT_HISTORIES,
    run: 'last',
    change: { from: 'if (run.progress.plan !== null)\n        return;', to: '' },
  },
  {
    name: 'objective-repaired-and-reviewed',
    activities: repairedAndReviewed,
    drive: async (objective) => {
      await asked(objective);
      await objective.handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: 'objective-E1', decision: 'accept', guidance: 'I looked', by: 'ada' }],
      });
    },
    change: {
      from: 'progress.repairRound !== undefined || red.length',
      to: 'progress.repairRound === undefined || red.length',
    },
  },
  {
    name: 'plan-edited-and-a-task-over-its-budget',
    activities: editedPlan,
    options: { approvePlan: true },
    drive: async (objective) => {
      const { handle, status } = objective;
      const review = (body: object): Promise<unknown> =>
        handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ ...body, by: 'ada' }] });
      await until(status, (seen) => seen.state === 'awaiting-approval');
      await review({ decision: 'edit', patch: [{ op: 'drop', taskId: 'backend-T002' }] });
      await review({ decision: 'approve', baseVersion: 2 });
      await asked(objective);
      await review({ decision: 'edit', patch: [{ op: 'budget', taskId: 'backend-T001', usd: 3 }] });
    },
    change: {
      from: "judged && channel === 'update' ?",
      to: "judged && channel === 'signal' ?",
    },
  },
  {
    name: 'taken-up-again-for-feedback',
    activities: answered,
    options: { pr: true },
    drive: takeUpAgain,
    run: 'last',
    change: {
      from: '(progress.feedback?.pending.length ?? 0) > 0',
      to: '(progress.feedback?.pending.length ?? 0) > 1',
    },
  },
  ...COORDINATION_SCENARIOS,
  ...DECISION_SCENARIOS,
  ...QUESTION_SCENARIOS,
  ...TELLING_SCENARIOS,
];
