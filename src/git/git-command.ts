import { statfsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { redactSecrets } from '../process/redact';
import { minimalEnvironment, runCommand } from '../process/run-command';
import { WorkspaceError } from './errors';
import { watchFifos } from './fifos';
import type { Layout } from './layout';
import { removeStaleLock, stillLocked } from './stale-locks';

export interface GitCall {
  readonly args: readonly string[];
  /** Where it runs; without `gitDir`, git looks for the repository from here. */
  readonly cwd: string;
  readonly gitDir?: string;
  /** Files of `gitDir` are here, whatever its `.git` says. */
  readonly workTree?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Talks to another host: the user's own git settings, keys and proxies apply. */
  readonly network?: boolean;
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
}

interface GitRun {
  readonly code: number;
  readonly stdout: string;
  readonly stdoutBytes: number;
  /** Secrets redacted. */
  readonly stderr: string;
}

export interface Git {
  /** Runs git; resolves for any exit code. A lock of another command is waited for, a stale one removed. */
  run(call: GitCall): Promise<GitRun>;
  /** Output of a command that has to succeed, without the last line end. */
  text(call: GitCall): Promise<string>;
  /** Entries of a command with `-z`. */
  list(call: GitCall): Promise<string[]>;
}

interface GitOptions {
  readonly layout: Layout;
  readonly searchPath: string | undefined;
  /** The user's variables; calls over the network get those that keys, passwords and proxies need. */
  readonly userEnvironment: Readonly<Record<string, string>>;
  readonly lockWaitMs: number;
}

/** With less room than this a write that failed, failed for want of room. */
const FULL_BYTES = 128 * 1024;
const LIST_BYTES = 64 * 1024 * 1024;
const LOCAL_TIMEOUT_MS = 5 * 60_000;
const NETWORK_TIMEOUT_MS = 20 * 60_000;

/**
 * Settings that beat those of any repository: nothing a repository brings along is ever run by git. `core.hooksPath`
 * and `core.fsmonitor` name programs; the protocols left out can, too (`ext::`, or `core.sshCommand` for local
 * calls); `core.alternateRefsCommand` is one for fetches.
 */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.alternateRefsCommand', ':'],
  ['core.autocrlf', 'false'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.filesRefLockTimeout', '5000'],
  ['core.packedRefsTimeout', '5000'],
  ['core.quotePath', 'false'],
  ['core.logAllRefUpdates', 'false'],
  // What a branch or a journal names is on disk before it is named, also after a power cut.
  ['core.fsync', 'committed'],
  ['core.fsyncMethod', 'batch'],
  ['commit.gpgSign', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['submodule.recurse', 'false'],
  ['protocol.version', '2'],
  ['protocol.allow', 'never'],
  ['protocol.file.allow', 'always'],
];

const NETWORK_SETTINGS: typeof SETTINGS = [
  ...['https', 'http', 'ssh', 'git'].map((name) => [`protocol.${name}.allow`, 'always'] as const),
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '60'],
];

// What reaching a host may need. Not GIT_DIR and its like, which would point a command at another repository.
const PERSONAL =
  /^(?:HOME|USER|LOGNAME|XDG_CONFIG_HOME|XDG_RUNTIME_DIR|SSH_AUTH_SOCK|SSH_ASKPASS|GIT_ASKPASS|GIT_SSH|GIT_SSH_COMMAND|GIT_SSL_CAINFO|GIT_CONFIG_GLOBAL|SSL_CERT_(?:FILE|DIR)|(?:https?|all|no)_proxy)$/i;

const IDENTITY = {
  GIT_AUTHOR_NAME: 'backend-coordinator',
  GIT_AUTHOR_EMAIL: 'coordinator@localhost',
  GIT_COMMITTER_NAME: 'backend-coordinator',
  GIT_COMMITTER_EMAIL: 'coordinator@localhost',
};

/** Git with a clean environment, no hooks, no filters, no prompts, and only the protocols a call needs. */
export function createGit(options: GitOptions): Git {
  const git: Git = {
    run: (call) => runPatiently(options, call),
    async text(call) {
      const run = await git.run(call);
      if (run.code !== 0) throw gitFailed(call, run);
      return run.stdout.replace(/\n$/, '');
    },
    async list(call) {
      const run = await git.run({ maxOutputBytes: LIST_BYTES, ...call });
      if (run.code !== 0) throw gitFailed(call, run);
      if (run.stdoutBytes > (call.maxOutputBytes ?? LIST_BYTES)) {
        throw new WorkspaceError(
          'git-failed',
          `git ${verbOf(call)} listed too much; the repository is too large.`,
        );
      }
      return run.stdout.split('\0').filter((entry) => entry !== '');
    },
  };
  return git;
}

/** The error for a command that had to succeed. */
export function gitFailed(call: GitCall, run: GitRun): WorkspaceError {
  if (saysDiskFull(call, run.stderr)) {
    return new WorkspaceError(
      'no-space',
      `There is no disk space left for git ${verbOf(call)} in ${call.cwd}; free some, then resume.`,
    );
  }
  return new WorkspaceError(
    'git-failed',
    `git ${verbOf(call)} ended with ${String(run.code)} in ${call.cwd}: ${lastWords(run.stderr)}`,
  );
}

// Git tells the reason of a failed write in most places, "out of diskspace" whatever it was in some, and none in others.
function saysDiskFull({ cwd }: GitCall, stderr: string): boolean {
  if (/No space left on device|Disk quota exceeded|Out of diskspace/i.test(stderr)) return true;
  if (!/(?:unable to|could not|couldn't|failed to) (?:write|create)|write error/i.test(stderr)) return false;
  const { bavail, bsize } = statfsSync(cwd);
  return bavail * bsize < FULL_BYTES;
}

/** What git said last that tells something, on one line. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  const fatal = lines.filter((line) => /^(fatal|error|remote):|! \[/.test(line.trim()));
  const chosen = fatal.length > 0 ? fatal : lines;
  return chosen.length === 0 ? 'without a message' : chosen.slice(-3).join(' ').slice(0, 600);
}

async function runPatiently(options: GitOptions, call: GitCall): Promise<GitRun> {
  const startedAt = performance.now();
  for (let pauseMs = 50; ; pauseMs = Math.min(500, pauseMs * 2)) {
    const run = await runOnce(options, call);
    const lock = run.code === 0 ? undefined : blockingLock(call, run.stderr);
    if (lock === undefined) return run;
    const waitedMs = performance.now() - startedAt;
    if (await removeStaleLock(options.layout, lock, waitedMs)) continue;
    if (waitedMs >= options.lockWaitMs) throw stillLocked(lock);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function blockingLock(call: GitCall, stderr: string): string | undefined {
  const path = /Unable to create '([^']+\.lock)': File exists/.exec(stderr)?.[1];
  if (path === undefined) return undefined;
  return isAbsolute(path) ? path : join(call.cwd, path);
}

async function runOnce(options: GitOptions, call: GitCall): Promise<GitRun> {
  const network = call.network === true;
  const stopWatching = call.workTree === undefined ? undefined : watchFifos(call.workTree);
  const run = await runCommand({
    argv: ['git', ...settingsOf(network), ...call.args],
    cwd: call.cwd,
    env: { ...environmentOf(options, network), ...placeOf(call), ...call.env },
    timeoutMs: network ? NETWORK_TIMEOUT_MS : LOCAL_TIMEOUT_MS,
    ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
    ...(call.maxOutputBytes === undefined ? {} : { maxOutputBytes: call.maxOutputBytes }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  stopWatching?.();
  switch (run.end.kind) {
    case 'exited':
      return {
        code: run.end.code,
        stdout: run.stdout,
        stdoutBytes: run.stdoutBytes,
        stderr: redactSecrets(run.stderr),
      };
    case 'not-started':
      throw new WorkspaceError(
        'git-missing',
        `${run.end.reason}; install git 2.38 or newer and put it on PATH.`,
      );
    case 'signalled':
    case 'timed-out':
    case 'aborted':
      throw new WorkspaceError(
        'git-failed',
        `git ${verbOf(call)} did not end by itself (${run.end.kind}); try again.`,
      );
  }
}

function settingsOf(network: boolean): string[] {
  return [...SETTINGS, ...(network ? NETWORK_SETTINGS : [])].flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
}

function environmentOf(options: GitOptions, network: boolean): Record<string, string> {
  const base = minimalEnvironment();
  return {
    ...base,
    PATH: options.searchPath ?? base['PATH'] ?? '',
    ...IDENTITY,
    GIT_CONFIG_NOSYSTEM: '1',
    ...(network ? personal(options.userEnvironment) : { GIT_CONFIG_GLOBAL: '/dev/null' }),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ADVICE: '0',
  };
}

function personal(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => PERSONAL.test(name)));
}

function placeOf(call: GitCall): Record<string, string> {
  return {
    ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir }),
    ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
  };
}

function verbOf(call: GitCall): string {
  return call.args.find((argument) => !argument.startsWith('-')) ?? '';
}
