import { z } from 'zod';
import type { FeedbackItem } from '../domain/feedback';
import { ForgeFailure } from '../domain/forge-failure';
import type { Github } from './github';
import { digestOf, strangersName, strangersText, webAddress } from './item';

/** Comments, reviews and checks looked at, the newest of each. */
const PAGE = 100;
const MOST_PAGES = 5;
const MOST_ANNOTATIONS = 20;

const User = z.object({ login: z.string() }).nullish();
const Comment = z.object({
  id: z.int(),
  body: z.string(),
  path: z.string(),
  line: z.int().nullish(),
  original_line: z.int().nullish(),
  user: User,
  author_association: z.string(),
  created_at: z.string(),
  html_url: z.string(),
});
const Review = z.object({
  id: z.int(),
  body: z.string(),
  state: z.string(),
  user: User,
  author_association: z.string(),
  submitted_at: z.string().optional(),
  html_url: z.string(),
});
const Checks = z.object({
  check_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      conclusion: z.string().nullable(),
      completed_at: z.string().nullable(),
      html_url: z.string().nullable(),
      output: z.object({
        title: z.string().nullable(),
        summary: z.string().nullable(),
        text: z.string().nullable(),
        annotations_count: z.int(),
      }),
    }),
  ),
});
const Annotation = z.object({
  path: z.string(),
  start_line: z.int(),
  annotation_level: z.string().nullable(),
  message: z.string().nullable(),
});
const Statuses = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.string(),
      description: z.string().nullable(),
      target_url: z.string().nullable(),
      updated_at: z.string(),
    }),
  ),
});
const Head = z.object({ head: z.object({ sha: z.string() }), state: z.string() });
const Threads = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        nodes: z.array(
          z.object({
            isResolved: z.boolean(),
            comments: z.object({ nodes: z.array(z.object({ databaseId: z.int().nullable() })) }),
          }),
        ),
      }),
    }),
  }),
});

const THREADS = `query threads($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
    reviewThreads(first: 100) { nodes { isResolved comments(first: 100) { nodes { databaseId } } } }
  } }
}`;

/** Who may push, or was invited to, by GitHub's own word. */
const MEMBERS: readonly string[] = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const FAILED: readonly string[] = ['failure', 'timed_out', 'action_required', 'startup_failure'];

/** What people and checks said about a pull request, oldest first. */
export async function readGithubFeedback(
  github: Github,
  number: number,
  token: string,
): Promise<{ readonly items: FeedbackItem[]; readonly notes: readonly string[] }> {
  const { name } = github;
  const pull = await github.ask('looking at the pull request', Head, (octokit, request) =>
    octokit.rest.pulls.get({ ...name, pull_number: number, request }),
  );
  const notes: string[] = [];
  if (pull.state !== 'open') notes.push(`Pull request #${String(number)} is ${pull.state}.`);
  const resolved = await resolvedComments(github, number);
  if (resolved === null)
    notes.push(
      'Whether threads are resolved could not be told, so comments of resolved ones are among these.',
    );
  const text = (words: string): string => strangersText(words, [token]);
  const items = [
    ...(await comments(github, number, text))
      .filter(({ id }) => resolved?.has(id) !== true)
      .map(({ item }) => item),
    ...(await reviews(github, number, text)),
    ...(await checks(github, pull.head.sha, text)),
    ...(await statuses(github, pull.head.sha, text)),
  ];
  return { items: items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-500), notes };
}

/** Ids of comments in resolved threads, which only GraphQL tells; null: it could not. */
async function resolvedComments(github: Github, number: number): Promise<ReadonlySet<number> | null> {
  try {
    const { repository } = await github.ask(
      'looking at review threads',
      Threads,
      async (octokit, request) => ({
        data: await octokit.graphql(THREADS, { ...github.name, number, request }),
      }),
    );
    const done = repository.pullRequest.reviewThreads.nodes.filter((thread) => thread.isResolved);
    return new Set(done.flatMap((thread) => thread.comments.nodes.flatMap((row) => row.databaseId ?? [])));
  } catch (error) {
    if (!(error instanceof ForgeFailure) || error.type === 'Forge.RateLimited') throw error;
    return null;
  }
}

async function comments(
  github: Github,
  number: number,
  text: (words: string) => string,
): Promise<{ readonly id: number; readonly item: FeedbackItem }[]> {
  const rows = await pages((page) =>
    github.ask('reading review comments', z.array(Comment), (octokit, request) =>
      octokit.rest.pulls.listReviewComments({
        ...github.name,
        pull_number: number,
        sort: 'created',
        direction: 'desc',
        per_page: PAGE,
        page,
        request,
      }),
    ),
  );
  return rows.map((row) => ({
    id: row.id,
    item: {
      key: `github:review-comment:${String(row.id)}`,
      kind: 'review-comment',
      author: strangersName(row.user?.login ?? 'ghost'),
      member: MEMBERS.includes(row.author_association),
      at: row.created_at,
      url: webAddress(row.html_url),
      path: row.path.slice(0, 300),
      line: lineOf(row.line ?? row.original_line),
      text: text(row.body),
    },
  }));
}

/** The last word of each reviewer, where it requests changes; one without words is told by its comments. */
async function reviews(
  github: Github,
  number: number,
  text: (words: string) => string,
): Promise<FeedbackItem[]> {
  const rows = await pages((page) =>
    github.ask('reading reviews', z.array(Review), (octokit, request) =>
      octokit.rest.pulls.listReviews({ ...github.name, pull_number: number, per_page: PAGE, page, request }),
    ),
  );
  const last = new Map<string, z.infer<typeof Review>>();
  for (const row of rows) if (row.state !== 'COMMENTED') last.set(row.user?.login ?? 'ghost', row);
  return [...last.values()]
    .filter((row) => row.state === 'CHANGES_REQUESTED' && row.body.trim() !== '')
    .map((row) => ({
      key: `github:review:${String(row.id)}`,
      kind: 'review',
      author: strangersName(row.user?.login ?? 'ghost'),
      member: MEMBERS.includes(row.author_association),
      at: row.submitted_at ?? new Date(0).toISOString(),
      url: webAddress(row.html_url),
      path: null,
      line: null,
      text: text(row.body),
    }));
}

async function checks(github: Github, sha: string, text: (words: string) => string): Promise<FeedbackItem[]> {
  const { check_runs: runs } = await github.ask('reading checks', Checks, (octokit, request) =>
    octokit.rest.checks.listForRef({ ...github.name, ref: sha, filter: 'latest', per_page: PAGE, request }),
  );
  const failed = runs.filter(({ conclusion }) => conclusion !== null && FAILED.includes(conclusion));
  return Promise.all(
    failed.map(async (run): Promise<FeedbackItem> => {
      const { output } = run;
      const notes = output.annotations_count === 0 ? [] : await annotations(github, run.id);
      const [first] = notes;
      const words = [
        `${run.name}: ${run.conclusion ?? ''}`,
        output.title,
        output.summary,
        ...notes.map((row) => `${row.path}:${String(row.start_line)}: ${row.message ?? ''}`),
        output.text,
      ];
      return {
        // Of a commit, so that a check that is run again on it adds nothing.
        key: `github:check:${sha.slice(0, 16)}.${digestOf(run.name)}`,
        kind: 'check',
        author: strangersName(run.name),
        member: true,
        at: run.completed_at ?? new Date(0).toISOString(),
        url: webAddress(run.html_url),
        path: first === undefined ? null : first.path.slice(0, 300),
        line: lineOf(first?.start_line),
        text: text(words.filter((part) => part !== null && part !== '').join('\n')),
      };
    }),
  );
}

async function annotations(github: Github, id: number): Promise<z.infer<typeof Annotation>[]> {
  const rows = await github.ask('reading the output of a check', z.array(Annotation), (octokit, request) =>
    octokit.rest.checks.listAnnotations({
      ...github.name,
      check_run_id: id,
      per_page: MOST_ANNOTATIONS,
      request,
    }),
  );
  const failures = rows.filter((row) => row.annotation_level === 'failure');
  return failures.length > 0 ? failures : rows;
}

async function statuses(
  github: Github,
  sha: string,
  text: (words: string) => string,
): Promise<FeedbackItem[]> {
  const { statuses: rows } = await github.ask('reading commit statuses', Statuses, (octokit, request) =>
    octokit.rest.repos.getCombinedStatusForRef({ ...github.name, ref: sha, per_page: PAGE, request }),
  );
  return rows
    .filter(({ state }) => state === 'failure' || state === 'error')
    .map((row) => ({
      key: `github:status:${sha.slice(0, 16)}.${digestOf(row.context)}`,
      kind: 'check',
      author: strangersName(row.context),
      member: true,
      at: row.updated_at,
      url: webAddress(row.target_url),
      path: null,
      line: null,
      text: text(`${row.context}: ${row.state}\n${row.description ?? ''}`),
    }));
}

async function pages<T>(read: (page: number) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const rows = await read(page);
    all.push(...rows);
    if (rows.length < PAGE) break;
  }
  return all;
}

function lineOf(line: number | null | undefined): number | null {
  return line !== null && line !== undefined && line >= 1 ? line : null;
}
