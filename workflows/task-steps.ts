import { uuid4 } from '@temporalio/workflow';
import { assertNever } from '../src/domain/assert-never';
import { assigneesFor } from '../src/domain/department-roles';
import { failureReport } from '../src/domain/failure-text';
import {
  afterAttempt,
  afterConsult,
  afterContext,
  afterGate,
  afterMerge,
  afterReview,
} from '../src/domain/ladder';
import type { ObjectiveHandle } from '../src/domain/objective';
import type { TaskId } from '../src/domain/plan';
import { isSettledProgress } from '../src/domain/scheduler';
import { COORDINATOR, mention } from '../src/domain/specialists';
import type { AttemptRecord } from '../src/domain/status';
import { dependantsOf } from '../src/domain/task-graph';
import { KEPT_ATTEMPTS, type NextStart, type Step, type TaskProgress } from '../src/domain/task-progress';
import { addUsage, type Usage } from '../src/domain/usage';
import type { AttemptRequest, AttemptResult, AttemptStart } from '../src/domain/work';
import { withdrawQuestions } from './decisions';
import { attempts, models, repository } from './proxies';
import { allowanceOf, settleAttempt, spendUsage } from './budget';
import { now, record, replaceTask, taskOf, type Run } from './run';
import { meetWall, noteAnswer } from './walls';

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

/** Books a question asked on a task's behalf. */
function spend(run: Run, progress: TaskProgress, role: string, usage: Usage): TaskProgress {
  noteAnswer(run);
  spendUsage(run, { subject: progress.task.id, role, level: progress.level, usage });
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
        [{ handle, plan, taskId: id, peer: step.peer, question: step.question, ...allowanceOf(run, id) }],
      );
      record(run, `${mention(step.peer)} advises: ${result.advice.summary}`, id);
      finish(run, spend(run, afterConsult(latest(run, id), result.advice), step.peer, result.usage));
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
            ...allowanceOf(run, id),
          },
        ],
      );
      record(run, `the coordinator decides: ${result.review.action}`, id);
      finish(run, spend(run, afterReview(latest(run, id), result.review), COORDINATOR, result.usage));
      return;
    }
    case 'context': {
      const { handle, plan } = settingOf(run);
      record(run, `${mention(progress.specialist)} asks to see ${step.request.paths.join(', ')}`, id);
      const result = await models.decideContext.executeWithOptions(
        { summary: `${id} · context for ${mention(progress.specialist)} · @backend-coordinator` },
        [
          {
            handle,
            plan,
            taskId: id,
            specialist: progress.specialist,
            request: step.request,
            ...allowanceOf(run, id),
          },
        ],
      );
      const { granted, reason } = result.decision;
      record(
        run,
        `the coordinator ${granted.length === 0 ? 'refuses' : `grants ${granted.join(', ')}`}: ${reason}`,
        id,
      );
      finish(run, spend(run, afterContext(latest(run, id), result.decision), COORDINATOR, result.usage));
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
  const running = step.resumes ?? {
    number: progress.attemptCount + 1,
    journal: uuid4().slice(0, 8),
    start: startOf(step.start, head),
  };
  const { number } = running;
  const label = [`L${step.level}`, mention(progress.specialist), step.because]
    .filter((part) => part !== '')
    .join(' · ');
  replaceTask(run, {
    ...progress,
    level: step.level,
    attemptCount: number,
    running,
    startedAt: progress.startedAt ?? now(),
    attempts: attemptsWith(progress, step, number),
  });
  record(run, `attempt ${number} ${step.resumes === undefined ? '·' : 'goes on ·'} ${label}`, id);
  const spent = progress.attempts.find((row) => row.number === number)?.usage?.usd ?? 0;
  const request: AttemptRequest = {
    handle,
    plan,
    taskId: id,
    number,
    journal: running.journal,
    level: step.level,
    specialist: progress.specialist,
    start: running.start,
    prompt: step.prompt,
    transcript: progress.transcript,
    ...(progress.grants.length > 0 ? { grants: [...progress.grants] } : {}),
    ...(run.progress.thrift > 0 ? { thrift: run.progress.thrift } : {}),
    ...allowanceOf(run, id, spent),
  };
  const result = await attempts.runAttempt.executeWithOptions({ summary: `${id} · ${label}`.slice(0, 200) }, [
    request,
  ]);
  record(run, `attempt ${number} ${attemptText(result)}`, id);
  const told = settleAttempt(run, tellAttempt(latest(run, id), number, result), number, result.usage);
  if (result.outcome === 'suspended' && result.on.kind === 'wall') meetWall(run, result.on.wall);
  else noteAnswer(run);
  finish(run, afterAttempt(told, result));
}

/** The attempts of a task with this one running: a new row, or the row of the one that goes on. */
function attemptsWith(
  progress: TaskProgress,
  step: Extract<Step, { kind: 'attempt' }>,
  number: number,
): AttemptRecord[] {
  if (progress.attempts.some((row) => row.number === number)) {
    return progress.attempts.map((row) =>
      row.number === number ? { ...row, outcome: 'running' as const } : row,
    );
  }
  const row: AttemptRecord = {
    number,
    level: step.level,
    specialist: progress.specialist,
    outcome: 'running',
    because: step.because,
    summary: '',
    transcript: null,
  };
  return [...progress.attempts, row].slice(-KEPT_ATTEMPTS);
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
      return `suspended for ${Math.ceil(on.wall.waitMs / 1000)} s: ${on.wall.reason}`;
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
  const mail = result.mail ?? 0;
  return {
    ...progress,
    steering: progress.steering.filter((note) => note.seq > mail),
    attempts: progress.attempts.map(tell),
  };
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
