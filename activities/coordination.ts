import { Context } from '@temporalio/activity';
import { Analysis } from '../src/domain/analysis';
import { assigneesFor, broughtSpecialists, rosterNames } from '../src/domain/department-roles';
import type { Dossier } from '../src/domain/dossier';
import { outlineTask, type Plan } from '../src/domain/plan';
import { checkPlan } from '../src/domain/plan-check';
import { amendPlan } from '../src/domain/plan-change';
import { NO_USAGE, type Usage } from '../src/domain/usage';
import type { PlanResult } from '../src/domain/work';
import type { Asking } from '../src/ports/department';
import type { ModelActivities, RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';

export function createCoordinationActivities(
  ports: Pick<Ports, 'coordination' | 'journals'>,
  records: Records,
): ModelActivities & Pick<RepositoryActivities, 'amendPlan'> {
  const { coordination, journals } = ports;

  /** Asks with a journal of the activity's own, so that what a lost worker was answered is not asked and paid again. */
  async function asked<T>(
    objectiveId: string,
    allowanceUsd: number | undefined,
    ask: (asking: Asking) => Promise<T>,
  ): Promise<T> {
    const { activityId, workflowExecution } = Context.current().info;
    const run = workflowExecution?.runId.slice(0, 8) ?? 'none';
    const journal = await journals.open({ objectiveId, name: `question-${run}-${activityId}` });
    try {
      return await ask({ journal, allowanceUsd: allowanceUsd ?? null });
    } finally {
      await journal.close();
    }
  }

  const judge = async (
    plan: Plan,
    analysis: Analysis,
    dossier: Dossier,
    usage: Usage,
  ): Promise<PlanResult> => {
    const errors = checkPlan(plan, analysis, rosterNames(dossier.roles));
    if (errors.length > 0) {
      return { outcome: 'refused', errors: errors.slice(0, 50).map((error) => error.slice(0, 500)), usage };
    }
    return { outcome: 'accepted', plan: await records.save(plan), tasks: plan.tasks.map(outlineTask), usage };
  };

  return {
    analyseObjective: ({ handle, allowanceUsd }) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(handle);
        const { value, usage } = await asked(dossier.objectiveId, allowanceUsd, (asking) =>
          coordination.analyse({ dossier, asking, signal }),
        );
        return { analysis: await records.save(value), summary: value.summary, usage };
      }),

    planObjective: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const analysis = await records.load(request.analysis, Analysis);
        const { refusals, comment } = request;
        const { value, usage } = await asked(dossier.objectiveId, request.allowanceUsd, (asking) =>
          coordination.plan({ dossier, analysis, refusals, comment, asking, signal }),
        );
        return judge(value, analysis, dossier, usage);
      }),

    amendPlan: (request) =>
      withHeartbeat(async () => {
        const dossier = await records.dossier(request.handle);
        const analysis = await records.load(request.analysis, Analysis);
        const changed = amendPlan(await records.plan(request.plan), request.change);
        if (changed.kind === 'impossible')
          return { outcome: 'refused', errors: changed.errors, usage: NO_USAGE };
        return judge(changed.plan, analysis, dossier, NO_USAGE);
      }),

    consultPeer: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const { peer, question } = request;
        const { value, usage } = await asked(dossier.objectiveId, request.allowanceUsd, (asking) =>
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
        const { value, usage } = await asked(dossier.objectiveId, request.allowanceUsd, (asking) =>
          coordination.review({ dossier, task, specialist, roster, failure, asking, signal }),
        );
        return { review: value, usage };
      }),

    decideContext: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const { specialist } = request;
        const { value, usage } = await asked(dossier.objectiveId, request.allowanceUsd, (asking) =>
          coordination.decideContext({ dossier, task, specialist, request: request.request, asking, signal }),
        );
        return { decision: value, usage };
      }),
  };
}
