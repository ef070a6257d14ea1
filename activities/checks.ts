import type { Dossier } from '../src/domain/work/dossier';
import { summariseObjective } from '../src/domain/quality-gate/gate-summary';
import type { GateRequest } from '../src/domain/quality-gate/gate-work';
import type { GateReport, GateSummary } from '../src/domain/quality-gate/receipt';
import { itemsToReview, orderReviews } from '../src/domain/quality-gate/review-items';
import { withWaivers } from '../src/domain/quality-gate/waivers';
import { NO_SETTINGS } from '../src/domain/quality-gate/gate-settings';
import type { RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { createTreeChecks } from './tree-checks';

/** Gates: checks of a throw-away checkout of an exact commit. */
export function createCheckActivities(
  ports: Pick<Ports, 'gates' | 'worktrees' | 'sandbox' | 'repositories'>,
  records: Records,
): Pick<RepositoryActivities, 'gateCommit'> {
  const { repositories } = ports;
  const { check, owedBy, summaryOf } = createTreeChecks(ports, records);

  /** The summary of the objective's gate, with the questions that are still to be asked of models. */
  const summaryOfObjective = async (
    dossier: Dossier,
    found: GateReport,
    { plan, done = [], waived = [], earlier, commit }: GateRequest,
  ): Promise<GateSummary> => {
    const before = earlier === undefined ? null : await records.gateReport(earlier);
    const kept = before?.tree === found.tree ? before.receipts.filter(isPassedReview) : [];
    const report = withWaivers({ ...found, receipts: [...found.receipts, ...kept] }, waived, new Date());
    const summary = summariseObjective({ report, ref: await records.save(report), waived });
    if (plan === undefined) return summary;
    const { tasks } = await records.plan(plan);
    const { objectiveId, baseCommit, survey } = dossier;
    const reviews = orderReviews({
      items: itemsToReview(report.receipts),
      changed: await repositories.changedFiles({ objectiveId, from: baseCommit, to: commit }),
      work: done.flatMap(({ taskId, specialist }) => {
        const task = tasks.find(({ id }) => id === taskId);
        return task === undefined ? [] : [{ task, specialist }];
      }),
      kinds: { rules: survey.contextRules ?? [], documents: (survey.gate ?? NO_SETTINGS).docs },
    });
    return { ...summary, questions: { reviews, compare: true } };
  };

  return {
    gateCommit: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        await prepareHere(repositories, dossier);
        const { scope, commit } = request;
        const report = await check({
          dossier,
          commit,
          // The base is only asked for what a task may be compared with; the rest when it is needed.
          scope: scope === 'objective' ? 'objective' : 'task',
          only: scope === 'task' ? await owedBy(request.plan, request.taskId) : null,
          isBase: request.base === null,
          signal,
        });
        if (scope === 'objective') return summaryOfObjective(dossier, report, request);
        return summaryOf(report, request.waived ?? []);
      }),
  };
}

/** A review that passed an item of this very tree need not be asked for again. */
function isPassedReview({ checker, verdict }: GateReport['receipts'][number]): boolean {
  return checker.kind === 'reviewer' && verdict === 'pass';
}
