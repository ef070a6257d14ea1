import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCodeOf } from '../config/error-code';
import { createOutputBuffer } from './output-buffer';
import { endProcessGroup } from './process-group';

/** One command: what to run, where, with which environment, for how long. */
export interface CommandSpec {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment, nothing is inherited; without it a minimal one (see `minimalEnvironment`). */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly stdin?: string;
  /** Bytes kept of each stream, 256 KiB without it: head and tail, and a line that counts what is missing. */
  readonly maxOutputBytes?: number;
  /** Sees every chunk, kept or not. */
  readonly onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
  readonly uid?: number;
  readonly gid?: number;
}

/** How a command ended. A time-out or an abort wins over the exit it caused. */
export type CommandEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'signalled'; signal: NodeJS.Signals }
  | { kind: 'timed-out' }
  | { kind: 'aborted' }
  /** `ofMachine`: it was short of processes, memory or open files, which says nothing of the command. */
  | { kind: 'not-started'; reason: string; ofMachine?: true };

/** What a command left behind: its end, its output (perhaps shortened), the true byte counts and the time. */
export interface CommandRun {
  readonly end: CommandEnd;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly durationMs: number;
}

const KEPT_BYTES = 256 * 1024;
/** What the system answers where it has no room for another process. */
const SHORTAGES: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);
const PIPE_GRACE_MS = 200;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** PATH with `folders`, this Node and the system folders, a home in which nothing can be created, UTF-8. */
export function minimalEnvironment(folders: readonly string[] = []): Record<string, string> {
  return {
    PATH: [...folders, dirname(process.execPath), ...SYSTEM_PATH].join(':'),
    HOME: '/dev/null',
    LANG: 'C.UTF-8',
  };
}

/**
 * Runs a command in a process group of its own and resolves when nothing of that group is left: a time-out or
 * an abort ends the whole group (SIGTERM, after 2 s SIGKILL), and so does the command's own exit for children it
 * left in the background. Never rejects for how the command ended.
 */
export async function runCommand(spec: CommandSpec): Promise<CommandRun> {
  const startedAt = performance.now();
  const stdout = createOutputBuffer(spec.maxOutputBytes ?? KEPT_BYTES);
  const stderr = createOutputBuffer(spec.maxOutputBytes ?? KEPT_BYTES);
  const end = await runToEnd(spec, (chunk, stream) => {
    (stream === 'stdout' ? stdout : stderr).add(chunk);
    spec.onOutput?.(chunk, stream);
  });
  return {
    end,
    stdout: stdout.text(),
    stderr: stderr.text(),
    stdoutBytes: stdout.bytes(),
    stderrBytes: stderr.bytes(),
    durationMs: performance.now() - startedAt,
  };
}

async function runToEnd(
  spec: CommandSpec,
  onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => void,
): Promise<CommandEnd> {
  if (spec.signal?.aborted === true) return { kind: 'aborted' };
  let child: ChildProcess;
  try {
    child = start(spec);
  } catch (error) {
    return notStarted(spec, error);
  }
  const exited = new Promise<CommandEnd>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(notStarted(spec, error));
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal });
    });
  });
  const closed = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  child.stdout?.on('data', (chunk: Buffer) => {
    onOutput(chunk, 'stdout');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    onOutput(chunk, 'stderr');
  });
  // A command that does not read its input closes the pipe early; how it ended is told by its exit.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(spec.stdin);

  const stopped = stopRequested(spec);
  const end = await Promise.race([exited, stopped.promise]);
  stopped.dispose();
  if (end.kind === 'exited' || end.kind === 'signalled') await settledWithin(closed, PIPE_GRACE_MS);
  if (child.pid !== undefined) {
    await endProcessGroup(child.pid);
    await settledWithin(closed, PIPE_GRACE_MS);
  }
  // A process that left the group may still hold the pipes.
  child.stdout?.destroy();
  child.stderr?.destroy();
  return end;
}

function start(spec: CommandSpec): ChildProcess {
  const [file, ...args] = spec.argv;
  return spawn(file, args, {
    cwd: spec.cwd,
    env: { ...(spec.env ?? minimalEnvironment()) },
    detached: true,
    stdio: [spec.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  });
}

function notStarted(spec: CommandSpec, error: unknown): CommandEnd {
  // Node reports a missing working folder as if the program were missing.
  const reason = existsSync(spec.cwd)
    ? `${spec.argv[0]} could not be started: ${error instanceof Error ? error.message : String(error)}`
    : `${spec.argv[0]} could not be started: the folder ${spec.cwd} does not exist`;
  const code = errorCodeOf(error);
  const ofMachine = typeof code === 'string' && SHORTAGES.has(code);
  return { kind: 'not-started', reason, ...(ofMachine ? { ofMachine } : {}) };
}

function stopRequested(spec: CommandSpec): { promise: Promise<CommandEnd>; dispose(): void } {
  let dispose = (): void => undefined;
  const promise = new Promise<CommandEnd>((resolve) => {
    const onAbort = (): void => {
      resolve({ kind: 'aborted' });
    };
    const timer = setTimeout(
      () => {
        resolve({ kind: 'timed-out' });
      },
      Math.min(spec.timeoutMs, LONGEST_TIMER_MS),
    );
    spec.signal?.addEventListener('abort', onAbort, { once: true });
    dispose = () => {
      clearTimeout(timer);
      spec.signal?.removeEventListener('abort', onAbort);
    };
  });
  return {
    promise,
    dispose: () => {
      dispose();
    },
  };
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
