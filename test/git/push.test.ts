// Needs git with http-backend, temporary folders and a loopback port.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGitWorkspace } from '../../src/git/workspace';
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

/** A program that stands before others of its name on PATH. */
function program(name: string, script: string): string {
  const path = join(bench.folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('a password in the address of the origin is used, and is no argument of any program', async () => {
  const commit = await made();
  const log = join(bench.folder, 'arguments');
  program('git', `printf '%s\\n' "$*" >> '${log}'; exec '${git(bench.folder, '--exec-path')}/git' "$@"`);
  const searchPath = `${bench.folder}:${process.env['PATH'] ?? ''}`;
  const watched = createGitWorkspace({ home: join(bench.folder, 'home'), searchPath });
  const address = `${host.url.replace('://', `://x-access-token:${TOKEN}@`)}/acme/orders.git`;
  const request = { objectiveId: OBJECTIVE, address, commit, branch: BRANCH, credentials: null };
  await watched.repositories.push(request);
  expect(git(bare, 'rev-parse', `refs/heads/${BRANCH}`)).toBe(commit);
  const seen = readFileSync(log, 'utf8');
  expect(seen).toContain('push');
  expect(seen).not.toContain(TOKEN);
});

test.each(['git@127.0.0.1:acme/orders.git', 'ssh://git@127.0.0.1:2222/acme/orders.git'])(
  'where no key opens %s, the token is tried over HTTPS',
  async (address) => {
    const commit = await made();
    const ssh = program('ssh', 'echo "git@127.0.0.1: Permission denied (publickey)." >&2; exit 255');
    const keyless = createGitWorkspace({
      home: join(bench.folder, 'home'),
      searchPath: process.env['PATH'] ?? '',
      userEnvironment: { GIT_SSH: ssh },
    });
    const request = { objectiveId: OBJECTIVE, address, commit, branch: BRANCH };
    const said = async (credentials: typeof RIGHT | null): Promise<string> =>
      String(await keyless.repositories.push({ ...request, credentials }).catch((error: unknown) => error));
    expect(await said(null)).toMatch(/Could not read from remote repository/);
    // Nobody answers there; that it was asked is enough.
    expect(await said(RIGHT)).toMatch(/unable to access 'https:\/\/127\.0\.0\.1\/acme\/orders\.git/);
  },
);

test('commits of others on the branch are not overwritten', async () => {
  const commit = await made();
  await push(commit, RIGHT);
  const other = join(bench.folder, 'other');
  git(bench.folder, 'clone', '--quiet', '--branch', BRANCH, bare, other);
  git(other, 'commit', '--quiet', '--allow-empty', '-m', 'By hand');
  git(other, 'push', '--quiet', 'origin', BRANCH);
  const theirs = git(bare, 'rev-parse', `refs/heads/${BRANCH}`);
  const next = await work(bench.workspace, 'backend-T002', commit, { 'a.txt': 'again\n' });
  await expect(push(next.commit.commit, RIGHT)).rejects.toMatchObject({
    // Not worth another try.
    retryable: false,
    message: expect.stringMatching(/could not be pushed .*\[rejected\]/),
  });
  expect(git(bare, 'rev-parse', `refs/heads/${BRANCH}`)).toBe(theirs);
});

test('a branch that its host protects is refused for good', async () => {
  const commit = await made();
  const hook = join(bare, 'hooks', 'update');
  mkdirSync(join(bare, 'hooks'), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\necho "GH006: Protected branch update failed" >&2; exit 1\n');
  chmodSync(hook, 0o755);
  await expect(push(commit, RIGHT)).rejects.toMatchObject({ type: 'Forge.Refused', retryable: false });
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
