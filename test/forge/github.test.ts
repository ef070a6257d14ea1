// Needs a loopback port: GitHub is a stand-in that checks every request against GitHub's OpenAPI description.
import { ForgeFailure } from '../../src/domain/forge-failure';
import { FeedbackItem } from '../../src/domain/feedback';
import { createFindForge } from '../../src/forge/forges';
import type { Forge } from '../../src/ports/forge';
import { startGithub, TOKEN, type Answer, type StandIn } from './github-stand-in';

let github: StandIn;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(async () => {
  await github.stop();
  expect(github.violations).toEqual([]);
});

function forge(token: string = TOKEN): Forge {
  const found = createFindForge({
    github: {
      token,
      enterpriseToken: undefined,
      apiUrl: github.url,
      serverUrl: undefined,
      host: undefined,
    },
    gitlab: { token: undefined, host: undefined },
  })('https://github.example/acme/orders.git');
  if (found.kind === 'none') throw new Error(found.why);
  return found.forge;
}

const { signal } = new AbortController();
const BRANCH = 'coordinator/objective-add-users-0123abcd';
const put = (
  over: { base?: string; title?: string; token?: string } = {},
): ReturnType<Forge['putPullRequest']> =>
  forge(over.token).putPullRequest({
    branch: BRANCH,
    base: over.base ?? 'main',
    title: over.title ?? 'Add users',
    body: '## Checklist',
    signal,
  });
const failing = (operation: string, ...answers: Answer[]): void => {
  github.state.failures.set(operation, answers);
};
async function failure(doing: Promise<unknown>): Promise<ForgeFailure> {
  const error: unknown = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ForgeFailure) return error;
  throw new Error(`no ForgeFailure: ${String(error)}`);
}

describe('the pull request', () => {
  test('is opened against the base branch', async () => {
    const { pullRequest, note } = await put();
    expect(pullRequest).toEqual({
      forge: 'github',
      repository: 'https://github.example/acme/orders',
      number: 7,
      url: 'https://github.example/acme/orders/pull/7',
    });
    expect(note).toBeNull();
    expect(github.state.pulls).toMatchObject([
      { head: BRANCH, base: 'main', title: 'Add users', body: '## Checklist' },
    ]);
  });

  test('is brought up to date by a second delivery of the branch, not opened twice', async () => {
    await put();
    const { pullRequest } = await put({ title: 'Add users, with feedback' });
    expect(pullRequest.number).toBe(7);
    expect(github.state.pulls).toHaveLength(1);
    expect(github.state.pulls[0]).toMatchObject({ title: 'Add users, with feedback' });
    expect(github.asked.map(({ operation }) => operation)).toContain('pulls/update');
  });

  test('that was closed by hand stays closed, and people are told', async () => {
    await put();
    github.state.pulls[0]!.state = 'closed';
    const { message, retryable } = await failure(put());
    expect(message).toMatch(/#7 .* was closed by hand; reopen it/);
    expect(retryable).toBe(false);
    expect(github.state.pulls).toHaveLength(1);
  });

  test('that was merged is history; the next delivery gets one of its own', async () => {
    await put();
    Object.assign(github.state.pulls[0]!, { state: 'closed', merged_at: '2030-01-01T00:00:00Z' });
    expect((await put()).pullRequest.number).toBe(8);
  });

  test('goes into the default branch where the work was built on a commit', async () => {
    await put({ base: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334' });
    expect(github.state.pulls[0]).toMatchObject({ base: 'main' });
  });

  test('within a fork is said to be that', async () => {
    github.state.fork = true;
    expect((await put()).note).toMatch(/is a fork of upstream\/orders; the pull request is within the fork/);
  });
});

test('the stand-in notices what is not in the description', async () => {
  const wrong = await startGithub();
  const ask = (path: string, init: RequestInit = {}): Promise<unknown> => fetch(`${wrong.url}${path}`, init);
  await ask('/repos/acme/orders/pulls?state=gone&nobody=1');
  await ask('/repos/acme/orders/pulls', {
    method: 'POST',
    body: JSON.stringify({ title: 1, base: 'main', x: 1 }),
  });
  await ask('/repos/acme/orders/merges');
  await wrong.stop();
  expect(wrong.violations.join('\n')).toMatch(
    /state[\s\S]*no query parameter nobody[\s\S]*required property 'head'[\s\S]*no property x[\s\S]*merges is not among/,
  );
});

describe('trouble is one sentence', () => {
  test.each<[string, () => void, Parameters<typeof put>[0], RegExp]>([
    ['an archived repository', () => (github.state.archived = true), {}, /acme\/orders is archived/],
    [
      'a base branch that is gone',
      () => (github.state.branches = []),
      { base: 'develop' },
      /base branch develop is not on the host/,
    ],
    [
      'a token nobody knows',
      () => undefined,
      { token: 'another-token' },
      /does not know the token .*; set GITHUB_TOKEN/,
    ],
    [
      'a token without rights',
      () => {
        failing('pulls/create', {
          status: 403,
          body: { message: 'Resource not accessible by personal access token' },
        });
      },
      {},
      /no right for opening the pull request in acme\/orders \(Resource not accessible/,
    ],
    [
      'a repository the token may not see',
      () => {
        failing('repos/get', { status: 404, body: { message: 'Not Found' } });
      },
      {},
      /finds nothing for looking at the repository in acme\/orders/,
    ],
    [
      'a branch without a commit of its own',
      () => {
        failing('pulls/create', {
          status: 422,
          body: { message: 'Validation Failed', errors: [{ message: 'No commits between main and it' }] },
        });
      },
      {},
      /refused opening the pull request with 422 \(Validation Failed: No commits between/,
    ],
  ])('%s', async (_, prepare, over, sentence) => {
    prepare();
    const failed = await failure(put(over));
    expect(failed.message).toMatch(sentence);
    expect(failed.message).not.toMatch(/\n/);
    expect(failed.retryable).toBe(false);
  });

  test('a spent rate limit is waited for until it is reset', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 120;
    failing('repos/get', {
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
      body: { message: 'API rate limit exceeded' },
    });
    const { type, retryable, retryAfterMs } = await failure(put());
    expect([type, retryable]).toEqual(['Forge.RateLimited', true]);
    expect(retryAfterMs).toBeGreaterThan(60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(122_000);
  });

  test('a secondary limit is waited for as long as it says', async () => {
    failing('pulls/create', {
      status: 403,
      headers: { 'retry-after': '30' },
      body: { message: 'You have exceeded a secondary rate limit' },
    });
    expect(await failure(put())).toMatchObject({ type: 'Forge.RateLimited', retryAfterMs: 30_000 });
  });

  test('a server that is down is asked again', async () => {
    failing('repos/get', { status: 502, body: { message: 'Bad Gateway' } });
    expect(await failure(put())).toMatchObject({ type: 'Forge.Unavailable', retryable: true });
    const gone = forge();
    await github.stop();
    const request = { branch: BRANCH, base: 'main', title: 't', body: 'b', signal };
    expect(await failure(gone.putPullRequest(request))).toMatchObject({ type: 'Forge.Unavailable' });
    github = await startGithub();
  });
});

describe('feedback', () => {
  const comment = (id: number, over: object = {}): object => ({
    id,
    body: 'Say how long it lives.',
    path: 'docs/authentication.md',
    line: 12,
    user: { login: 'ada' },
    author_association: 'MEMBER',
    created_at: '2030-01-01T10:00:00Z',
    html_url: `https://github.example/acme/orders/pull/7#discussion_r${String(id)}`,
    ...over,
  });
  const review = (id: number, over: object = {}): object => ({
    id,
    body: 'Please change it.',
    state: 'CHANGES_REQUESTED',
    user: { login: 'bob' },
    author_association: 'OWNER',
    submitted_at: '2030-01-01T11:00:00Z',
    html_url: 'https://github.example/acme/orders/pull/7',
    ...over,
  });
  const run = (name: string, conclusion: string | null, annotations = 0): object => ({
    id: 5,
    name,
    conclusion,
    completed_at: '2030-01-01T12:00:00Z',
    html_url: 'https://github.example/acme/orders/runs/5',
    output: { title: 'It failed', summary: 'One test is red.', text: null, annotations_count: annotations },
  });
  const read = async (): Promise<readonly FeedbackItem[]> => {
    const { items } = await forge().readFeedback({ number: 7, signal });
    return items.map((item) => FeedbackItem.parse(item));
  };
  beforeEach(() => put());

  test('is comments, reviews that request changes, and failing checks with their output', async () => {
    github.state.comments = [comment(1)];
    github.state.reviews = [review(2), review(3, { user: { login: 'eve' }, state: 'APPROVED' })];
    github.state.checkRuns = [run('test', 'failure', 1), run('lint', 'success'), run('slow', null)];
    github.state.annotations = [
      { path: 'src/app.js', start_line: 3, annotation_level: 'failure', message: 'expected 201' },
    ];
    github.state.statuses = [
      {
        context: 'ci/old',
        state: 'error',
        description: 'broken',
        target_url: null,
        updated_at: '2030-01-01T13:00:00Z',
      },
    ];
    const items = await read();
    expect(items.map(({ kind, author, path, line }) => [kind, author, path, line])).toEqual([
      ['review-comment', 'ada', 'docs/authentication.md', 12],
      ['review', 'bob', null, null],
      ['check', 'test', 'src/app.js', 3],
      ['check', 'ci/old', null, null],
    ]);
    expect(items[2]?.text).toBe('test: failure\nIt failed\nOne test is red.\nsrc/app.js:3: expected 201');
  });

  test('of resolved threads, and reviews somebody took back, is left out', async () => {
    github.state.comments = [comment(1), comment(2)];
    github.state.resolved = [1];
    github.state.reviews = [
      review(3),
      review(4, { state: 'APPROVED', submitted_at: '2030-01-02T11:00:00Z' }),
    ];
    expect((await read()).map(({ key }) => key)).toEqual(['github:review-comment:2']);
  });

  test('says where it could not tell whether threads are resolved', async () => {
    github.state.comments = [comment(1)];
    failing('graphql', { status: 403, body: { message: 'no' } });
    const { items, notes } = await forge().readFeedback({ number: 7, signal });
    expect(items).toHaveLength(1);
    expect(notes.join()).toMatch(/resolved could not be told/);
  });

  test('has the same keys when it is fetched again, also of a check that was run again', async () => {
    github.state.comments = [comment(1)];
    github.state.checkRuns = [run('test', 'failure')];
    const before = (await read()).map(({ key }) => key);
    Object.assign(github.state.checkRuns[0]!, { id: 99, completed_at: '2030-02-01T12:00:00Z' });
    expect((await read()).map(({ key }) => key)).toEqual(before);
  });

  test('tells who belongs to the repository, keeps no secret and is bounded', async () => {
    github.state.comments = [
      comment(1, {
        author_association: 'NONE',
        user: { login: 'stranger' },
        body: `${TOKEN} ghp_${'a'.repeat(36)}\u202e ${'x'.repeat(100_000)}`,
        path: 'p/'.repeat(400),
      }),
    ];
    const [item] = await read();
    expect(item).toMatchObject({ member: false, author: 'stranger' });
    expect(item?.text).not.toContain(TOKEN);
    expect(item?.text).not.toMatch(/ghp_|\u202e/);
    expect(item?.text.length).toBeLessThanOrEqual(4000);
  });
});
