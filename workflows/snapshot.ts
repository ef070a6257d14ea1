import {
  allHandlersFinished,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { awaitedMark } from '../src/domain/contract/contract-status';
import type { Escalation } from '../src/domain/escalation/escalation';
import { describeDecider, shownQuestion } from '../src/domain/escalation/for-whom';
import type { TakenFeedback } from '../src/domain/pull-request/feedback';
import { objectiveMarkdown } from '../src/domain/objective/objective-markdown';
import type { HeldTask } from '../src/domain/coordination/repository-claims';
import { dependenciesIntegrated, isSettledProgress, settledStates } from '../src/domain/plan/scheduler';
import { mention } from '../src/domain/department/specialists';
import type { ObjectiveState, Outcome } from '../src/domain/department/states';
import type { ObjectiveStatus, TaskStatus } from '../src/domain/objective/status';
import { taskState, type Coordinated, type TaskProgress } from '../src/domain/work/task-progress';
import { parallelGroups } from '../src/domain/plan/task-graph';
import { progressOf } from '../src/domain/objective/progress-memo';
import { waitsOf } from '../src/domain/objective/waits';
import { heldTasks, waitText } from './claims';
import { awaitedContract } from './contract-review';
import { forecastOf } from './deadline';
import type { CarriedFeedback } from './carried';
import { now, type Run } from './run';
import { createProgressMemo } from './progress-memo';
import { createWaitsMemo } from './waits-memo';

const STATUS = defineSearchAttributeKey('CoordinatorStatus', 'KEYWORD');
const LEVEL = defineSearchAttributeKey('CoordinatorEscalationLevel', 'INT');

/** How it has ended. What cannot be written at the end is asked about: until that is answered it has not ended. */
function outcomeOf({ progress }: Run): Outcome | null {
  return progress.open.length === 0 ? progress.outcome : null;
}

/** The objective's state, derived from where the run stands. */
function objectiveState(run: Run): ObjectiveState {
  const { progress } = run;
  const outcome = outcomeOf(run);
  if (outcome !== null) {
    switch (outcome) {
      case 'delivered':
      case 'delivered-with-waivers':
        return 'delivered';
      case 'aborted':
      case 'rejected':
        return 'aborted';
      case 'cancelled':
        return 'cancelled';
      case 'red':
        return 'failed';
    }
  }
  const awaited = progress.tasks.some((task) => awaitedContract(run, task) !== null);
  if (progress.open.length > 0 || awaited) return 'awaiting-human';
  if (progress.paused !== null) return 'paused';
  if (run.stage === 'awaiting-approval') return 'awaiting-approval';
  return ['running', 'delivering', 'closing'].includes(run.stage) ? 'running' : 'planning';
}

const COORDINATING: Readonly<Record<Coordinated, string>> = {
  'database-design': 'its migration is designed',
  contract: 'its contract is shared and validated',
  database: 'its migration is rehearsed',
};

function doing(progress: TaskProgress, inFlight: boolean, held: HeldTask | undefined): string {
  const step = progress.step;
  if (held !== undefined) return waitText(held);
  switch (step.kind) {
    case 'attempt':
      return inFlight
        ? step.because || 'working'
        : step.resumes === undefined
          ? ''
          : 'rests until it may go on';
    case 'consult':
      return `asks ${mention(step.peer)}`;
    case 'review':
      return 'under review by the coordinator';
    case 'context':
      return 'asks the coordinator for context';
    case 'coordinate':
      return COORDINATING[step.of];
    case 'await-contract':
      return step.reviewed === true
        ? `contract ${step.contract} is reviewed`
        : `waits until contract ${step.contract} is reviewed`;
    case 'gate':
      return 'being checked';
    case 'merge':
      return inFlight ? 'merging' : 'waits to be merged';
    case 'ask':
    case 'await-decision':
      return 'waits for a human';
    case 'settled':
      return '';
  }
}

/**
 * What a task cannot go on without: an escalation of its own, the objective's that keeps models from being asked,
 * `contract:<name>`, or the objective that holds what it needs.
 */
function waitingFor(
  run: Run,
  progress: TaskProgress,
  inFlight: boolean,
  held: HeldTask | undefined,
): string | null {
  if (held !== undefined) return held.holder;
  const { step } = progress;
  const contract = awaitedContract(run, progress);
  if (contract !== null) return awaitedMark(contract);
  if (step.kind === 'await-decision') return step.escalationId;
  const rests = step.kind === 'attempt' && !inFlight && step.resumes !== undefined;
  return rests ? run.progress.blockedBy : null;
}

/** What a task that is not begun waits for of other objectives. */
function heldUnbegun(run: Run, { task, step, startedAt }: TaskProgress): HeldTask | undefined {
  const begins = step.kind === 'attempt' || step.kind === 'coordinate';
  return startedAt === null && begins ? heldTasks(run).get(task.id) : undefined;
}

function taskStatus(
  run: Run,
  progress: TaskProgress,
  states: ReturnType<typeof settledStates>,
  group: number,
): TaskStatus {
  const { task } = progress;
  const inFlight = run.inFlight.has(task.id);
  const held = heldUnbegun(run, progress);
  return {
    id: task.id,
    title: task.title,
    specialist: progress.specialist,
    kind: task.kind,
    priority: task.priority,
    dependsOn: task.dependsOn,
    group,
    state: taskState(progress, { inFlight, dependenciesIntegrated: dependenciesIntegrated(task, states) }),
    level: progress.level,
    attempts: [...progress.attempts],
    doing: doing(progress, inFlight, held),
    startedAt: progress.startedAt,
    endedAt: progress.endedAt,
    waitingFor: waitingFor(run, progress, inFlight, held),
    firstGatePassed: progress.firstGatePassed,
    commit: progress.commit,
    gate: progress.gate,
    usage: progress.usage,
    ...(task.budgetUsd === undefined ? {} : { budgetUsd: task.budgetUsd }),
    ...(progress.context === undefined ? {} : { context: progress.context }),
  };
}

/** What an edit of the plan can be checked against by whoever makes it. */
function editFacts({ progress }: Run): { analysis?: string; brought: string[] } {
  const brought = [...(progress.brought ?? [])];
  return progress.analysis === null ? { brought } : { analysis: progress.analysis, brought };
}

/**
 * Whether a message is still looked at, or was taken and not acted upon yet. What was taken may have to wait until a human
 * has answered something else; then that is what counts.
 */
function isTakingIn({ planReview, progress }: Run): boolean {
  if (!allHandlersFinished()) return true;
  const decided = new Set(progress.decisions.map(({ escalationId }) => escalationId));
  return (
    (planReview !== null || progress.undone.length > 0) &&
    progress.open.every(({ escalation }) => decided.has(escalation.id))
  );
}

/** Answers `objectiveStatus`: everything worth knowing, nothing large. */
export function snapshot(run: Run): ObjectiveStatus {
  const { input, progress } = run;
  const states = settledStates(progress.tasks);
  const groups = parallelGroups(progress.tasks.map((row) => row.task));
  return {
    objectiveId: input.objectiveId,
    objective: input.objective,
    state: objectiveState(run),
    outcome: outcomeOf(run),
    reason: progress.reason,
    repository: input.repositoryIdentity,
    baseCommit: input.baseCommit,
    integrationHead: progress.integrationHead,
    model: input.model,
    sandbox: progress.sandbox,
    stack: progress.stack,
    plan: progress.plan === null ? null : { ...progress.plan, ...editFacts(run) },
    tasks: progress.tasks.map((row) => taskStatus(run, row, states, groups.get(row.task.id) ?? 1)),
    escalations: shownQuestions(run),
    decisions: [...progress.decisions],
    ...reviewersOf(run),
    ...(isTakingIn(run) ? { takingIn: true } : {}),
    ...(progress.rules === null
      ? {}
      : {
          contracts: [...progress.coordination.contracts],
          databaseChanges: [...progress.coordination.databaseChanges],
        }),
    gate: progress.gate,
    delivery: progress.delivery,
    ...(progress.feedback === undefined ? {} : { feedback: toldFeedback(progress.feedback) }),
    usage: progress.usage,
    budgetUsd: progress.budgetUsd,
    reservedUsd: [...run.reserved.values()].reduce((sum, usd) => sum + usd, 0),
    ledger: [...progress.ledger],
    wall:
      progress.wall === null
        ? null
        : { until: new Date(progress.wall.until).toISOString(), reason: progress.wall.reason },
    ...(input.options.deadline === null ? {} : { forecast: forecastOf(run) }),
    startedAt: progress.startedAt,
    now: now(),
    events: [...progress.events],
    ignored: [...progress.ignored],
  };
}

/** The open questions, as people are shown them. */
export function shownQuestions({ progress }: Run): Escalation[] {
  const { decisionRules: rules = null, waiting } = progress;
  return progress.open.map(({ escalation }) => shownQuestion(rules, escalation, waiting !== undefined));
}

function reviewersOf({ progress }: Run): Pick<ObjectiveStatus, 'reviewers'> {
  const rules = progress.decisionRules ?? null;
  const plan = describeDecider(rules, 'plan-review');
  const contract = describeDecider(rules, 'contract-review');
  if (plan === null && contract === null) return {};
  return { reviewers: { ...(plan === null ? {} : { plan }), ...(contract === null ? {} : { contract }) } };
}

function toldFeedback({ pending, taken }: CarriedFeedback): TakenFeedback[] {
  const waiting = pending.flatMap(({ keys }) => keys.map((key) => ({ key, taskId: null })));
  return [...taken, ...waiting];
}

/** Highest level in progress among unsettled tasks; 4 while anything is asked, 0 when nothing is. */
function escalationLevel(run: Run): number {
  if (run.progress.open.length > 0) return 4;
  return Math.max(0, ...run.progress.tasks.filter((row) => !isSettledProgress(row)).map((row) => row.level));
}

/** Shows the run where people look: search attributes and memo for lists, a Markdown plan as current details. */
export function createDisplay(run: Run): () => void {
  // A server that does not know the attributes would fail the workflow task for ever; whoever started the objective
  // found out and started it without them.
  const indexed = workflowInfo().typedSearchAttributes.get(STATUS) !== undefined;
  let shown = {
    state: workflowInfo().typedSearchAttributes.get(STATUS) ?? '',
    level: workflowInfo().typedSearchAttributes.get(LEVEL) ?? 0,
  };
  const memo = createWaitsMemo(indexed);
  const tellProgress = createProgressMemo();
  let revision = -1;
  return () => {
    if (run.revision === revision) return;
    revision = run.revision;
    const next = { state: objectiveState(run), level: escalationLevel(run) };
    if (indexed && (next.state !== shown.state || next.level !== shown.level)) {
      upsertSearchAttributes([
        { key: STATUS, value: next.state },
        { key: LEVEL, value: next.level },
      ]);
    }
    shown = next;
    const status = snapshot(run);
    memo.publish(waitsOf(status, memo.known()));
    tellProgress(progressOf(status));
    setCurrentDetails(objectiveMarkdown(status));
  };
}
