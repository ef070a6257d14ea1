import { uuid4 } from '@temporalio/workflow';
import { assertNever } from '../src/domain/common/assert-never';
import { afterAttempt } from '../src/domain/escalation/ladder';
import { mention } from '../src/domain/department/specialists';
import type { AttemptRecord } from '../src/domain/objective/status';
import {
  KEPT_ATTEMPTS,
  type NextStart,
  type Step,
  type TaskProgress,
} from '../src/domain/work/task-progress';
import type { AttemptRequest, AttemptResult, AttemptStart } from '../src/domain/work/work';
import { allowanceOf, settleAttempt } from './budget';
import { attempts } from './proxies';
import { now, record, replaceTask, type Run } from './run';
import { finish, latest, settingOf } from './step-frame';
import { meetWall, noteAnswer } from './walls';

/** One attempt of a task's specialist, or the rest of one that was suspended. */
export async function attempt(
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
  for (const { kind, service, where } of result.outcome === 'handed-off' ? (result.touches ?? []) : []) {
    if (kind === 'note') record(run, `changes ${where}, a contract of ${service}`, id);
  }
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
