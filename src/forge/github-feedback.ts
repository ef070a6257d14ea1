import { z } from 'zod';
import type { FeedbackItem } from '../domain/pull-request/feedback';
import { ForgeFailure } from '../domain/pull-request/forge-failure';
import type { Github } from './github';
import { failedChecks, failedStatuses } from './github-checks';
import { When, lineNumber, replyText, strangersName, strangersText, webAddress } from './item';
import { lastPage, leftOut, MOST_PAGES, PAGE, readNewest, readPages, type LeftOut } from './pages';

const User = z.object({ login: z.string() }).nullish();
const Comment = z.object({
  id: z.int(),
  in_reply_to_id: z.int().optional(),
  body: z.string(),
  path: z.string(),
  line: z.int().nullish(),
  original_line: z.int().nullish(),
  user: User,
  author_association: z.string(),
  created_at: When,
  html_url: z.string(),
});
const Review = z.object({
  id: z.int(),
  body: z.string(),
  state: z.string(),
  user: User,
  author_association: z.string(),
  submitted_at: When.optional(),
  html_url: z.string(),
});
const Head = z.object({ head: z.object({ sha: z.string() }), state: z.string() });
const Threads = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        nodes: z.array(
          z.object({
            isResolved: z.boolean(),
            comments: z.object({
              nodes: z.array(z.object({ databaseId: z.int().nullable(), isMinimized: z.boolean() })),
            }),
          }),
        ),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      }),
    }),
  }),
});

const THREADS = `query threads($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
    reviewThreads(first: 50, after: $after) {
      nodes { isResolved comments(first: 100) { nodes { databaseId isMinimized } } }
      pageInfo { hasNextPage endCursor }
    }
  } }
}`;
/** Pages of threads that are looked at; more than the comments that are read can be of. */
const MOST_THREAD_PAGES = 20;

/** Who may push, or was invited to, by GitHub's own word. */
const MEMBERS: readonly string[] = ['OWNER', 'MEMBER', 'COLLABORATOR'];

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
  const said = await comments(github, number, text);
  notes.push(...leftOut('review comments', said.without));
  const reviewed = await reviews(github, number, text);
  notes.push(...leftOut('reviews', reviewed.without));
  const items = [
    ...said.items.filter(({ id }) => resolved?.has(id) !== true).map(({ item }) => item),
    ...reviewed.items,
    ...(await failedChecks(github, pull.head.sha, text)),
    ...(await failedStatuses(github, pull.head.sha, text)),
  ];
  return { items: items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-500), notes };
}

/** Ids of comments in resolved threads and of hidden ones, which only GraphQL tells; null: it could not. */
async function resolvedComments(github: Github, number: number): Promise<ReadonlySet<number> | null> {
  const done = new Set<number>();
  try {
    let after: string | null = null;
    for (let page = 1; page <= MOST_THREAD_PAGES; page += 1) {
      const { nodes, pageInfo } = await threads(github, number, after);
      for (const { isResolved, comments: said } of nodes)
        for (const { databaseId, isMinimized } of said.nodes)
          if (databaseId !== null && (isResolved || isMinimized)) done.add(databaseId);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage || after === null) break;
    }
    return done;
  } catch (error) {
    if (!(error instanceof ForgeFailure) || error.type === 'Forge.RateLimited') throw error;
    return null;
  }
}

async function threads(
  github: Github,
  number: number,
  after: string | null,
): Promise<z.infer<typeof Threads>['repository']['pullRequest']['reviewThreads']> {
  const { repository } = await github.ask('looking at review threads', Threads, async (octokit, request) => ({
    data: await octokit.graphql(THREADS, { ...github.name, number, after, request }),
  }));
  return repository.pullRequest.reviewThreads;
}

async function comments(
  github: Github,
  number: number,
  text: (words: string) => string,
): Promise<{ readonly items: readonly { id: number; item: FeedbackItem }[]; readonly without: LeftOut }> {
  let without: LeftOut = 'nothing';
  const rows = await readPages((page) =>
    github.ask('reading review comments', z.array(Comment), async (octokit, request) => {
      const answer = await octokit.rest.pulls.listReviewComments({
        ...github.name,
        pull_number: number,
        sort: 'created',
        direction: 'desc',
        per_page: PAGE,
        page,
        request,
      });
      if ((lastPage(answer.headers.link) ?? 1) > MOST_PAGES) without = 'oldest';
      return answer;
    }),
  );
  const items = rows.map((row) => ({
    id: row.id,
    item: {
      key: `github:review-comment:${String(row.id)}`,
      kind: 'review-comment',
      author: strangersName(row.user?.login ?? 'ghost'),
      member: MEMBERS.includes(row.author_association),
      at: row.created_at,
      url: webAddress(row.html_url),
      path: row.path.slice(0, 300),
      line: lineNumber(row.line ?? row.original_line),
      text: text(wordsOf(row, rows)),
    } satisfies FeedbackItem,
  }));
  return { items, without };
}

function wordsOf(
  { body, in_reply_to_id: about }: z.infer<typeof Comment>,
  all: readonly z.infer<typeof Comment>[],
): string {
  const root = about === undefined ? undefined : all.find(({ id }) => id === about);
  if (root === undefined) return body;
  const member = MEMBERS.includes(root.author_association);
  return replyText(body, { author: root.user?.login ?? 'ghost', body: root.body, member });
}

/** The last word of each reviewer, where it requests changes; one without words is told by its comments. */
async function reviews(
  github: Github,
  number: number,
  text: (words: string) => string,
): Promise<{ readonly items: readonly FeedbackItem[]; readonly without: LeftOut }> {
  // Oldest first, and GitHub gives them in no other order.
  const { rows, without } = await readNewest(async (page) => {
    let lastOf: number | null = null;
    const found = await github.ask('reading reviews', z.array(Review), async (octokit, request) => {
      const asked = { ...github.name, pull_number: number, per_page: PAGE, page, request };
      const answer = await octokit.rest.pulls.listReviews(asked);
      lastOf = lastPage(answer.headers.link);
      return answer;
    });
    return { rows: found, last: lastOf };
  });
  const last = new Map<string, z.infer<typeof Review>>();
  // One that is not sent yet is its writer's own affair.
  const sent = rows.filter(({ state }) => state !== 'COMMENTED' && state !== 'PENDING');
  for (const row of sent) last.set(row.user?.login ?? 'ghost', row);
  const items = [...last.values()]
    .filter((row) => row.state === 'CHANGES_REQUESTED' && row.body.trim() !== '')
    .map((row): FeedbackItem => ({
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
  return { items, without };
}
