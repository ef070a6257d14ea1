import { Analysis } from '../src/domain/analysis';
import { assigneesFor, broughtSpecialists, rosterNames } from '../src/domain/department-roles';
import type { Dossier } from '../src/domain/dossier';
import { outlineTask, type Plan } from '../src/domain/plan';
import { checkPlan } from '../src/domain/plan-check';
import { amendPlan } from '../src/domain/plan-change';
import { NO_USAGE, type Usage } from '../src/domain/usage';
import type { PlanResult } from '../src/domain/work';
import type { ModelActivities, RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';

export function createCoordinationActivities(
  ports: Pick<Ports, 'coordination'>,
  records: Records,
): ModelActivities & Pick<RepositoryActivities, 'amendPlan'> {
  const { coordination } = ports;

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
    analyseObjective: ({ handle }) =>
      withHeartbeat(async (signal) => {
        const { value, usage } = await coordination.analyse({
          dossier: await records.dossier(handle),
          signal,
        });
        return { analysis: await records.save(value), summary: value.summary, usage };
      }),

    planObjective: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const analysis = await records.load(request.analysis, Analysis);
        const { refusals, comment } = request;
        const { value, usage } = await coordination.plan({ dossier, analysis, refusals, comment, signal });
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
        const { value, usage } = await coordination.consult({
          dossier,
          task,
          peer: request.peer,
          question: request.question,
          signal,
        });
        return { advice: value, usage };
      }),

    reviewTask: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const { specialist, failure } = request;
        const roster = assigneesFor(task, broughtSpecialists(dossier.roles));
        const { value, usage } = await coordination.review({
          dossier,
          task,
          specialist,
          roster,
          failure,
          signal,
        });
        return { review: value, usage };
      }),
  };
}
