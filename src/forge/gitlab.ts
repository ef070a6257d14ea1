import { z } from 'zod';
import { ForgeFailure } from '../domain/pull-request/forge-failure';
import { withOurPart } from '../domain/pull-request/pull-request-body';
import type { Forge } from '../ports/forge';
import { baseBranch, foundOrNull } from './base-branch';
import { openGitlab, type Gitlab } from './gitlab-client';
import { readGitlabFeedback } from './gitlab-feedback';
import { NO_ROOM } from './notes';
import type { Remote } from './remote';

const Project = z.object({ id: z.int(), archived: z.boolean(), default_branch: z.string().nullable() });
const MergeRequest = z.object({
  iid: z.int(),
  web_url: z.url({ protocol: /^https?$/ }),
  state: z.string(),
  source_project_id: z.int().nullable(),
  description: z.string().nullable(),
});
type MergeRequest = z.infer<typeof MergeRequest>;

/** GitLab by its REST API: a merge request is opened or brought up to date, and what is said about it is read. */
export function createGitlab(options: {
  readonly remote: Remote;
  readonly api: string;
  readonly token: string;
}): Forge {
  const { remote, token } = options;
  return {
    pushCredentials: { username: 'oauth2', password: token },
    putPullRequest: async ({ branch, base, title, body, signal }) => {
      const gitlab = openGitlab(options, signal);
      const about = await gitlab.ask('looking at the project', Project, { path: '' });
      if (about.archived)
        throw refused(`${remote.path} is archived and takes no merge requests; unarchive it, then run again`);
      const query = new URLSearchParams({
        source_branch: branch,
        state: 'all',
        order_by: 'created_at',
        sort: 'desc',
        per_page: '100',
      }).toString();
      const all = await gitlab.ask('looking for the merge request', z.array(MergeRequest), {
        path: `merge_requests?${query}`,
      });
      // Anybody can call a branch of a fork the same.
      const own = all.filter((row) => row.source_project_id === about.id);
      const there = own.find(({ state }) => state === 'opened' || state === 'locked');
      const { put, note } =
        there === undefined
          ? await create(gitlab, { branch, base, title, body, about, newest: own[0] })
          : await update(gitlab, there, body);
      return {
        pullRequest: {
          forge: 'gitlab',
          repository: `${remote.web}/${remote.path}`,
          number: put.iid,
          url: put.web_url,
        },
        note,
      };
    },
    readFeedback: ({ number, signal }) => readGitlabFeedback(openGitlab(options, signal), number, token),
  };
}

type Put = Promise<{ readonly put: MergeRequest; readonly note: string | null }>;

/** The title is whoever's last wrote it: it says what was asked, which does not change. */
async function update(gitlab: Gitlab, there: MergeRequest, ours: string): Put {
  const description = withOurPart(there.description, ours);
  if (description === null) return { put: there, note: NO_ROOM };
  const put = await gitlab.ask('updating the merge request', MergeRequest, {
    method: 'PUT',
    path: `merge_requests/${String(there.iid)}`,
    body: { description },
  });
  return { put, note: null };
}

async function create(
  gitlab: Gitlab,
  request: {
    readonly branch: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly about: z.infer<typeof Project>;
    /** Of the branch, open none; undefined: there never was one. */
    readonly newest: MergeRequest | undefined;
  },
): Put {
  const { branch, base, title, about, newest } = request;
  if (newest?.state === 'closed')
    throw refused(
      `merge request !${String(newest.iid)} (${newest.web_url}) was closed by hand; reopen it and it shows what was pushed`,
    );
  const named = (what: 'branches' | 'tags', name: string): Promise<{ readonly name: string } | null> =>
    foundOrNull(
      gitlab.ask('looking at the base branch', z.object({ name: z.string() }), {
        path: `repository/${what}/${encodeURIComponent(name)}`,
      }),
    );
  const target = await baseBranch({
    base,
    defaultBranch: about.default_branch ?? 'main',
    nameOf: async (name) => (await named('branches', name))?.name ?? null,
    isTag: async (name) => (await named('tags', name)) !== null,
  });
  const put = await gitlab.ask('opening the merge request', MergeRequest, {
    method: 'POST',
    path: 'merge_requests',
    body: {
      source_branch: branch,
      target_branch: target,
      title,
      description: withOurPart(null, request.body) ?? '',
    },
  });
  return { put, note: null };
}

function refused(what: string): ForgeFailure {
  return new ForgeFailure('Forge.Refused', `${what}.`);
}
