import type { CancellationScope } from '@temporalio/workflow';
import type { EscalationSubject } from '../src/domain/escalation/escalation';
import type { CoordinationAnswer } from '../src/domain/coordination/coordination-orders';
import type { ReviewPlan } from '../src/domain/objective/messages';
import type { ObjectiveInput } from '../src/domain/objective/objective';
import { compareIds, type TaskId, type TaskOutline } from '../src/domain/plan/plan';
import { repositoryLabel } from '../src/domain/coordination/repository-label';
import type { Outcome } from '../src/domain/department/states';
import { newProgress, type TaskProgress } from '../src/domain/work/task-progress';
import type { Sender } from './message';
import { createAuditor, type Auditor } from './audit';
import { openTeller, type Teller } from './news';
import { begin, goOn, type Carried } from './carried';

/** Newest events and ignored messages status keeps. */
const KEPT_EVENTS = 200;
const KEPT_IGNORED = 50;

/** A review of the plan, and what came of it once the process has acted on it. */
export interface PlanReview {
  readonly body: ReviewPlan;
  readonly sender: Sender;
  end: { readonly kind: 'taken' | 'refused'; readonly text: string } | null;
}

/** An order as it was given once; given again it is another. */
interface GivenOrder {
  /** The workflow it was given to. */
  readonly child: string;
  /** Set where that ended without an answer. */
  isLost: boolean;
}

/** One objective in the hands of one workflow run. */
export interface Run {
  readonly input: ObjectiveInput;
  readonly progress: Carried;
  /** Steps being carried out now; a scope each, so that one task can be cancelled alone. */
  readonly inFlight: Map<TaskId, CancellationScope>;
  /** Set by a human's `abort`, a rejection, or cancellation of the workflow. */
  stop: { readonly outcome: Outcome; readonly reason: string } | null;
  /** The stage before tasks run, for status. */
  stage: 'surveying' | 'analysing' | 'planning' | 'awaiting-approval' | 'running' | 'delivering' | 'closing';
  planReview: PlanReview | null;
  /** An error of ours inside a step; thrown by the main loop, so that the workflow task fails and waits for a fix. */
  bug: Error | null;
  /** Answers of coordinating workflows, by the order they answer, until somebody takes them. */
  readonly answers: Map<number, CoordinationAnswer>;
  /** Orders of steps in flight that are given and not answered, by their number. */
  readonly asked: Map<number, GivenOrder>;
  /** Whether workflows that are lost before they have answered are noticed; in older histories they were not. */
  watches: boolean;
  /** Tells people what waits for them; null: nobody is to be told. */
  teller: Teller | null;
  /** Money held by what runs now, in US dollars. */
  readonly reserved: Map<EscalationSubject, number>;
  readonly audit: Auditor;
  /** Shows the run where people look: lists and the Web UI. Does nothing where nothing has changed. */
  show: () => void;
  /** Tasks that hold all that is left of their own budget, and so less than they otherwise would. */
  readonly capped: Set<TaskId>;
  /** Grows with every change; loops wait for it. */
  revision: number;
}

/** Asked through a function, since messages change it behind the compiler's back. */
export function isStopped(run: Run): boolean {
  return run.stop !== null;
}

export const now = (): string => new Date().toISOString();

export function openRun(input: ObjectiveInput, carried: Carried | undefined): Run {
  const progress = carried === undefined ? begin(input) : goOn(begin(input), carried);
  const run: Run = {
    input,
    progress,
    bug: null,
    reserved: new Map(),
    capped: new Set(),
    answers: new Map(),
    asked: new Map(),
    watches: false,
    teller: openTeller(input.objectiveId, carried?.news, () => progress.decisionRules ?? null),
    inFlight: new Map(),
    stop: null,
    stage: 'surveying',
    planReview: reviewOf(carried),
    show: () => undefined,
    audit: createAuditor({
      pending: progress.unaudited,
      subject: {
        objective: input.objectiveId,
        repository: input.repositoryIdentity,
        repositoryLabel: repositoryLabel(input.repository),
      },
      say: (text) => {
        record(run, text);
      },
    }),
    revision: 0,
  };
  return run;
}

function reviewOf(carried: Carried | undefined): PlanReview | null {
  const review = carried?.planReview ?? null;
  return review === null ? null : { ...review, end: null };
}

/** Records one line of the run and wakes whoever waits for a change. */
export function record(run: Run, text: string, taskId: TaskId | null = null): void {
  const { progress } = run;
  progress.lastSeq += 1;
  progress.events.push({ seq: progress.lastSeq, at: now(), taskId, text: text.slice(0, 500) });
  if (progress.events.length > KEPT_EVENTS) progress.events.splice(0, progress.events.length - KEPT_EVENTS);
  run.revision += 1;
}

/** A message that could not be used is kept for status and otherwise ignored; throwing would stop the workflow. */
export function ignore(run: Run, name: string, reason: string): void {
  run.progress.ignored.push({ at: now(), name, reason: reason.slice(0, 500) });
  if (run.progress.ignored.length > KEPT_IGNORED) run.progress.ignored.shift();
  record(run, `ignored a ${name} message: ${reason}`);
}

export function taskOf(run: Run, id: TaskId): TaskProgress | undefined {
  return run.progress.tasks.find((progress) => progress.task.id === id);
}

export function replaceTask(run: Run, next: TaskProgress): void {
  const index = run.progress.tasks.findIndex((progress) => progress.task.id === next.task.id);
  if (index < 0) throw new Error(`No task ${next.task.id} in the plan`);
  run.progress.tasks[index] = next;
  run.revision += 1;
}

/** Takes over a plan: known tasks keep their progress, new ones start at the beginning. */
export function adoptPlan(run: Run, ref: string, outlines: readonly TaskOutline[]): void {
  const { progress } = run;
  const known = new Map(progress.tasks.map((task) => [task.task.id, task]));
  progress.tasks = outlines
    .map((outline) => {
      const before = known.get(outline.id);
      if (before === undefined) return { ...newProgress(outline), steering: progress.steering ?? [] };
      // Whom somebody else reassigned it to stays, where this plan says the same as the one before.
      const given = before.startedAt === null && outline.specialist !== before.task.specialist;
      return { ...before, task: outline, specialist: given ? outline.specialist : before.specialist };
    })
    .sort((a, b) => compareIds(a.task.id, b.task.id));
  progress.plan = { ref, version: (progress.plan?.version ?? 0) + 1 };
  run.revision += 1;
}
