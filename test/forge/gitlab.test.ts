// Needs a loopback port: GitLab is a stand-in that checks every request against what GitLab documents.
import { FeedbackItem } from '../../src/domain/pull-request/feedback';
import { ForgeFailure } from '../../src/domain/pull-request/forge-failure';
import { createGitlab } from '../../src/forge/gitlab';
import type { Forge } from '../../src/ports/forge';
import { GITLAB_TOKEN, startGitlab, type GitlabStandIn } from './gitlab-stand-in';

let gitlab: GitlabStandIn;
beforeEach(async () => {
  gitlab = await startGitlab();
});
afterEach(async () => {
  await gitlab.stop();
  expect(gitlab.violations).toEqual([]);
});

function forge(token: string = GITLAB_TOKEN): Forge {
  const remote = { host: '127.0.0.1', web: gitlab.web, path: 'acme/shop/orders' };
  return createGitlab({ remote, api: `${gitlab.web}/api/v4`, token });
}
const { signal } = new AbortController();
const BRANCH = 'coordinator/objective-add-users-0123abcd';
const put = (over: { base?: string; body?: string; token?: string } = {}) =>
  forge(over.token).putPullRequest({
    branch: BRANCH,
    base: over.base ?? 'main',
    title: 'Add users',
    body: over.body ?? 'first report',
    signal,
  });
async function failure(doing: Promise<unknown>): Promise<ForgeFailure> {
  const error: unknown = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ForgeFailure) return error;
  throw new Error(`no ForgeFailure: ${String(error)}`);
}

describe('the merge request', () => {
  test('is opened into the base branch', async () => {
    const { pullRequest, note } = await put();
    expect(pullRequest).toEqual({
      forge: 'gitlab',
      repository: `${gitlab.web}/acme/shop/orders`,
      number: 3,
      url: 'https://gitlab.example/acme/shop/orders/-/merge_requests/3',
    });
    expect(note).toBeNull();
    expect(gitlab.state.mergeRequests).toMatchObject([
      { source_branch: BRANCH, target_branch: 'main', title: 'Add users' },
    ]);
  });

  test('is brought up to date, and keeps the title and the words a person gave it', async () => {
    await put();
    const [there] = gitlab.state.mergeRequests;
    there!.title = 'Users, for the March release';
    there!.description = `Look here first.\n\n${there!.description}`;
    expect((await put({ body: 'second report' })).pullRequest.number).toBe(3);
    expect(gitlab.state.mergeRequests).toHaveLength(1);
    expect(there!.title).toBe('Users, for the March release');
    expect(there!.description).toMatch(/^Look here first\.[^]*second report/);
    expect(there!.description).not.toContain('first report');
  });

  test('of a fork that calls a branch the same is not ours', async () => {
    const theirs = {
      iid: 1,
      title: 'Theirs',
      description: 'theirs',
      state: 'opened',
      source_branch: BRANCH,
      source_project_id: 666,
      target_branch: 'main',
    };
    gitlab.state.mergeRequests = [theirs];
    expect((await put()).pullRequest.number).toBe(4);
    expect(theirs).toMatchObject({ title: 'Theirs', description: 'theirs' });
  });

  test('that was closed by hand stays closed; one that was merged is history', async () => {
    await put();
    const [there] = gitlab.state.mergeRequests;
    there!.state = 'closed';
    expect((await failure(put())).message).toMatch(/!3 .* was closed by hand; reopen it/);
    there!.state = 'merged';
    expect((await put()).pullRequest.number).toBe(4);
  });

  test.each([
    ['0123abcd0123abcd0123abcd0123abcd0123abcd', 'trunk'],
    ['v1.2.0', 'trunk'],
    ['20300101', '20300101'],
  ])('of what was built on %s goes into %s', async (base, into) => {
    gitlab.state.branches.push('20300101');
    gitlab.state.tags = ['v1.2.0'];
    await put({ base });
    expect(gitlab.state.mergeRequests[0]).toMatchObject({ target_branch: into });
  });
});

test('the stand-in notices what is not documented', async () => {
  const wrong = await startGitlab();
  const at = `${wrong.web}/api/v4/projects/acme%2Fshop%2Forders`;
  await fetch(`${at}/merge_requests?state=gone&nobody=1`);
  await fetch(`${at}/merge_requests`, { method: 'POST', body: '{"title":1}' });
  await fetch(`${at}/approvals`);
  await wrong.stop();
  expect(wrong.violations.join('\n')).toMatch(
    /state cannot be gone[\s\S]*no parameter nobody[\s\S]*source_branch[\s\S]*approvals is not documented/,
  );
});

describe('trouble is one sentence', () => {
  test('a token nobody knows is told with the variable it came from, and without itself', async () => {
    gitlab.state.failures.set('project', { status: 401, body: { message: `401 for ${GITLAB_TOKEN}\n!` } });
    const { message } = await failure(put());
    expect(message).toMatch(
      /GitLab does not know the token .*\(401 for \[redacted:[\w-]+\] !\); set GITLAB_TOKEN/,
    );
  });

  test('a project that has moved is not followed: the token stays here', async () => {
    gitlab.state.failures.set('project', { status: 301, body: '', location: 'http://127.0.0.1:1/elsewhere' });
    expect(await failure(put())).toMatchObject({
      retryable: false,
      message: expect.stringMatching(/301 \(the project has moved; correct the origin\)/),
    });
  });

  test('a base branch that is gone', async () => {
    expect((await failure(put({ base: 'develop' }))).message).toMatch(
      /base branch develop is not on the host/,
    );
  });
});

describe('feedback', () => {
  const note = (id: number, over: object = {}): object => ({
    id,
    body: 'Say how long it lives.',
    author: { id: 7, username: 'ada' },
    created_at: `2030-01-01T10:00:${String(id % 60).padStart(2, '0')}.000Z`,
    system: false,
    resolvable: true,
    resolved: false,
    position: { new_path: 'docs/authentication.md', old_path: null, new_line: 12, old_line: null },
    ...over,
  });
  const thread = (...notes: object[]): object => ({ id: 'abc', individual_note: false, notes });
  const job = (name: string, over: object = {}): object => ({
    id: 5,
    name,
    stage: 'test',
    allow_failure: false,
    failure_reason: 'script_failure',
    web_url: 'https://gitlab.example/acme/shop/orders/-/jobs/5',
    created_at: '2030-01-01T12:00:00.000Z',
    finished_at: '2030-01-01T12:05:00.000Z',
    ...over,
  });
  const readAll = () => forge().readFeedback({ number: 3, signal });
  const read = async (): Promise<readonly FeedbackItem[]> =>
    (await readAll()).items.map((item) => FeedbackItem.parse(item));
  beforeEach(async () => {
    await put();
    gitlab.state.members = [{ id: 7, access_level: 30 }];
  });

  test('is the threads that are open, and the failing jobs with the end of their output', async () => {
    gitlab.state.discussions = [
      thread(note(1)),
      thread(note(2, { resolved: true })),
      thread(note(3, { system: true, resolvable: false })),
      thread(note(4, { resolvable: false, body: 'LGTM' })),
    ];
    gitlab.state.pipeline = { id: 9, status: 'failed' };
    gitlab.state.jobs = [job('unit'), job('flaky', { id: 6, allow_failure: true })];
    gitlab.state.traces.set('5', `${'x'.repeat(40_000)}\u001b[31m1 failing\u001b[0m: expected 201\n`);
    const items = await read();
    expect(items.map(({ kind, author, member, path, line }) => [kind, author, member, path, line])).toEqual([
      ['review-comment', 'ada', true, 'docs/authentication.md', 12],
      ['check', 'unit', true, null, null],
    ]);
    expect(items[1]?.text).toMatch(/^unit \(test\): script_failure\n[^]*1 failing: expected 201$/);
    expect(items[1]?.text.length).toBeLessThanOrEqual(4000);
  });

  test('tells who may push, and nobody else is a member', async () => {
    gitlab.state.members.push({ id: 9, access_level: 20 });
    gitlab.state.discussions = [
      thread(note(1)),
      thread(note(2, { author: { id: 9, username: 'reporter' } })),
      thread(note(3, { author: { id: 8, username: 'stranger' } }), note(4, { body: 'No.' })),
    ];
    const items = await read();
    expect(items.map(({ author, member }) => [author, member])).toEqual([
      ['ada', true],
      ['reporter', false],
      ['stranger', false],
      ['ada', true],
    ]);
    expect(items[3]?.text).toBe('In reply to somebody who does not belong to the repository.\n\nNo.');
  });

  test('is read beyond the first hundred threads, with the same keys each time', async () => {
    gitlab.state.discussions = Array.from({ length: 130 }, (_, at) => thread(note(at + 1)));
    const keys = (await read()).map(({ key }) => key);
    expect(new Set(keys).size).toBe(130);
    expect((await read()).map(({ key }) => key)).toEqual(keys);
  });

  test('of many threads is the newest, and says that older ones were left out', async () => {
    gitlab.state.discussions = Array.from({ length: 620 }, (_, at) => thread(note(at + 1)));
    const { items, notes } = await readAll();
    const ids = items.map(({ key }) => Number(key.split(':').at(-1)));
    expect([Math.min(...ids), Math.max(...ids)]).toEqual([201, 620]);
    expect(notes.join()).toMatch(/more threads than are read; at most the newest 500/);
  });

  test('of a job whose output may not be seen is its name, and a job that is run again is the same', async () => {
    gitlab.state.pipeline = { id: 9, status: 'failed' };
    gitlab.state.jobs = [job('unit')];
    const [first] = await read();
    expect(first?.text).toBe('unit (test): script_failure');
    gitlab.state.jobs = [job('unit', { id: 77, finished_at: '2030-02-01T12:05:00.000Z' })];
    expect((await read())[0]?.key).toBe(first?.key);
  });

  test('of one that is closed says so', async () => {
    gitlab.state.mergeRequests[0]!.state = 'merged';
    expect((await readAll()).notes).toEqual(['Merge request !3 is merged.']);
  });
});
