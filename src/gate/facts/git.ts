import { rememberTexts } from '../../process/remembered';
import { runCommand } from '../../process/run-command';
import { CouldNotRun } from '../could-not-run';

const GIT_TIMEOUT_MS = 60_000;
const KEPT_BYTES = 64 * 1024 * 1024;

/** Environment in which git reads a repository and runs nothing it names. */
const GIT_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/dev/null',
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'core.hooksPath',
  GIT_CONFIG_VALUE_1: '/dev/null',
  GIT_CONFIG_KEY_2: 'core.fsmonitor',
  GIT_CONFIG_VALUE_2: 'false',
} as const;

/** What a reading git command prints. @throws CouldNotRun when it fails */
export async function readGit(gitDir: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const run = await runCommand({
    argv: ['git', '--git-dir', gitDir, ...args],
    cwd: '/',
    env: GIT_ENVIRONMENT,
    timeoutMs: GIT_TIMEOUT_MS,
    signal,
    maxOutputBytes: KEPT_BYTES,
  });
  signal.throwIfAborted();
  if (run.end.kind !== 'exited' || run.end.code !== 0) {
    throw new CouldNotRun(`git ${args[0] ?? ''} failed: ${run.stderr.trim().slice(-300)}`);
  }
  return run.stdout;
}

const objects = rememberTexts();

/**
 * The same for a command whose answer stands for ever, because everything it names is a full hash: many checkers and
 * each gate ask for the same. Given a name it asks git each time. @throws CouldNotRun when it fails
 */
export async function readObjects(
  gitDir: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const ask = (): Promise<string> => readGit(gitDir, args, signal);
  return args.some((word) => FULL_HASH.test(word)) ? objects.of([gitDir, ...args].join('\0'), ask) : ask();
}

const FULL_HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:$|[:^])/;

/** Tree hash of a commit. */
export async function treeOf(gitDir: string, commit: string, signal: AbortSignal): Promise<string> {
  return (await readObjects(gitDir, ['rev-parse', `${commit}^{tree}`], signal)).trim();
}
