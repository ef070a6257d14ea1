import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { packageRoot } from '../../config/package-root';
import { createOutputBuffer } from '../../process/output-buffer';
import { endProcessGroup } from '../../process/process-group';
import { minimalEnvironment } from '../../process/run-command';
import type { Sandbox } from '../../sandbox/sandbox';
import { CannotTell } from '../checker';
import { CouldNotRun } from '../could-not-run';
import {
  FiguresResult,
  LoadResult,
  RequestResult,
  StageLine,
  StartResult,
  type StageCommand,
  ToolResult,
} from './protocol';

const LONGEST_LINE = 16 * 1024 * 1024;
const LOG_BYTES = 4 * 1024 * 1024;
const GRACE_MS = 5_000;

/** How a service's process ended. */
interface ServiceEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The process beside the service that starts it, speaks to it and watches it. */
export interface Stage {
  /** A folder that both see; the same path outside only without a sandbox. */
  readonly scratch: string;
  start(command: Extract<StageCommand, { kind: 'start' }>['start']): Promise<StartResult>;
  relay(command: Extract<StageCommand, { kind: 'relay' }>['relay']): Promise<void>;
  request(command: Extract<StageCommand, { kind: 'request' }>['request']): Promise<RequestResult>;
  load(command: Omit<Extract<StageCommand, { kind: 'load' }>, 'kind'>): Promise<LoadResult>;
  tool(command: Extract<StageCommand, { kind: 'tool' }>['tool']): Promise<ToolResult>;
  figures(collect: boolean): Promise<FiguresResult>;
  slowdown(): Promise<number>;
  setDatabaseReachable(reachable: boolean): Promise<void>;
  log(): string;
  /** Null while the service runs. */
  ended(): ServiceEnd | null;
  flooded(): boolean;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly sandbox: Sandbox;
  readonly worktree: string;
  readonly readOnly: readonly string[];
  readonly readWrite: readonly string[];
  readonly signal: AbortSignal;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Where the programs of the stage are, and what they need; made by the build, also for a run from the sources. */
export function stagePrograms(): {
  readonly main: string;
  readonly probe: string;
  readonly readOnly: readonly string[];
} {
  const root = packageRoot();
  const folder = join(root, 'dist', 'src', 'gate', 'stage');
  return {
    main: join(folder, 'stage-main.js'),
    probe: join(folder, 'loop-probe.js'),
    readOnly: [join(root, 'dist'), join(root, 'node_modules'), join(root, 'package.json')],
  };
}

/**
 * Starts a stage in the sandbox: a network of its own with nothing but loopback. It ends, with everything it started,
 * when this process does.
 * @throws CouldNotRun where it cannot be started at all
 */
export async function openStage({
  sandbox,
  worktree,
  readOnly,
  readWrite,
  signal,
}: StageOptions): Promise<Stage> {
  signal.throwIfAborted();
  const programs = stagePrograms();
  if (!existsSync(programs.main)) {
    throw new CouldNotRun(`${programs.main} is missing; run npm run build.`);
  }
  const confined = sandbox.level !== 'none';
  const scratch = confined ? '/tmp' : await mkdtemp(join(tmpdir(), 'stage-'));
  const spec = sandbox.wrap(
    {
      argv: [process.execPath, programs.main, scratch],
      cwd: worktree,
      env: minimalEnvironment(),
      timeoutMs: Infinity,
    },
    { worktree, readOnly: [...programs.readOnly, ...readOnly], readWrite, network: 'none' },
  );
  const [file, ...args] = spec.argv;
  const child = spawn(file, args, {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  });
  const stage = attend(child, scratch);
  const release = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    await stage.stop();
    if (!confined) await rm(scratch, { recursive: true, force: true });
  };
  const onAbort = (): void => void release();
  signal.addEventListener('abort', onAbort, { once: true });
  return { ...stage, stop: () => release() };
}

function attend(child: ChildProcess, scratch: string): Stage {
  const pending = new Map<number, Pending>();
  const log = createOutputBuffer(LOG_BYTES);
  const faults = createOutputBuffer(16 * 1024);
  let next = 0;
  let end: ServiceEnd | null = null;
  let flooded = false;
  let gone: CannotTell | null = null;
  const fail = (why: string): void => {
    gone ??= new CannotTell(`The stage of the service ended: ${why}`);
    for (const { reject } of pending.values()) reject(gone);
    pending.clear();
  };
  child.on('error', (error) => fail(error.message));
  child.on('close', () => fail(faults.text().trim().split('\n').slice(-3).join(' ') || 'without a word'));
  child.stderr?.on('data', (chunk: Buffer) => faults.add(chunk));
  child.stdin?.on('error', () => undefined);
  readLines(child, (text) => {
    const line = parseLine(text);
    if (line === null) return;
    if ('event' in line) {
      if (line.event === 'log') log.add(Buffer.from(line.text));
      else if (line.event === 'flood') flooded = true;
      else end = { code: line.code, signal: line.signal };
      return;
    }
    const waiting = pending.get(line.id);
    pending.delete(line.id);
    if ('error' in line) waiting?.reject(new CannotTell(`The stage of the service failed: ${line.error}`));
    else waiting?.resolve(line.ok);
  });
  const ask = async (command: StageCommand, timeoutMs: number): Promise<unknown> => {
    if (gone !== null) throw gone;
    const id = (next += 1);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        pending.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(new CannotTell(`The stage did not answer ${command.kind} in time.`)),
          timeoutMs + GRACE_MS,
        );
        child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
      });
    } finally {
      clearTimeout(timer);
      pending.delete(id);
    }
  };
  let stopping: Promise<void> | undefined;
  return {
    scratch,
    start: async (start) => StartResult.parse(await ask({ kind: 'start', start }, start.readyTimeoutMs)),
    relay: async (relay) => {
      await ask({ kind: 'relay', relay }, 0);
    },
    request: async (request) =>
      RequestResult.parse(await ask({ kind: 'request', request }, request.timeoutMs)),
    load: async (load) => LoadResult.parse(await ask({ kind: 'load', ...load }, load.timeoutMs)),
    tool: async (tool) => ToolResult.parse(await ask({ kind: 'tool', tool }, tool.timeoutMs)),
    figures: async (collect) => FiguresResult.parse(await ask({ kind: 'figures', collect }, 0)),
    slowdown: async () => z.number().parse(await ask({ kind: 'slowdown' }, 0)),
    setDatabaseReachable: async (reachable) => {
      await ask({ kind: 'database', reachable }, 0);
    },
    log: () => log.text(),
    ended: () => end ?? (gone === null ? null : { code: null, signal: null }),
    flooded: () => flooded,
    stop: () => (stopping ??= endStage(child)),
  };
}

async function endStage(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : null;
  // It ends its service first, which may have left the group.
  child.stdin?.end();
  if (closed !== null) {
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  }
  await endProcessGroup(child.pid);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Lines of its output; one that never ends is a fault, and ends it. */
function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  const { stdout } = child;
  if (stdout === null) return;
  let sinceBreak = 0;
  stdout.on('data', (chunk: Buffer) => {
    const at = chunk.lastIndexOf(10);
    sinceBreak = at === -1 ? sinceBreak + chunk.length : chunk.length - at;
    if (sinceBreak > LONGEST_LINE) child.kill('SIGKILL');
  });
  createInterface({ input: stdout }).on('line', onLine);
}

function parseLine(text: string): StageLine | null {
  try {
    return StageLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
