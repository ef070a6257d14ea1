import type { BlobRef } from '../src/domain/common/blob';
import { decisionOutcome } from '../src/domain/objective/outcome';
import { takeBaseAlong } from './moved-base';
import { repository } from './proxies';
import { openPullRequest } from './pull-request';
import type { Delivery } from '../src/domain/objective/status';
import { record, type Run } from './run';
import { startWatch } from './start-watch';
import { patiently, troubleOf } from './trouble';

/**
 * Writes the branch and the report; an aborted or red objective leaves both, too. What cannot be written is asked
 * about; giving up on it ends the objective without a delivery.
 */
export async function deliver(run: Run): Promise<void> {
  run.stage = 'delivering';
  const base = await takeBaseAlong(run);
  judge(run);
  if (base.note !== null) {
    run.progress.reason = [run.progress.reason, base.note].filter((text) => text !== null).join('; ');
    record(run, base.note);
  }
  const call = deliveryOf(run, base.report);
  const delivery = call === null ? null : await patiently(run, call);
  close(run, delivery);
  await openPullRequest(run);
  await watchDeployment(run);
  run.show();
}

/** The same for a cancelled objective, where nobody can be asked any more. */
export async function deliverCancelled(run: Run): Promise<void> {
  judge(run);
  try {
    close(run, (await deliveryOf(run)?.()) ?? null);
  } catch (error) {
    record(run, troubleOf(error).text);
    close(run, null);
  }
  run.show();
}

/** What was delivered is watched once it is deployed, where the schema changed or there is something to look at. */
async function watchDeployment(run: Run): Promise<void> {
  const { handle, delivery, outcome, rules, coordination, decisionRules } = run.progress;
  if (handle === null || delivery === null || rules === null) return;
  if (outcome !== 'delivered' && outcome !== 'delivered-with-waivers') return;
  const changes = coordination.databaseChanges.filter(({ commit }) => commit !== null);
  if (changes.length === 0 && rules.watch.checks.length === 0) return;
  const newest = changes.at(-1);
  await startWatch({
    objectiveId: run.input.objectiveId,
    handle,
    repository: delivery.repository,
    branch: delivery.branch,
    commit: delivery.commit,
    settings: rules.watch,
    rollback: [...changes]
      .reverse()
      .flatMap(({ rollback = [] }) => rollback)
      .slice(0, 12),
    rollout: newest?.rollout ?? null,
    deployment: newest?.deployment ?? null,
    ...(decisionRules === undefined ? {} : { decisions: decisionRules }),
    ...(run.teller === null ? {} : { notifies: true as const }),
  });
  record(run, 'a watch waits for the report of a deployment (command: deployed)');
}

function judge(run: Run): void {
  const { progress } = run;
  const end = run.stop ?? decisionOutcome(progress.tasks, progress.waivedAtObjective);
  progress.outcome = end.outcome;
  progress.reason = end.reason;
  // Nobody is asked about anything any more; what was open is in the events.
  progress.open = [];
  record(run, `outcome: ${end.outcome}`);
}

function deliveryOf(run: Run, report: BlobRef | null = null): (() => Promise<Delivery>) | null {
  const { handle, integrationHead, outcome, gate } = run.progress;
  if (handle === null || integrationHead === null) return null;
  return () =>
    repository.deliverObjective.executeWithOptions({ summary: `deliver · ${outcome ?? ''}` }, [
      { handle, head: integrationHead, report: report ?? gate?.report ?? null },
    ]);
}

function pullRequestOf(before: Delivery | null): Pick<Delivery, 'pullRequest'> {
  return before?.pullRequest === undefined ? {} : { pullRequest: before.pullRequest };
}

function close(run: Run, delivery: Delivery | null): void {
  const { progress } = run;
  run.stage = 'closing';
  if (run.stop !== null && progress.outcome !== run.stop.outcome) {
    progress.outcome = run.stop.outcome;
    progress.reason = run.stop.reason;
  }
  if (delivery === null) return;
  // The pull request of an earlier delivery is still the one it has.
  progress.delivery = { ...pullRequestOf(progress.delivery), ...delivery };
  record(run, `delivered ${delivery.branch} (${delivery.commit.slice(0, 12)}) in ${delivery.repository}`);
  record(run, `report ${delivery.report}`);
}
