import { condition } from '@temporalio/workflow';
import type { CompareResult } from '../src/domain/quality-gate/gate-work';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import type { GateSummary } from '../src/domain/quality-gate/receipt';
import type { ReviewOrder } from '../src/domain/quality-gate/review';
import { COORDINATOR, mention } from '../src/domain/department/specialists';
import { spendUsage } from './budget';
import { models } from './proxies';
import { doneTasks } from './repair-round';
import type { Compared } from './carried';
import { isStopped, record, type Run } from './run';
import { thoughtfully } from './trouble';

/** Asks each reviewer once, one after another; each adds to the report of the one before. Null: the run was stopped. */
export async function reviewTree(
  run: Run,
  handle: ObjectiveHandle,
  gate: GateSummary,
  orders: readonly ReviewOrder[],
): Promise<GateSummary | null> {
  const { progress, input } = run;
  const commit = progress.integrationHead ?? input.baseCommit;
  let reviewed = gate;
  for (const order of orders) {
    await condition(() => progress.paused === null || isStopped(run));
    const { report } = reviewed;
    const by = mention(order.reviewer);
    const result = await thoughtfully(run, (allowance) =>
      models.reviewObjective.executeWithOptions(
        { summary: `review · ${by} · ${order.items.join(', ')}`.slice(0, 200) },
        [{ handle, commit, report, order, waived: progress.waivedAtObjective, ...allowance }],
      ),
    );
    if (result === null) return null;
    spendUsage(run, { subject: 'objective', role: order.reviewer, level: 0, usage: result.usage });
    record(run, `${by} reviewed ${order.items.join(', ')}`);
    reviewed = result.gate;
  }
  return reviewed;
}

/** What of the objective is unbuilt; the same tree is compared once. Null: the run was stopped. */
export async function compareWithObjective(
  run: Run,
  handle: ObjectiveHandle,
  gate: GateSummary,
): Promise<Compared | null> {
  const { progress, input } = run;
  const { plan, analysis } = progress;
  const commit = progress.integrationHead ?? input.baseCommit;
  if (progress.compared?.commit === commit) return progress.compared;
  if (plan === null || analysis === null) return { commit, gaps: [] };
  await condition(() => progress.paused === null || isStopped(run));
  const done = doneTasks(run);
  const result = await thoughtfully(run, (allowance) =>
    models.compareObjective.executeWithOptions(
      { summary: 'compare the tree with the objective · @backend-coordinator' },
      [{ handle, plan: plan.ref, analysis, commit, report: gate.report, done, ...allowance }],
    ),
  );
  if (result === null) return null;
  spendUsage(run, { subject: 'objective', role: COORDINATOR, level: 0, usage: result.usage });
  progress.compared = { commit, gaps: result.gaps, problem: result.problem };
  record(run, tell(result));
  return progress.compared;
}

function tell({ gaps, points, left, problem }: CompareResult): string {
  if (problem !== undefined) return `not compared with the objective: ${problem}`;
  const unseen = left === 0 ? '' : `; ${String(left)} more points were not compared`;
  return gaps.length === 0
    ? `compared with the objective: all ${String(points)} points are built${unseen}`
    : `compared with the objective: unbuilt: ${gaps.map((gap) => gap.what).join('; ')}${unseen}`;
}
