import type { Dossier } from '../src/domain/dossier';
import type { GateSlug } from '../src/domain/gate-items';
import { summarise, summariseObjective } from '../src/domain/gate-summary';
import type { GateRequest, MergeResult } from '../src/domain/gate-work';
import { owedItems } from '../src/domain/owed-items';
import { PRECONDITIONS, type GateReport, type GateSummary } from '../src/domain/receipt';
import { itemsToReview, orderReviews } from '../src/domain/review-items';
import { withWaivers } from '../src/domain/waivers';
import { NO_SETTINGS } from '../src/domain/gate-settings';
import type { BaseTree } from '../src/ports/gate';
import type { RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** Gates and the merge train's single step; both check a throw-away checkout of an exact commit. */
export function createCheckActivities(
  ports: Pick<Ports, 'gates' | 'worktrees' | 'integration' | 'sandbox' | 'repositories'>,
  records: Records,
): Pick<RepositoryActivities, 'gateCommit' | 'mergeTask'> {
  const { gates, worktrees, integration, sandbox, repositories } = ports;

  const baseOf = ({ objectiveId, baseCommit }: Dossier): BaseTree => ({
    commit: baseCommit,
    open: () => worktrees.checkOut({ objectiveId, commit: baseCommit }),
  });

  /** @param only items looked at; null: all of the scope */
  const check = async (request: {
    readonly dossier: Dossier;
    readonly commit: string;
    readonly scope: 'task' | 'objective';
    readonly only: readonly GateSlug[] | null;
    readonly isBase: boolean;
    readonly signal: AbortSignal;
  }): Promise<GateReport> => {
    const { dossier, commit, scope, only, signal } = request;
    refuseUnconfined(sandbox, dossier);
    const checkout = await worktrees.checkOut({ objectiveId: dossier.objectiveId, commit });
    try {
      const { path, gitDir, tree } = checkout;
      const report = await gates.run({
        target: { path, gitDir, commit, tree, base: dossier.baseCommit },
        survey: dossier.survey,
        scope,
        ...(request.isBase ? {} : { base: baseOf(dossier) }),
        ...(only === null ? {} : { only }),
        signal,
      });
      return only === null ? report : onlyOf(report, only);
    } finally {
      await checkout.dispose();
    }
  };

  /** What the task is held to; null where the request is from before plans said so. */
  const owedBy = async (plan: string | undefined, taskId: string | undefined): Promise<GateSlug[] | null> =>
    plan === undefined || taskId === undefined ? null : owedItems(await records.task(plan, taskId));

  const summaryOf = async (report: GateReport, waived: readonly string[]): Promise<GateSummary> =>
    summarise({ report, ref: await records.save(report), waived });

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

    mergeTask: (request) =>
      withHeartbeat(async (signal): Promise<MergeResult> => {
        const dossier = await records.dossier(request.handle);
        await prepareHere(repositories, dossier);
        const { objectiveId } = dossier;
        const { taskId, commit } = request;
        const proposal = await integration.propose({
          objectiveId,
          taskId,
          commit,
          message: `Merge ${taskId}\n\nCoordinator-Task: ${taskId}`,
        });
        switch (proposal.kind) {
          case 'already-merged':
            return { outcome: 'merged', head: proposal.head };
          case 'conflict':
            return {
              outcome: 'conflict',
              files: proposal.files.slice(0, 50),
              theirs: proposal.theirs.slice(0, 20),
              head: proposal.head,
            };
          case 'clean': {
            if (proposal.head !== request.expectedHead) return { outcome: 'moved', head: proposal.head };
            const report = await check({
              dossier,
              commit: proposal.commit,
              scope: 'task',
              only: await owedBy(request.plan, taskId),
              isBase: request.base === null,
              signal,
            });
            const summary = await summaryOf(report, request.waived);
            if (!summary.green) return { outcome: 'red', gate: summary, head: proposal.head };
            const moved = await integration.advance({
              objectiveId,
              from: proposal.head,
              to: proposal.commit,
            });
            if (moved) return { outcome: 'merged', head: proposal.commit };
            return { outcome: 'moved', head: await integration.head({ objectiveId }) };
          }
        }
      }),
  };
}

/** A checker that speaks of several items says more than was asked; of what others owe, a task is not red. */
function onlyOf(report: GateReport, only: readonly GateSlug[]): GateReport {
  const wanted: readonly string[] = [...PRECONDITIONS, ...only];
  return { ...report, receipts: report.receipts.filter(({ subject }) => wanted.includes(subject)) };
}

/** A review that passed an item of this very tree need not be asked for again. */
function isPassedReview({ checker, verdict }: GateReport['receipts'][number]): boolean {
  return checker.kind === 'reviewer' && verdict === 'pass';
}
