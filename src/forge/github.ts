import type { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { ForgeFailure } from '../domain/pull-request/forge-failure';
import { withOurPart } from '../domain/pull-request/pull-request-body';
import type { Forge } from '../ports/forge';
import { deadline } from '../process/deadline';
import { baseBranch, foundOrNull } from './base-branch';
import { failureOf, unreachable } from './failures';
import { readGithubFeedback } from './github-feedback';
import { NO_ROOM } from './notes';
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
  /** As it is called now: it may have been renamed or given to somebody else since it was cloned. */
  full_name: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/),
  archived: z.boolean(),
  default_branch: z.string(),
  fork: z.boolean(),
  parent: z.object({ full_name: z.string().max(200) }).optional(),
});
const Pull = z.object({
  number: z.int(),
  html_url: z.url({ protocol: /^https?$/ }),
  state: z.enum(['open', 'closed']),
  body: z.string().nullish(),
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
      const asked = open(signal);
      const about = await asked.ask('looking at the repository', Repository, (octokit, request) =>
        octokit.rest.repos.get({ ...asked.name, request }),
      );
      if (about.archived)
        throw refused(
          `${owner}/${repo} is archived and takes no pull requests; unarchive it, then run again`,
        );
      const [ownerNow = owner, repoNow = repo] = about.full_name.split('/');
      const github: Github = { ...asked, name: { owner: ownerNow, repo: repoNow } };
      const pulls = await github.ask('looking for the pull request', z.array(Pull), (octokit, request) =>
        octokit.rest.pulls.list({
          ...github.name,
          head: `${ownerNow}:${branch}`,
          state: 'all',
          sort: 'created',
          direction: 'desc',
          per_page: 20,
          request,
        }),
      );
      const there = pulls.find((pull) => pull.state === 'open');
      const { pull, note } =
        there === undefined
          ? await create(github, { branch, base, title, body, about, newest: pulls[0] })
          : await update(github, there, body);
      const fork = about.fork
        ? `${owner}/${repo} is a fork${about.parent === undefined ? '' : ` of ${about.parent.full_name}`}; the pull request is within the fork, open one upstream yourself.`
        : null;
      const notes = [note, fork].filter((text) => text !== null);
      return {
        pullRequest: {
          forge: 'github',
          repository: `${remote.web}/${remote.path}`,
          number: pull.number,
          url: pull.html_url,
        },
        note: notes.length === 0 ? null : notes.join(' '),
      };
    },
    readFeedback: ({ number, signal }) => readGithubFeedback(open(signal), number, token),
  };
}

type Put = Promise<{ readonly pull: z.infer<typeof Pull>; readonly note: string | null }>;

/** The title is whoever's last wrote it: it says what was asked, which does not change. */
async function update(github: Github, there: z.infer<typeof Pull>, ours: string): Put {
  const body = withOurPart(there.body ?? null, ours);
  if (body === null) return { pull: there, note: NO_ROOM };
  const pull = await github.ask('updating the pull request', Pull, (octokit, request) =>
    octokit.rest.pulls.update({ ...github.name, pull_number: there.number, body, request }),
  );
  return { pull, note: null };
}

async function create(
  github: Github,
  request: {
    readonly branch: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly about: z.infer<typeof Repository>;
    /** Of the branch, open none; undefined: there never was one. */
    readonly newest: z.infer<typeof Pull> | undefined;
  },
): Put {
  const { branch, title, newest } = request;
  // Closed without a merge: somebody decided that. A merged one is history, and what is new gets its own.
  if (newest !== undefined && (newest.merged_at ?? null) === null)
    throw refused(
      `pull request #${String(newest.number)} (${newest.html_url}) was closed by hand; reopen it and it shows what was pushed`,
    );
  const base = await baseBranch({
    base: request.base,
    defaultBranch: request.about.default_branch,
    nameOf: async (name) => (await branchOf(github, name))?.name ?? null,
    isTag: async (name) => (await tagOf(github, name)) !== null,
  });
  const body = withOurPart(null, request.body) ?? '';
  const pull = await github.ask('opening the pull request', Pull, (octokit, call) =>
    octokit.rest.pulls.create({ ...github.name, head: branch, base, title, body, request: call }),
  );
  return { pull, note: null };
}

const branchOf = (github: Github, branch: string): Promise<{ readonly name: string } | null> =>
  foundOrNull(
    github.ask('looking at the base branch', z.object({ name: z.string() }), (octokit, request) =>
      octokit.rest.repos.getBranch({ ...github.name, branch, request }),
    ),
  );

const tagOf = (github: Github, name: string): Promise<object | null> =>
  foundOrNull(
    github.ask('looking at the base', z.object({ ref: z.string() }), (octokit, request) =>
      octokit.rest.git.getRef({ ...github.name, ref: `tags/${name}`, request }),
    ),
  );

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
      const asked = {
        forge: 'GitHub',
        repository: `${owner}/${repo}`,
        step,
        token: 'GITHUB_TOKEN',
        secret: token,
      };
      const octokit = await (client ??= connect());
      let data: unknown;
      try {
        const within = deadline(signal, ANSWER_WITHIN_MS);
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
  return [read.data.message, ...more].filter((text) => text !== '').join(': ');
}

function refused(what: string): ForgeFailure {
  return new ForgeFailure('Forge.Refused', `${what}.`);
}
