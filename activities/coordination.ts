import { Analysis } from '../src/domain/plan/analysis';
import { assigneesFor, broughtSpecialists, rosterNames } from '../src/domain/department/department-roles';
import type { Dossier } from '../src/domain/work/dossier';
import { MergeSides } from '../src/domain/quality-gate/gate-work';
import { outlineTask, type Plan, type TaskOutline } from '../src/domain/plan/plan';
import { redReceipts } from '../src/domain/quality-gate/gate-summary';
import { Feedback } from '../src/domain/pull-request/feedback';
import { feedbackTasks } from '../src/domain/pull-request/feedback-tasks';
import { checkPlan, MAX_PLAN_ERRORS } from '../src/domain/plan/plan-check';
import { judgeChange } from '../src/domain/plan/plan-edit';
import { repairRound, type DoneWork } from '../src/domain/work/repair-round';
import { NO_USAGE, type Usage } from '../src/domain/usage/usage';
import type { PlanChange, PlanResult, Worker } from '../src/domain/work/work';
import { MAX_RESULT_BYTES } from '../src/domain/common/blob';
import { asked } from './asked';
import type { ModelActivities, RepositoryActivities } from './contract';
import { resultBytes } from './guarded';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';

export function createCoordinationActivities(
  ports: Pick<Ports, 'coordination' | 'journals'>,
  records: Records,
): Omit<ModelActivities, 'reviewObjective' | 'compareObjective'> & Pick<RepositoryActivities, 'amendPlan'> {
  const { coordination, journals } = ports;

  const of = (
    { objectiveId }: Dossier,
    { allowanceUsd }: { readonly allowanceUsd?: number | undefined },
  ): { readonly objectiveId: string; readonly allowanceUsd: number | undefined } => ({
    objectiveId,
    allowanceUsd,
  });

  /** @param author whoever made the plan and can make it smaller; where there is nobody, people are asked about the failure */
  const accept = async (plan: Plan, usage: Usage, author: 'known' | 'none'): Promise<PlanResult> => {
    const tasks = plan.tasks.map(outlineTask);
    const accepted: PlanResult = { outcome: 'accepted', plan: await records.save(plan), tasks, usage };
    // It would fail the same way however often it is tried.
    return author === 'known' && resultBytes(accepted) > MAX_RESULT_BYTES
      ? refuse([outlineTooLarge(tasks, resultBytes(accepted))], usage)
      : accepted;
  };
  const refuse = (errors: readonly string[], usage: Usage): PlanResult => ({
    outcome: 'refused',
    errors: errors.slice(0, MAX_PLAN_ERRORS).map((error) => error.slice(0, 500)),
    usage,
  });

  const repairs = async (
    change: Extract<PlanChange, { kind: 'repair' }>,
    plan: Plan,
    dossier: Dossier,
  ): Promise<Extract<PlanChange, { kind: 'add' }>> => {
    const { receipts } = await records.gateReport(change.report);
    const tasks = repairRound({
      red: redReceipts(receipts).filter(({ subject }) => change.red.includes(subject)),
      gaps: change.gaps,
      done: doneOf(change, plan),
      ids: plan.tasks.map(({ id }) => id),
      stack: dossier.survey.stack,
    });
    return { kind: 'add', tasks, dependencies: [] };
  };

  const answers = async (
    change: Extract<PlanChange, { kind: 'feedback' }>,
    plan: Plan,
  ): Promise<Extract<PlanChange, { kind: 'add' }> | { readonly missing: readonly string[] }> => {
    const { items, pullRequest } = await records.load(change.feedback, Feedback);
    // In the order of the keys, so that the process knows which task answers which.
    const wanted = change.keys.flatMap((key) => items.find((item) => item.key === key) ?? []);
    const missing = change.keys.filter((key) => !wanted.some((item) => item.key === key));
    if (missing.length > 0) return { missing };
    const tasks = feedbackTasks({
      items: wanted,
      pullRequest: pullRequest.number,
      done: doneOf(change, plan),
      after: change.after,
      ids: plan.tasks.map(({ id }) => id),
    });
    return { kind: 'add', tasks, dependencies: [] };
  };

  return {
    analyseObjective: ({ handle, allowanceUsd }) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(handle);
        const { value, usage } = await asked(journals, of(dossier, { allowanceUsd }), (asking) =>
          coordination.analyse({ dossier, asking, signal }),
        );
        return { analysis: await records.save(value), summary: value.summary, usage };
      }),

    planObjective: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const analysis = await records.load(request.analysis, Analysis);
        const { refusals, comment, held = [] } = request;
        const { value, usage } = await asked(journals, of(dossier, request), (asking) =>
          coordination.plan({ dossier, analysis, refusals, comment, held, asking, signal }),
        );
        const errors = checkPlan(value, analysis, rosterNames(dossier.roles));
        return errors.length > 0 ? refuse(errors, usage) : accept(value, usage, 'known');
      }),

    amendPlan: (request) =>
      withHeartbeat(async () => {
        const dossier = await records.dossier(request.handle);
        const analysis = await records.load(request.analysis, Analysis);
        const plan = await records.plan(request.plan);
        const { change } = request;
        const wanted =
          change.kind === 'repair'
            ? await repairs(change, plan, dossier)
            : change.kind === 'feedback'
              ? await answers(change, plan)
              : change;
        if ('missing' in wanted)
          return refuse([`The stored feedback has no ${wanted.missing.join(', ')}.`], NO_USAGE);
        const judged = judgeChange({
          plan,
          change: wanted,
          analysis,
          roster: rosterNames(dossier.roles),
          begun: request.begun ?? [],
        });
        if (judged.kind === 'refused') return refuse(judged.errors, NO_USAGE);
        // Refused, feedback would be dropped and the only repair round used up, with nobody to mend it.
        const isWritten = change.kind === 'patch' || change.kind === 'replace';
        return accept(judged.plan, NO_USAGE, isWritten ? 'known' : 'none');
      }),

    consultPeer: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const { peer, question } = request;
        const { value, usage } = await asked(journals, of(dossier, request), (asking) =>
          coordination.consult({ dossier, task, peer, question, asking, signal }),
        );
        return { advice: value, usage };
      }),

    reviewTask: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const { specialist, failure } = request;
        const roster = assigneesFor(task, broughtSpecialists(dossier.roles));
        const sides = request.sides === undefined ? undefined : await records.load(request.sides, MergeSides);
        const { value, usage } = await asked(journals, of(dossier, request), (asking) =>
          coordination.review({ dossier, task, specialist, roster, failure, sides, asking, signal }),
        );
        return { review: value, usage };
      }),

    decideContext: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const { specialist } = request;
        const { value, usage } = await asked(journals, of(dossier, request), (asking) =>
          coordination.decideContext({ dossier, task, specialist, request: request.request, asking, signal }),
        );
        return { decision: value, usage };
      }),
  };
}

function doneOf({ done }: { readonly done: readonly Worker[] }, plan: Plan): DoneWork[] {
  return done.flatMap(({ taskId, specialist }) => {
    const task = plan.tasks.find(({ id }) => id === taskId);
    return task === undefined ? [] : [{ task, specialist }];
  });
}

/** What a planner is told of a plan whose outline no result can hold: how much it is, and where most of it comes from. */
function outlineTooLarge(tasks: readonly TaskOutline[], bytes: number): string {
  const widest = [...tasks]
    .map(({ id, owns, shares }) => ({ id, claims: owns.length + shares.length }))
    .sort((a, b) => b.claims - a.claims)
    .slice(0, 3)
    .map(({ id, claims }) => `${id} has ${claims}`);
  return `ids, titles, dependencies and claims of the ${tasks.length} tasks are ${Math.ceil(bytes / 1024)} KB together, above the ${MAX_RESULT_BYTES / 1024} a plan may have; claim folders (dir/**) instead of many paths (${widest.join(', ')}), or plan fewer tasks`;
}
