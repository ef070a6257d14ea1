import { join } from 'node:path';
import { askingFixture, deskFixture, memoryJournals } from '../../support/journals';
import { Analysis } from '../../../src/domain/plan/analysis';
import { findingsForHistory } from '../../../src/domain/work/handoff';
import {
  afterAttempt,
  afterConsult,
  afterContext,
  afterGate,
  afterMerge,
  afterReview,
} from '../../../src/domain/escalation/ladder';
import { afterDecision } from '../../../src/domain/escalation/after-decision';
import { failureReport } from '../../../src/domain/escalation/failure-text';
import { outlineTask, Plan, type PlanTask } from '../../../src/domain/plan/plan';
import type { GateSummary } from '../../../src/domain/quality-gate/receipt';
import { nextTaskId, repairTask } from '../../../src/domain/work/repair';
import { SPECIALIST_NAMES } from '../../../src/domain/department/specialists';
import {
  newProgress,
  type Question,
  type Step,
  type TaskProgress,
} from '../../../src/domain/work/task-progress';
import { NO_USAGE } from '../../../src/domain/usage/usage';
import type { AttemptPrompt, AttemptResult } from '../../../src/domain/work/work';
import { createClientFor } from '../../../src/model/client';
import { createCoordination } from '../../../src/model/coordination';
import { loadRoles } from '../../../src/model/roles';
import { createSpecialists } from '../../../src/model/tool-loop';
import type { OfflineModel } from '../../../src/offline/server';
import type { SchemaOrders, Specialists, WorkEnd } from '../../../src/ports/department';
import { memoryBlobs } from '../../model/fixtures';
import { describeSample } from './describe-sample';
import type { SampleRepository } from './sample-repository';

const ROLES = join(__dirname, '..', '..', '..', 'agents');

const MOST_ATTEMPTS = 9;

export interface SampleRunOptions {
  readonly playbook: string;
  readonly objective: string;
  readonly scenario: string;
  /** Tasks in the order they are merged. Each starts at the head its last dependency left. */
  readonly order: readonly string[];
  /** What a specialist is told at the start of an attempt, changed on the way. */
  readonly tamper?: (prompt: AttemptPrompt, taskId: string) => AttemptPrompt;
  /** What the gate says, changed on the way. */
  readonly judge?: (gate: GateSummary, taskId: string) => GateSummary;
  /** What the specialist of a task is told of its migration; without it nothing. */
  readonly orders?: (taskId: string) => SchemaOrders | undefined;
  /** Answers a level-4 question; without it the run ends there. */
  readonly decide?: (question: Question, taskId: string) => 'retry' | 'accept';
}

export interface SampleRun {
  /** `backend-T003/2 L1 @nodejs-expert handed-off`, in order. */
  readonly attempts: string[];
  readonly questions: { readonly taskId: string; readonly question: Question }[];
  readonly tasks: ReadonlyMap<string, TaskProgress>;
}

/** Runs the playbook's plan on the sample through the real model adapters and the ladder, one task after another. */
export async function runSample(
  repository: SampleRepository,
  offline: OfflineModel,
  options: SampleRunOptions,
): Promise<SampleRun> {
  const blobs = memoryBlobs();
  const journals = memoryJournals();
  const clientFor = createClientFor({
    anthropic: { apiKey: undefined, baseUrl: undefined },
    offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
  });
  const roles = await loadRoles(ROLES);
  const coordination = createCoordination({ clientFor, roles, blobs });
  const specialists = createSpecialists({
    clientFor,
    roles,
    blobs,
    checks: { runChecks: ({ path, only }) => repository.check(path, only) },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: async ({ path }) => ({ changedFiles: await repository.addDependency(path) }),
    },
    runShell: () => Promise.reject(new Error('the playbook uses no shell')),
  });
  const dossier = await describeSample(repository, options);
  const signal = new AbortController().signal;
  const analysis = Analysis.parse(
    (await coordination.analyse({ dossier, asking: askingFixture(), signal })).value,
  );
  const plan = Plan.parse(
    (
      await coordination.plan({
        dossier,
        analysis,
        refusals: [],
        comment: null,
        asking: askingFixture(),
        signal,
      })
    ).value,
  );
  const tasks: PlanTask[] = [...plan.tasks];
  const heads: { readonly taskId: string; readonly head: string }[] = [
    { taskId: '', head: await repository.head() },
  ];
  const attempts: string[] = [];
  const questions: SampleRun['questions'] = [];
  const progressOf = new Map<string, TaskProgress>();

  function startOf(task: PlanTask): string {
    const last = Math.max(0, ...task.dependsOn.map((id) => heads.findIndex((row) => row.taskId === id)));
    const { head } = heads[last] ?? {};
    if (head === undefined) throw new Error(`no head for ${task.id}`);
    return head;
  }

  async function attempt(task: PlanTask, before: TaskProgress, step: Extract<Step, { kind: 'attempt' }>) {
    const number = step.resumes?.number ?? before.attemptCount + 1;
    const journal = `${task.id}-${String(number)}`;
    if (number > MOST_ATTEMPTS) throw new Error(`${task.id} goes in circles: ${attempts.join('; ')}`);
    const fresh = step.start.kind === 'fresh-on-head' && step.resumes === undefined;
    const from = number === 1 ? startOf(task) : await repository.head();
    const path = fresh ? await repository.worktree(task.id, from) : worktrees.get(task.id);
    if (path === undefined) throw new Error(`no worktree for ${task.id}`);
    worktrees.set(task.id, path);
    const conflicts =
      step.start.kind === 'conflict' && step.resumes === undefined
        ? await repository.mergeInto(path, step.start.with)
        : [];
    const orders = options.orders?.(task.id);
    const work: Parameters<Specialists['work']>[0] = {
      dossier,
      task: { ...task, blocks: tasks.filter((row) => row.dependsOn.includes(task.id)).map((row) => row.id) },
      attemptId: `${task.id}/${String(number)}`,
      level: step.level,
      specialist: before.specialist,
      worktree: {
        path,
        gitDir: join(repository.path, '.git'),
        head: from,
        conflicts,
        changed: await repository.changed(from),
      },
      ...(orders === undefined ? {} : { orders }),
      prompt: options.tamper?.(step.prompt, task.id) ?? step.prompt,
      desk: deskFixture({
        journal: await journals.open({ objectiveId: dossier.objectiveId, name: journal }),
      }),
      keepsFiles: !fresh,
      grants: before.grants,
      transcript: before.transcript,
      allowanceUsd: null,
      thrift: 0,
      signal,
      onProgress: () => undefined,
    };
    const { end, transcript } = await specialists.work(work);
    attempts.push(`${task.id}/${String(number)} L${String(step.level)} @${before.specialist} ${end.kind}`);
    const committed = await repository.commit(path, `${task.id}: attempt ${String(number)}`);
    const result = asResult(end, transcript, committed);
    const running = { number, journal, start: { kind: 'continue' as const } };
    return afterAttempt({ ...before, level: step.level, attemptCount: number, running }, result);
  }

  async function gate(task: PlanTask, progress: TaskProgress): Promise<TaskProgress> {
    const path = worktrees.get(task.id);
    if (path === undefined) throw new Error(`no worktree for ${task.id}`);
    const { tree } = await repository.commit(path, `${task.id}: gate`);
    const summary = await repository.gate(path, tree);
    return afterGate(progress, options.judge?.(summary, task.id) ?? summary);
  }

  async function merge(task: PlanTask, progress: TaskProgress): Promise<TaskProgress> {
    const before = await repository.head();
    const files = await repository.merge(progress.commit ?? '', `Merge ${task.id}`);
    if (files.length > 0)
      return afterMerge(progress, { outcome: 'conflict', files, theirs: [], head: before });
    const head = await repository.head();
    const together = await repository.commit(repository.path, `${task.id}: merged`);
    const summary = await repository.gate(repository.path, together.tree);
    const judged = options.judge?.(summary, task.id) ?? summary;
    if (!judged.green) throw new Error(`${task.id} is red together: ${JSON.stringify(judged.red)}`);
    heads.push({ taskId: task.id, head: await repository.head() });
    return afterMerge(progress, { outcome: 'merged', head });
  }

  async function decide(task: PlanTask, progress: TaskProgress, question: Question): Promise<TaskProgress> {
    questions.push({ taskId: task.id, question });
    const decision = options.decide?.(question, task.id);
    if (decision === undefined) return { ...progress, step: { kind: 'settled', state: 'failed' } };
    if (decision === 'retry' && question.findings.length > 0) {
      const outlines = tasks.map(outlineTask);
      const repair = repairTask({
        id: nextTaskId(outlines.map((row) => row.id)),
        audit: outlineTask(task),
        findings: question.findings,
        tasks: outlines,
        guidance: null,
      });
      tasks.push(repair);
      await drive(repair);
    }
    return afterDecision(progress, question, {
      escalationId: `${task.id}-E1`,
      decision,
      option: null,
      guidance: 'As recommended.',
      assignee: null,
      by: 'test',
      channel: 'signal',
      decidedAt: '2026-01-01T00:00:00.000Z',
    });
  }

  async function step(task: PlanTask, progress: TaskProgress): Promise<TaskProgress> {
    const { step: next } = progress;
    const delegated = { ...task, blocks: [] };
    switch (next.kind) {
      case 'attempt':
        return attempt(task, progress, next);
      case 'consult': {
        const asked = {
          dossier,
          task: delegated,
          peer: next.peer,
          question: next.question,
          asking: askingFixture(),
          signal,
        };
        return afterConsult(progress, (await coordination.consult(asked)).value);
      }
      case 'context': {
        const { value } = await coordination.decideContext({
          dossier,
          task: delegated,
          specialist: progress.specialist,
          request: next.request,
          asking: askingFixture(),
          signal,
        });
        return afterContext(progress, value);
      }
      case 'review': {
        const { value } = await coordination.review({
          dossier,
          task: delegated,
          specialist: progress.specialist,
          roster: SPECIALIST_NAMES,
          failure: failureReport(next.failure),
          asking: askingFixture(),
          signal,
        });
        return afterReview(progress, value);
      }
      case 'gate':
        return gate(task, progress);
      case 'merge':
        return merge(task, progress);
      case 'ask':
        return decide(task, progress, next.question);
      case 'coordinate':
      case 'await-contract':
        throw new Error('nothing is coordinated here');
      case 'await-decision':
      case 'settled':
        return progress;
    }
  }

  const worktrees = new Map<string, string>();
  async function drive(task: PlanTask): Promise<void> {
    let progress = newProgress(outlineTask(task));
    while (progress.step.kind !== 'settled') progress = await step(task, progress);
    progressOf.set(task.id, progress);
  }

  for (const id of options.order) {
    const task = tasks.find((row) => row.id === id);
    if (task === undefined) throw new Error(`the plan has no ${id}`);
    await drive(task);
    if (questions.length > 0 && options.decide === undefined) break;
  }
  return { attempts, questions, tasks: progressOf };
}

function asResult(
  end: WorkEnd,
  transcript: string,
  committed: { readonly commit: string; readonly tree: string },
): AttemptResult {
  const common = { transcript, usage: NO_USAGE };
  switch (end.kind) {
    case 'handed-off': {
      const findings = findingsForHistory(end.note.findings);
      return { outcome: 'handed-off', ...common, ...committed, summary: end.note.summary, findings };
    }
    case 'consult':
      return { outcome: 'suspended', ...common, on: { kind: 'consult', question: end.question } };
    case 'context':
      return { outcome: 'suspended', ...common, on: { kind: 'context', request: end.request } };
    case 'pause':
    case 'wall':
    case 'budget':
      return { outcome: 'suspended', ...common, on: end };
    case 'escalate':
      return { outcome: 'suspended', ...common, on: { kind: 'escalate', raised: end.raised } };
    case 'unfinished':
      return { outcome: 'unfinished', ...common, reason: end.reason, concern: end.concern };
  }
}
