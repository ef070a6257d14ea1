import type { Dossier } from '../src/domain/work/dossier';
import { compareBrief } from './compare-brief';
import { Analysis } from '../src/domain/plan/analysis';
import { gapsOf, pointsOf } from '../src/domain/plan/comparison';
import { summariseObjective } from '../src/domain/quality-gate/gate-summary';
import { judgeReview, undecided, type ReviewFrame } from '../src/domain/quality-gate/judge-review';
import { ModelFailure } from '../src/domain/usage/model-failure';
import type { GateReport, Receipt } from '../src/domain/quality-gate/receipt';
import type { ReviewOrder } from '../src/domain/quality-gate/review';
import { isGround } from '../src/domain/quality-gate/review-items';
import type { ShownFile } from '../src/domain/quality-gate/review-source';
import { NO_USAGE, type Usage } from '../src/domain/usage/usage';
import { withWaivers } from '../src/domain/quality-gate/waivers';
import type { Asking } from '../src/ports/department';
import { asked } from './asked';
import type { ModelActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import { readIntegratedTree } from './integrated-tree';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { reviewSources } from './review-sources';

/** Failures of the question itself: asking the same again is of no use, and the items stay open. */
const UNANSWERABLE = ['Model.Refused', 'Model.InvalidRequest', 'Model.ContextTooLong', 'Model.Malformed'];

/** Reviews of the integrated tree, and its last comparison with the objective. */
export function createReviewActivities(
  ports: Pick<Ports, 'coordination' | 'journals' | 'repositories'>,
  records: Records,
): Pick<ModelActivities, 'reviewObjective' | 'compareObjective'> {
  const { coordination, journals, repositories } = ports;

  async function inspect(request: {
    readonly dossier: Dossier;
    readonly commit: string;
    readonly report: GateReport;
    readonly order: ReviewOrder;
    readonly asking: Asking;
    readonly signal: AbortSignal;
  }): Promise<{ readonly receipts: Receipt[]; readonly usage: Usage }> {
    const { dossier, report, order, asking, signal } = request;
    const { reviewer, items } = order;
    const startedAt = new Date();
    const tree = await readIntegratedTree(repositories, dossier, request.commit);
    const { sources, notShown } = await reviewSources(tree, items);
    const facts = report.receipts.filter(({ subject }) => items.some((item) => item === subject));
    const offline = dossier.model.kind === 'offline';
    const frame = (model: string): ReviewFrame => ({
      checker: { kind: 'reviewer', name: reviewer, model, offline },
      tree: report.tree,
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      notShown,
    });
    try {
      const brief = { reviewer, items, facts, sources, notShown };
      const { value, usage, model } = await coordination.inspect({ dossier, brief, asking, signal });
      const named = [...new Set(value.items.flatMap(({ claims }) => claims.map(({ file }) => file)))];
      const files = new Map<string, ShownFile | null>();
      for (const path of named) files.set(path, await tree.file(path));
      const ground = {
        fileOf: (path: string) => files.get(path) ?? null,
        isGround: (item: (typeof items)[number], path: string) => isGround(item, path, tree.kinds),
      };
      return { receipts: judgeReview(items, value, ground, frame(model)), usage };
    } catch (error) {
      if (!isUnanswerable(error)) throw error;
      const reason = `the reviewer gave no usable answer: ${error.message}`;
      const receipts = items.map((item) => undecided(item, reason, frame(offline ? 'offline' : 'Claude')));
      return { receipts, usage: error.usage ?? NO_USAGE };
    }
  }

  return {
    reviewObjective: ({ handle, commit, report: ref, order, waived, allowanceUsd }) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(handle);
        await prepareHere(repositories, dossier);
        const report = await records.gateReport(ref);
        const { receipts, usage } = await asked(
          journals,
          { objectiveId: dossier.objectiveId, allowanceUsd },
          (asking) => inspect({ dossier, commit, report, order, asking, signal }),
        );
        const reviewed = withWaivers(
          { ...report, receipts: [...report.receipts, ...receipts] },
          waived,
          new Date(),
        );
        return {
          gate: summariseObjective({ report: reviewed, ref: await records.save(reviewed), waived }),
          usage,
        };
      }),

    compareObjective: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        await prepareHere(repositories, dossier);
        const analysis = await records.load(request.analysis, Analysis);
        const plan = await records.plan(request.plan);
        const tasks = plan.tasks.filter(({ id }) => request.done.some(({ taskId }) => taskId === id));
        const { points, left } = pointsOf(analysis, tasks);
        const tree = await readIntegratedTree(repositories, dossier, request.commit);
        const { receipts } = await records.gateReport(request.report);
        const brief = compareBrief({ analysis, points, tree, tasks, receipts });
        try {
          const { value, usage } = await asked(
            journals,
            { objectiveId: dossier.objectiveId, allowanceUsd: request.allowanceUsd },
            (asking) => coordination.compare({ dossier, brief, asking, signal }),
          );
          const comparison = await records.save({ commit: request.commit, points, answer: value });
          return { gaps: gapsOf(points, value), points: points.length, left, comparison, usage };
        } catch (error) {
          if (!isUnanswerable(error)) throw error;
          const nothing = { gaps: [], points: 0, left: points.length + left, comparison: null };
          return { ...nothing, problem: error.message.slice(0, 500), usage: error.usage ?? NO_USAGE };
        }
      }),
  };
}

function isUnanswerable(error: unknown): error is ModelFailure {
  return error instanceof ModelFailure && UNANSWERABLE.includes(error.type);
}
