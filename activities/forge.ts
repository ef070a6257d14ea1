import { ForgeFailure } from '../src/domain/pull-request/forge-failure';
import type { OpenPullRequestResult } from '../src/domain/pull-request/pull-request';
import { askStatus } from './ask-status';
import type { ForgeActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';

/** Brings what was delivered to the forge. What the forge refuses is an answer; what may pass is tried again. */
export function createForgeActivities(
  ports: Pick<Ports, 'repositories' | 'reports' | 'findForge'>,
  records: Records,
): ForgeActivities {
  const { repositories, reports, findForge } = ports;
  return {
    openPullRequest: ({ handle, branch, commit, report }) =>
      withHeartbeat(async (signal): Promise<OpenPullRequestResult> => {
        const dossier = await records.dossier(handle);
        const { objectiveId, repository: source, baseRef } = dossier;
        const text = `the report ${report} has the text for it`;
        const address = await repositories.origin({ objectiveId, source });
        if (address === null)
          return none(
            `No pull request: the repository has no usable remote "origin"; push ${branch} yourself, ${text}.`,
          );
        const found = findForge(address);
        const credentials = found.kind === 'forge' ? found.forge.pushCredentials : null;
        try {
          await repositories.push({ objectiveId, address, commit, branch, credentials });
        } catch (error) {
          if (!isFinal(error)) throw error;
          return none(error.message);
        }
        if (found.kind === 'none')
          return none(`${branch} is pushed, but no pull request was opened: ${found.why}; ${text}.`);
        const status = await askStatus(objectiveId);
        const { title, body } = await reports.describe({ status, report });
        try {
          return await found.forge.putPullRequest({ branch, base: baseRef, title, body, signal });
        } catch (error) {
          if (!isFinal(error)) throw error;
          return none(`${branch} is pushed, but there is no pull request of it: ${error.message}`);
        }
      }),
  };
}

/** Whether the same again would be refused again. */
const isFinal = (error: unknown): error is ForgeFailure => error instanceof ForgeFailure && !error.retryable;

function none(note: string): OpenPullRequestResult {
  return { pullRequest: null, note: note.slice(0, 1000) };
}
