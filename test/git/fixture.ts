// Needs git; makes repositories in temporary folders.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Commit, Worktree } from '../../src/ports/workspace';
import type { Inspection } from '../../src/git/inspect-repository';
import { type GitWorkspace, createGitWorkspace } from '../../src/git/workspace';

const ENV = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A repository with one commit of these files. */
export function makeRepository(path: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '--quiet', '--initial-branch=main');
  put(path, files);
  git(path, 'add', '-A');
  git(path, 'commit', '--quiet', '-m', 'First');
  return git(path, 'rev-parse', 'HEAD');
}

export interface Bench {
  readonly folder: string;
  readonly home: string;
  readonly target: string;
  readonly workspace: GitWorkspace;
}

export const OBJECTIVE = 'objective-add-orders-0123abcd';
export const FILES = {
  'a.txt': 'one\ntwo\nthree\n',
  'src/b.js': 'export const b = 1;\n',
  '.gitignore': 'dist/\n',
};

export function makeBench(name = 'target'): Bench {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-workspace-')));
  const target = join(folder, name);
  makeRepository(target, FILES);
  const home = join(folder, 'home');
  return { folder, home, target, workspace: makeWorkspace(home) };
}

export function makeWorkspace(
  home: string,
  more: { remote?: string; lockWaitMs?: number } = {},
): GitWorkspace {
  return createGitWorkspace({ home, searchPath: ENV.PATH, ...more });
}

export function removeBench(bench: Bench): void {
  rmSync(bench.folder, { recursive: true, force: true });
}

/** Inspects and prepares the target for the objective. */
export async function prepare(
  bench: Bench,
  at = bench.target,
  objectiveId = OBJECTIVE,
): Promise<Inspection & { head: string }> {
  const found = await bench.workspace.inspectRepository(at, null);
  const { head } = await bench.workspace.repositories.prepare({ objectiveId, ...found });
  return { ...found, head };
}

/** Opens a fresh worktree, writes the files, commits. */
export async function work(
  workspace: GitWorkspace,
  taskId: string,
  from: string,
  files: Readonly<Record<string, string>>,
): Promise<{ worktree: Worktree; commit: Commit }> {
  const at = { objectiveId: OBJECTIVE, taskId };
  const worktree = await workspace.worktrees.open({ ...at, start: { kind: 'fresh', from } });
  put(worktree.path, files);
  const commit = await workspace.worktrees.commit({ ...at, message: `Do ${taskId}` });
  return { worktree, commit };
}

/** Merges a commit and moves the branch; answers the new head. */
export async function merge(workspace: GitWorkspace, taskId: string, commit: string): Promise<string> {
  const at = { objectiveId: OBJECTIVE };
  const proposal = await workspace.integration.propose({ ...at, taskId, commit, message: `Merge ${taskId}` });
  if (proposal.kind !== 'clean') throw new Error(`expected a clean merge, got ${JSON.stringify(proposal)}`);
  const moved = await workspace.integration.advance({ ...at, from: proposal.head, to: proposal.commit });
  if (!moved) throw new Error('the branch was moved by somebody else');
  return proposal.commit;
}
