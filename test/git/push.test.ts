// Needs git with http-backend, temporary folders and a loopback port.
import { join } from 'node:path';
import { startGithub, TOKEN, type StandIn } from '../forge/github-stand-in';
import { git, makeBench, merge, OBJECTIVE, prepare, removeBench, work, type Bench } from './fixture';

const BRANCH = `coordinator/${OBJECTIVE}`;
const RIGHT = { username: 'x-access-token', password: TOKEN };

let bench: Bench;
let host: StandIn;
let bare: string;
beforeEach(async () => {
  bench = makeBench();
  bare = join(bench.folder, 'origin.git');
  git(bench.folder, 'init', '--quiet', '--bare', bare);
  git(bare, 'config', 'http.receivepack', 'true');
  host = await startGithub({ git: bare });
});
afterEach(async () => {
  await host.stop();
  removeBench(bench);
});

async function made(): Promise<string> {
  const { head } = await prepare(bench);
  const { commit } = await work(bench.workspace, 'backend-T001', head, { 'a.txt': 'changed\n' });
  return merge(bench.workspace, 'backend-T001', commit.commit);
}
const push = (commit: string, credentials: typeof RIGHT | null, address = `${host.url}/acme/orders.git`) =>
  bench.workspace.repositories.push({ objectiveId: OBJECTIVE, address, commit, branch: BRANCH, credentials });

test('where the own settings do not let git in, the token does', async () => {
  const commit = await made();
  await push(commit, RIGHT);
  expect(git(bare, 'rev-parse', `refs/heads/${BRANCH}`)).toBe(commit);
});

test('a wrong token, or none, is one sentence without it', async () => {
  const commit = await made();
  for (const credentials of [null, { ...RIGHT, password: 'wrong-token-0123456789' }]) {
    const failure: unknown = await push(commit, credentials).catch((error: unknown) => error);
    expect(failure).toMatchObject({ problem: 'push-failed' });
    expect(String(failure)).toMatch(/could not be pushed to http:\/\/127\.0\.0\.1/);
    expect(String(failure)).not.toMatch(/wrong-token|\n/);
  }
});

test('commits of others on the branch are not overwritten', async () => {
  const commit = await made();
  await push(commit, RIGHT);
  const other = join(bench.folder, 'other');
  git(bench.folder, 'clone', '--quiet', '--branch', BRANCH, bare, other);
  git(other, 'commit', '--quiet', '--allow-empty', '-m', 'By hand');
  git(other, 'push', '--quiet', 'origin', BRANCH);
  const theirs = git(bare, 'rev-parse', `refs/heads/${BRANCH}`);
  const next = await work(bench.workspace, 'backend-T002', commit, { 'a.txt': 'again\n' });
  await expect(push(next.commit.commit, RIGHT)).rejects.toMatchObject({ problem: 'push-failed' });
  expect(git(bare, 'rev-parse', `refs/heads/${BRANCH}`)).toBe(theirs);
});

test('the origin is read from the repository; without a usable one there is none', async () => {
  const { source } = await prepare(bench);
  const origin = () => bench.workspace.repositories.origin({ objectiveId: OBJECTIVE, source });
  expect(await origin()).toBeNull();
  git(bench.target, 'remote', 'add', 'origin', 'git@github.com:acme/orders.git');
  expect(await origin()).toBe('git@github.com:acme/orders.git');
  git(bench.target, 'remote', 'set-url', 'origin', 'ext::sh -c evil');
  expect(await origin()).toBeNull();
});
