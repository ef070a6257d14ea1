import { isCancellation } from '@temporalio/workflow';
import { forges } from './proxies';
import { record, type Run } from './run';
import { troubleOf } from './trouble';

/**
 * Pushes what was delivered and opens its pull request, or brings the one there is up to date. A forge that is down or
 * refuses takes nothing away: the branch and the report are delivered, and the delivery says what came of it.
 */
export async function openPullRequest(run: Run): Promise<void> {
  const { progress, input } = run;
  const { handle, delivery, outcome } = progress;
  if (input.options.pr !== true || handle === null || delivery === null) return;
  if (outcome !== 'delivered' && outcome !== 'delivered-with-waivers') return;
  const { branch, commit, report, pullRequest: before } = delivery;
  const { pullRequest, note } = await forges.openPullRequest
    .executeWithOptions({ summary: `pull request · ${branch}`.slice(0, 200) }, [
      { handle, branch, commit, report },
    ])
    .catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      return { pullRequest: null, note: troubleOf(error).text.slice(0, 1000) };
    });
  const kept = pullRequest ?? before;
  const { pullRequestNote: _told, ...rest } = delivery;
  progress.delivery = {
    ...rest,
    ...(kept === undefined ? {} : { pullRequest: kept }),
    ...(note === null ? {} : { pullRequestNote: note }),
  };
  if (pullRequest !== null) record(run, `pull request ${pullRequest.url}`);
  if (note !== null) record(run, note);
}
