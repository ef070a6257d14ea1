import type { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { ForgeFailure } from '../domain/forge-failure';
import type { Forge } from '../ports/forge';
import { failureOf, unreachable } from './failures';
import { readGithubFeedback } from './github-feedback';
import type { Remote } from './remote';

const ANSWER_WITHIN_MS = 30_000;

export interface GithubRepository {
  readonly remote: Remote;
  readonly owner: string;
  readonly repo: string;
  /** Address of the REST API, without a slash at its end. */
  readonly api: string;
  readonly token: string;
}

/** One repository on GitHub, as its steps ask it. */
export interface Github {
  readonly name: { readonly owner: string; readonly repo: string };
  /** Asks, translates failures, and reads what of the answer is needed. */
  ask<T>(
    step: string,
    schema: z.ZodType<T>,
    call: (octokit: Octokit, request: { readonly signal: AbortSignal }) => Promise<{ data: unknown }>,
  ): Promise<T>;
}

const Repository = z.object({
  archived: z.boolean(),
  default_branch: z.string(),
  fork: z.boolean(),
  parent: z.object({ full_name: z.string().max(200) }).optional(),
});
const Pull = z.object({
  number: z.int(),
  html_url: z.url({ protocol: /^https?$/ }),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullable().optional(),
});

/** GitHub and GitHub Enterprise by Octokit, which neither retries nor waits by itself. */
export function createGithub(repository: GithubRepository): Forge {
  const { remote, owner, repo, token } = repository;
  const open = (signal: AbortSignal): Github => openGithub(repository, signal);
  return {
    // Any name will do beside a token; this is the one GitHub's own checkout action uses.
    pushCredentials: { username: 'x-access-token', password: token },
    putPullRequest: async ({ branch, base, title, body, signal }) => {
      const github = open(signal);
      const { name } = github;
      const about = await github.ask('looking at the repository', Repository, (octokit, request) =>
        octokit.rest.repos.get({ ...name, request }),
      );
      if (about.archived)
        throw refused(
          `${owner}/${repo} is archived and takes no pull requests; unarchive it, then run again`,
        );
      const pulls = await github.ask('looking for the pull request', z.array(Pull), (octokit, request) =>
        octokit.rest.pulls.list({
          ...name,
          head: `${owner}:${branch}`,
          state: 'all',
          sort: 'created',
          direction: 'desc',
          per_page: 20,
          request,
        }),
      );
      const there = pulls.find((pull) => pull.state === 'open');
      const put = await (async () => {
        if (there !== undefined)
          return github.ask('updating the pull request', Pull, (octokit, request) =>
            octokit.rest.pulls.update({ ...name, pull_number: there.number, title, body, request }),
          );
        const [newest] = pulls;
        // Closed without a merge: somebody decided that. A merged one is history, and what is new gets its own.
        if (newest !== undefined && (newest.merged_at ?? null) === null)
          throw refused(
            `pull request #${String(newest.number)} (${newest.html_url}) was closed by hand; reopen it and it shows what was pushed`,
          );
        const into = await baseBranch(github, base, about.default_branch);
        return github.ask('opening the pull request', Pull, (octokit, request) =>
          octokit.rest.pulls.create({ ...name, head: branch, base: into, title, body, request }),
        );
      })();
      return {
        pullRequest: {
          forge: 'github',
          repository: `${remote.web}/${remote.path}`,
          number: put.number,
          url: put.html_url,
        },
        note: about.fork
          ? `${owner}/${repo} is a fork${about.parent === undefined ? '' : ` of ${about.parent.full_name}`}; the pull request is within the fork, open one upstream yourself.`
          : null,
      };
    },
    readFeedback: ({ number, signal }) => readGithubFeedback(open(signal), number, token),
  };
}

/** The branch work goes into: the one it was built on; for a commit or a tag of that name, the default branch. */
async function baseBranch(github: Github, base: string, defaultBranch: string): Promise<string> {
  const branch = base.replace(/^refs\/(?:heads|remotes\/origin)\//, '').replace(/^origin\//, '');
  if (/^[0-9a-f]{7,64}$/.test(branch) || branch === 'HEAD' || base.startsWith('refs/tags/'))
    return defaultBranch;
  try {
    await github.ask('looking at the base branch', z.object({ name: z.string() }), (octokit, request) =>
      octokit.rest.repos.getBranch({ ...github.name, branch, request }),
    );
    return branch;
  } catch (error) {
    if (!(error instanceof ForgeFailure) || error.cause !== 404) throw error;
    throw refused(
      `the base branch ${branch} is not on the host any more (its default branch is ${defaultBranch}); push it again, or open the pull request against another`,
    );
  }
}

function openGithub({ owner, repo, api, token }: GithubRepository, signal: AbortSignal): Github {
  let client: Promise<Octokit> | null = null;
  const connect = async (): Promise<Octokit> => {
    const { Octokit: Client } = await import('@octokit/rest');
    const quiet = (): void => undefined;
    return new Client({
      auth: token,
      baseUrl: api,
      userAgent: 'backend-coordinator',
      // Its log would print addresses to stderr; failures are told by whoever asked.
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
  };
  return {
    name: { owner, repo },
    ask: async (step, schema, call) => {
      const asked = { forge: 'GitHub', repository: `${owner}/${repo}`, step, token: 'GITHUB_TOKEN' };
      const octokit = await (client ??= connect());
      let data: unknown;
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
        ({ data } = await call(octokit, { signal: within }));
      } catch (error) {
        signal.throwIfAborted();
        const answer = RequestError.safeParse(error);
        // Octokit gives what never got an answer the status 500 and no response.
        if (!answer.success || answer.data.response === undefined) throw unreachable(asked, error);
        const { status, response } = answer.data;
        const failure = failureOf(asked, {
          status,
          header: (name) => headerOf(response.headers, name),
          said: sayingOf(response.data),
        });
        throw new ForgeFailure(failure.type, failure.message, failure.retryAfterMs, { cause: status });
      }
      const read = schema.safeParse(data);
      if (!read.success)
        throw unreachable(
          asked,
          new Error(
            `its answer is not what its API describes: ${read.error.issues[0]?.path.join('.') ?? ''}`,
          ),
        );
      return read.data;
    },
  };
}

const RequestError = z.object({
  status: z.int(),
  response: z
    .object({ headers: z.record(z.string(), z.unknown()).default({}), data: z.unknown() })
    .optional(),
});

function headerOf(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

const Saying = z.object({
  message: z.string(),
  errors: z.array(z.object({ message: z.string().optional() }).or(z.string())).optional(),
});

function sayingOf(data: unknown): string {
  const read = Saying.safeParse(data);
  if (!read.success) return '';
  const more = (read.data.errors ?? []).map((row) => (typeof row === 'string' ? row : (row.message ?? '')));
  return [read.data.message, ...more]
    .filter((text) => text !== '')
    .join(': ')
    .replace(/\s+/g, ' ')
    .slice(0, 300);
}

function refused(what: string): ForgeFailure {
  return new ForgeFailure('Forge.Refused', `${what}.`);
}
