import { z } from 'zod';
import { ForgeFailure } from '../domain/forge-failure';
import type { Forge } from '../ports/forge';
import { failureOf, unreachable } from './failures';
import type { Remote } from './remote';

const ANSWER_WITHIN_MS = 30_000;
const LONGEST_ANSWER = 4 * 1024 * 1024;

const Project = z.object({ archived: z.boolean(), default_branch: z.string().nullable() });
const MergeRequest = z.object({
  iid: z.int(),
  web_url: z.url({ protocol: /^https?$/ }),
  state: z.string(),
});

/** GitLab by its REST API: a merge request is opened or brought up to date; what is said about it is not read. */
export function createGitlab(options: {
  readonly remote: Remote;
  readonly api: string;
  readonly token: string;
}): Forge {
  const { remote, api, token } = options;
  const project = `${api}/projects/${encodeURIComponent(remote.path)}`;

  const ask = async <T>(
    step: string,
    schema: z.ZodType<T>,
    request: { readonly method: 'GET' | 'POST' | 'PUT'; readonly url: string; readonly body?: object },
    signal: AbortSignal,
  ): Promise<T> => {
    const asked = { forge: 'GitLab', repository: remote.path, step, token: 'GITLAB_TOKEN' };
    let text: string;
    let response: Response;
    try {
      response = await fetch(request.url, {
        method: request.method,
        headers: { 'private-token': token, 'content-type': 'application/json' },
        // A redirect could take the token to another host.
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      text = (await response.text()).slice(0, LONGEST_ANSWER);
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(asked, error);
    }
    if (!response.ok)
      throw failureOf(asked, {
        status: response.status,
        header: (name) => response.headers.get(name) ?? undefined,
        said: text.replace(/\s+/g, ' ').slice(0, 300),
      });
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw unreachable(asked, error);
    }
  };

  return {
    pushCredentials: { username: 'oauth2', password: token },
    putPullRequest: async ({ branch, base, title, body, signal }) => {
      const about = await ask('looking at the project', Project, { method: 'GET', url: project }, signal);
      if (about.archived)
        throw new ForgeFailure(
          'Forge.Refused',
          `${remote.path} is archived and takes no merge requests; unarchive it, then run again.`,
        );
      const query = new URLSearchParams({ source_branch: branch, state: 'opened' }).toString();
      const [there] = await ask(
        'looking for the merge request',
        z.array(MergeRequest),
        { method: 'GET', url: `${project}/merge_requests?${query}` },
        signal,
      );
      const branchName = base.replace(/^refs\/(?:heads|remotes\/origin)\//, '').replace(/^origin\//, '');
      const isBranch = !/^[0-9a-f]{7,64}$/.test(branchName) && branchName !== 'HEAD';
      const target = isBranch ? branchName : (about.default_branch ?? branchName);
      const put = await ask(
        there === undefined ? 'opening the merge request' : 'updating the merge request',
        MergeRequest,
        there === undefined
          ? {
              method: 'POST',
              url: `${project}/merge_requests`,
              body: { source_branch: branch, target_branch: target, title, description: body },
            }
          : {
              method: 'PUT',
              url: `${project}/merge_requests/${String(there.iid)}`,
              body: { title, description: body },
            },
        signal,
      );
      return {
        pullRequest: {
          forge: 'gitlab',
          repository: `${remote.web}/${remote.path}`,
          number: put.iid,
          url: put.web_url,
        },
        note: null,
      };
    },
    readFeedback: () =>
      Promise.reject(
        new ForgeFailure(
          'Forge.Refused',
          'What is said about merge requests on GitLab is not read; tell it with `steer`, or in an objective of its own.',
        ),
      ),
  };
}
