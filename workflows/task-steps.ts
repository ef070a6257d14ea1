import { assertNever } from '../src/domain/assert-never';
import { assigneesFor } from '../src/domain/department-roles';
import { failureReport } from '../src/domain/failure-text';
import { afterAttempt, afterConsult, afterGate, afterMerge, afterReview } from '../src/domain/ladder';
import type { ObjectiveHandle } from '../src/domain/objective';
import type { TaskId } from '../src/domain/plan';
import { isSettledProgress } from '../src/domain/scheduler';
import { mention } from '../src/domain/specialists';
import type { AttemptRecord } from '../src/domain/status';
import { dependantsOf } from '../src/domain/task-graph';
import { KEPT_ATTEMPTS, type NextStart, type Step, type TaskProgress } from '../src/domain/task-progress';
import { addUsage, type Usage } from '../src/domain/usage';
import type { AttemptRequest, AttemptResult, AttemptStart } from '../src/domain/work';
import { withdrawQuestions } from './decisions';
import { attempts, models, repository } from './proxies';
import { now, record, replaceTask, spendUsage, taskOf, type Run } from './run';

/** What every step needs of the objective: settled once planning is over. */
interface Setting {
  readonly handle: ObjectiveHandle;
  readonly plan: string;
  readonly base: string | null;
  readonly head: string;
}

function settingOf(run: Run): Setting {
  const { handle, plan, baseReport, integrationHead } = run.progress;
  if (handle === null || plan === null || integrationHead === null)
    throw new Error('tasks run after planning only');
  return { handle, plan: plan.ref, base: baseReport, head: integrationHead };
}

const latest = (run: Run, id: TaskId): TaskProgress => {
  const progress = taskOf(run, id);
  if (progress === undefined) throw new Error(`No task ${id} in the plan`);
  return progress;
};

function spend(run: Run, progress: TaskProgress, usage: Usage): TaskProgress {
  spendUsage(run, usage);
  return { ...progress, usage: addUsage(progress.usage, usage) };
}

/** Carries out the next step of a task and records what follows from it. */
export async function takeStep(run: Run, progress: TaskProgress): Promise<void> {
  const { id } = progress.task;
  const { step } = progress;
  switch (step.kind) {
    case 'attempt': {
      await attempt(run, progress, step);
      return;
    }
    case 'consult': {
      const { handle, plan } = settingOf(run);
      record(
        run,
        `L2 · ${mention(progress.specialist)} asks ${mention(step.peer)}: ${step.question.question}`,
        id,
      );
      const result = await models.consultPeer.executeWithOptions(
        { summary: `${id} · L2 · ${mention(step.peer)} · consulted by ${mention(progress.specialist)}` },
        [{ handle, plan, taskId: id, peer: step.peer, question: step.question }],
      );
      record(run, `${mention(step.peer)} advises: ${result.advice.summary}`, id);
      finish(run, spend(run, afterConsult(latest(run, id), result.advice), result.usage));
      return;
    }
    case 'review': {
      const { handle, plan } = settingOf(run);
      record(run, 'L3 · the coordinator reviews it', id);
      const result = await models.reviewTask.executeWithOptions(
        { summary: `${id} · L3 · review by @backend-coordinator` },
        [
          {
            handle,
            plan,
            taskId: id,
            specialist: progress.specialist,
            roster: [...assigneesFor(progress.task, run.progress.brought ?? [])],
            failure: failureReport(step.failure),
          },
        ],
      );
      record(run, `the coordinator decides: ${result.review.action}`, id);
      finish(run, spend(run, afterReview(latest(run, id), result.review), result.usage));
      return;
    }
    case 'gate': {
      const { handle, base } = settingOf(run);
      const gate = await repository.gateCommit.executeWithOptions({ summary: `${id} · gate` }, [
        { handle, scope: 'task', commit: commitOf(progress), base },
      ]);
      record(
        run,
        gate.green ? 'gate green' : `gate red: ${gate.red.map((item) => item.subject).join(', ')}`,
        id,
      );
      finish(run, afterGate(latest(run, id), gate));
      return;
    }
    case 'merge': {
      const { handle, base, head } = settingOf(run);
      const result = await repository.mergeTask.executeWithOptions({ summary: `${id} · merge` }, [
        {
          handle,
          taskId: id,
          commit: commitOf(progress),
          expectedHead: head,
          base,
          waived: [...(progress.waived ?? [])],
        },
      ]);
      run.progress.integrationHead = result.head;
      record(run, mergeText(result.outcome), id);
      finish(run, afterMerge(latest(run, id), result));
      return;
    }
    case 'ask':
    case 'await-decision':
    case 'settled':
      return;
    default:
      assertNever(step, 'step');
  }
}

const MERGE_TEXTS = {
  merged: 'merged',
  moved: 'the integration branch moved; merging again',
  conflict: 'merge conflict',
  red: 'green alone, red together: withdrawn',
} as const;
const mergeText = (outcome: keyof typeof MERGE_TEXTS): string => MERGE_TEXTS[outcome];

function commitOf(progress: TaskProgress): string {
  if (progress.commit === null) throw new Error(`${progress.task.id} has no commit to check or merge`);
  return progress.commit;
}

/** Stores a transition, unless the task was settled meanwhile, and closes the books when it is over. */
function finish(run: Run, next: TaskProgress): void {
  if (isSettledProgress(latest(run, next.task.id))) return;
  if (next.step.kind === 'settled') {
    replaceTask(run, { ...next, endedAt: now() });
    if (next.step.state !== 'merged') record(run, next.step.state, next.task.id);
  } else replaceTask(run, next);
}

async function attempt(
  run: Run,
  progress: TaskProgress,
  step: Extract<Step, { kind: 'attempt' }>,
): Promise<void> {
  const { handle, plan, head } = settingOf(run);
  const { id } = progress.task;
  const number = progress.attemptCount + 1;
  const started: TaskProgress = {
    ...progress,
    level: step.level,
    attemptCount: number,
    startedAt: progress.startedAt ?? now(),
    steering: [],
    attempts: [
      ...progress.attempts,
      {
        number,
        level: step.level,
        specialist: progress.specialist,
        outcome: 'running' as const,
        because: step.because,
        summary: '',
        transcript: null,
      },
    ].slice(-KEPT_ATTEMPTS),
  };
  replaceTask(run, started);
  const label = [`L${step.level}`, mention(progress.specialist), step.because]
    .filter((part) => part !== '')
    .join(' · ');
  record(run, `attempt ${number} · ${label}`, id);
  const request: AttemptRequest = {
    handle,
    plan,
    taskId: id,
    number,
    level: step.level,
    specialist: progress.specialist,
    start: startOf(step.start, head),
    prompt: step.prompt,
    transcript: progress.transcript,
    ...(progress.steering.length > 0 ? { steering: [...progress.steering] } : {}),
  };
  const result = await attempts.runAttempt.executeWithOptions({ summary: `${id} · ${label}`.slice(0, 200) }, [
    request,
  ]);
  record(run, `attempt ${number} ${attemptText(result)}`, id);
  const told = tellAttempt(latest(run, id), number, result);
  finish(run, spend(run, afterAttempt(told, result), result.usage));
}

/** Turns a start that means the integration head into the head of this moment. */
function startOf(start: NextStart, head: string): AttemptStart {
  switch (start.kind) {
    case 'fresh-on-head':
      return { kind: 'fresh', from: head };
    case 'conflict-with-head':
      return { kind: 'conflict', with: head };
    case 'continue':
    case 'conflict':
      return start;
    default:
      return assertNever(start, 'start');
  }
}

function attemptText(result: AttemptResult): string {
  switch (result.outcome) {
    case 'handed-off':
      return `handed off: ${result.summary}`;
    case 'suspended':
      return suspensionText(result.on);
    case 'unfinished':
      return `did not finish: ${result.reason}`;
    default:
      return assertNever(result, 'attempt result');
  }
}

function suspensionText(on: Extract<AttemptResult, { outcome: 'suspended' }>['on']): string {
  switch (on.kind) {
    case 'consult':
      return 'suspended to ask a peer';
    case 'escalate':
      return `raises ${on.raised.trigger}`;
    case 'context':
      return `asks to see ${on.request.paths.join(', ')}`;
    case 'pause':
      return 'suspended: paused';
    case 'wall':
      return `suspended until ${on.wall.until}: ${on.wall.reason}`;
    case 'budget':
      return 'suspended: its allowance is spent';
    default:
      return assertNever(on, 'suspension');
  }
}

function tellAttempt(progress: TaskProgress, number: number, result: AttemptResult): TaskProgress {
  const tell = (row: AttemptRecord): AttemptRecord =>
    row.number === number
      ? {
          ...row,
          outcome: result.outcome,
          summary: attemptText(result).slice(0, 200),
          transcript: result.transcript,
        }
      : row;
  return { ...progress, attempts: progress.attempts.map(tell) };
}

/** Leaves a task and everything that depends on it out; gives the ids skipped beside it. */
export function skipTask(run: Run, id: TaskId, why: string): TaskId[] {
  const outlines = run.progress.tasks.map((row) => row.task);
  const others = dependantsOf(outlines, id);
  const skipped: TaskId[] = [];
  for (const each of [id, ...others]) {
    const progress = taskOf(run, each);
    if (progress === undefined || (isSettledProgress(progress) && each !== id)) continue;
    replaceTask(run, { ...progress, step: { kind: 'settled', state: 'skipped' }, endedAt: now() });
    withdrawQuestions(run, each);
    run.inFlight.get(each)?.cancel();
    record(run, each === id ? `skipped: ${why}` : `skipped with ${id}`, each);
    if (each !== id) skipped.push(each);
  }
  return skipped;
}
