import { assertNever } from '../src/domain/common/assert-never';
import { assigneesFor } from '../src/domain/department/department-roles';
import { failureReport, sidesOf } from '../src/domain/escalation/failure-text';
import {
  afterConsult,
  afterContext,
  afterGate,
  afterMerge,
  afterReview,
} from '../src/domain/escalation/ladder';
import type { TaskId } from '../src/domain/plan/plan';
import { COORDINATOR, mention } from '../src/domain/department/specialists';
import { isIntegrated } from '../src/domain/department/states';
import type { TaskProgress } from '../src/domain/work/task-progress';
import { addUsage, type Usage } from '../src/domain/usage/usage';
import { attempt } from './attempt-step';
import { allowanceOf, spendUsage } from './budget';
import { claimAnew } from './claims';
import { coordinate, owedCoordination } from './coordination';
import { models, repository } from './proxies';
import { record, replaceTask, type Run } from './run';
import { regateStale } from './stale-dependants';
import { finish, latest, settingOf } from './step-frame';
import { noteAnswer } from './walls';

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
  const owed = owedCoordination(run, progress);
  if (owed !== null) {
    // Whoever has a say in it is asked first; the loop takes the step up like any other.
    replaceTask(run, { ...progress, step: { kind: 'coordinate', of: owed } });
    return;
  }
  switch (step.kind) {
    case 'coordinate': {
      finish(run, await coordinate(run, progress, step.of));
      return;
    }
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
      const sides = sidesOf(step.failure);
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
            ...(sides === undefined ? {} : { sides }),
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
      const { handle, plan, base } = settingOf(run);
      const gate = await repository.gateCommit.executeWithOptions({ summary: `${id} · gate` }, [
        { handle, scope: 'task', commit: commitOf(progress), base, plan, taskId: id },
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
      const { handle, plan, base, head } = settingOf(run);
      const result = await repository.mergeTask.executeWithOptions({ summary: `${id} · merge` }, [
        {
          handle,
          taskId: id,
          commit: commitOf(progress),
          expectedHead: head,
          base,
          waived: [...(progress.waived ?? [])],
          plan,
          ...(progress.waived === null ? {} : { accepted: true }),
        },
      ]);
      run.progress.integrationHead = result.head;
      for (const note of result.notes ?? []) record(run, note, id);
      record(run, mergeText(result.outcome), id);
      if (result.outcome === 'merged') {
        keepMerged(run, id, afterMerge(progress, result));
        await regateStale(run, latest(run, id));
      }
      finish(run, afterMerge(latest(run, id), result), result.outcome === 'merged' ? result.at : undefined);
      return;
    }
    case 'ask':
    case 'await-contract':
    case 'await-decision':
    case 'settled':
      return;
    default:
      assertNever(step, 'step');
  }
}

/** A task somebody left out while its merge was being finished is merged all the same: its commit is on the branch. */
function keepMerged(run: Run, id: TaskId, merged: TaskProgress): void {
  const { step } = latest(run, id);
  if (step.kind !== 'settled' || isIntegrated(step.state)) return;
  replaceTask(run, { ...latest(run, id), step: merged.step });
  record(run, 'was merged before it could be left out', id);
  claimAnew(run);
}

const MERGE_TEXTS = {
  merged: 'merged',
  moved: 'the integration branch moved; merging again',
  conflict: 'merge conflict',
  red: 'green alone, red together: withdrawn',
  strayed: 'the merge changes what is not the task’s to change: withdrawn',
} as const;
const mergeText = (outcome: keyof typeof MERGE_TEXTS): string => MERGE_TEXTS[outcome];

function commitOf(progress: TaskProgress): string {
  if (progress.commit === null) throw new Error(`${progress.task.id} has no commit to check or merge`);
  return progress.commit;
}
