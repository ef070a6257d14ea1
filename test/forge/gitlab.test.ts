// Needs a loopback port: GitLab is a few scripted answers there.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGitlab } from '../../src/forge/gitlab';
import type { Forge } from '../../src/ports/forge';

let server: Server;
let asked: { readonly line: string; readonly token: unknown; readonly body: unknown }[];
let opened: { readonly iid: number }[];
let refused: number | null;
let forge: Forge;

beforeEach(async () => {
  asked = [];
  opened = [];
  refused = null;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url = '' } = request;
      asked.push({
        line: `${method} ${url}`,
        token: request.headers['private-token'],
        body: text === '' ? null : JSON.parse(text),
      });
      const one = {
        iid: 3,
        web_url: 'https://gitlab.example/acme/shop/orders/-/merge_requests/3',
        state: 'opened',
      };
      const answer =
        method === 'GET' && !url.includes('merge_requests')
          ? { archived: false, default_branch: 'trunk' }
          : method === 'GET'
            ? opened.map(({ iid }) => ({ ...one, iid }))
            : one;
      response.writeHead(refused ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refused === null ? answer : { message: '401 Unauthorized' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const web = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const remote = { host: '127.0.0.1', web, path: 'acme/shop/orders' };
  forge = createGitlab({ remote, api: `${web}/api/v4`, token: 'gitlab-token' });
});
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => {
        resolve();
      });
    }),
);

const put = (base = 'main') =>
  forge.putPullRequest({
    branch: 'coordinator/x',
    base,
    title: 'Add users',
    body: 'text',
    signal: new AbortController().signal,
  });
const project = '/api/v4/projects/acme%2Fshop%2Forders';

test('a merge request is opened into the base branch', async () => {
  const { pullRequest } = await put();
  expect(pullRequest).toMatchObject({ forge: 'gitlab', number: 3 });
  expect(asked.map(({ line }) => line)).toEqual([
    `GET ${project}`,
    `GET ${project}/merge_requests?source_branch=coordinator%2Fx&state=opened`,
    `POST ${project}/merge_requests`,
  ]);
  expect(asked.every(({ token }) => token === 'gitlab-token')).toBe(true);
  expect(asked.at(-1)?.body).toEqual({
    source_branch: 'coordinator/x',
    target_branch: 'main',
    title: 'Add users',
    description: 'text',
  });
});

test('the open one is brought up to date', async () => {
  opened = [{ iid: 3 }];
  await put();
  expect(asked.at(-1)).toMatchObject({
    line: `PUT ${project}/merge_requests/3`,
    body: { title: 'Add users', description: 'text' },
  });
});

test('what was built on a commit goes into the default branch', async () => {
  await put('0123abcd0123abcd0123abcd0123abcd0123abcd');
  expect(asked.at(-1)?.body).toMatchObject({ target_branch: 'trunk' });
});

test('a token nobody knows is told with the variable it came from', async () => {
  refused = 401;
  await expect(put()).rejects.toThrow(/GitLab does not know the token .*set GITLAB_TOKEN/);
});

test('feedback there is not read, and that is said', async () => {
  const reading = forge.readFeedback({ number: 3, signal: new AbortController().signal });
  await expect(reading).rejects.toThrow(/merge requests on GitLab is not read/);
});
