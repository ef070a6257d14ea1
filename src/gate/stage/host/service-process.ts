import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import type { StartCommand, StartResult } from '../protocol';
import { descendantsOf } from './process-tree';
import { type Address, sendRequest } from './send-request';
import { listeningPorts } from './sockets';

const POLL_MS = 20;
const ANSWER_TIMEOUT_MS = 2_000;
const HOSTS = ['127.0.0.1', '::1'] as const;
/** More than this is no log any more. */
const FLOOD_BYTES = 64 * 1024 * 1024;
/** Handed on at most; the rest is read and dropped. */
const TOLD_BYTES = 8 * 1024 * 1024;
/** What is still in the pipe when the process is gone. */
const LAST_WORDS_MS = 100;

/** The target's service as a child of the stage. */
export interface ServiceProcess {
  start(command: StartCommand): Promise<StartResult>;
  address(): Address;
  /** Its process and all below it. */
  pids(): readonly number[];
  kill(): void;
}

export interface ServiceEvents {
  readonly env: Readonly<Record<string, string>>;
  readonly onLog: (text: string) => void;
  readonly onExit: (code: number | null, signal: string | null) => void;
  readonly onFlood: () => void;
}

/** A service that is started once and watched until the stage ends. */
export function createServiceProcess(events: ServiceEvents): ServiceProcess {
  let child: ChildProcess | undefined;
  let found: Address | undefined;
  const pids = (): readonly number[] =>
    child?.pid === undefined ? [] : [child.pid, ...descendantsOf(child.pid)];
  const kill = (): void => {
    for (const pid of pids()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone already
      }
    }
  };
  return {
    pids,
    kill,
    address: () => {
      if (found === undefined) throw new Error('the service was never ready');
      return found;
    },
    async start(command) {
      const startedAt = performance.now();
      const taken = listeningPorts();
      if (!command.findsPort && taken.has(command.port)) {
        return { kind: 'not-started', detail: `port ${String(command.port)} is taken` };
      }
      const [program = '', ...rest] = command.argv;
      const started = spawn(program, rest, {
        cwd: command.cwd,
        env: { ...command.env, ...events.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      hearOutput(started, events, kill);
      let ended: StartResult | null = null;
      started.on('error', (error) => (ended = { kind: 'not-started', detail: error.message }));
      started.on('exit', (code, signal) => {
        ended ??= { kind: 'exited', code, signal };
        events.onExit(code, signal);
      });
      const end = (): StartResult | null => ended;
      const result = await untilReady(command, { startedAt, taken, end });
      if (result.kind === 'ready') {
        found = result.address;
        return { kind: 'ready', port: result.address.port, ms: performance.now() - startedAt };
      }
      kill();
      await new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
      return result;
    },
  };
}

async function untilReady(
  command: StartCommand,
  watch: {
    readonly startedAt: number;
    readonly taken: ReadonlySet<number>;
    readonly end: () => StartResult | null;
  },
): Promise<Exclude<StartResult, { kind: 'ready' }> | { readonly kind: 'ready'; readonly address: Address }> {
  let heard = 'nothing listened';
  while (performance.now() - watch.startedAt < command.readyTimeoutMs) {
    for (const port of portsToTry(command, watch.taken)) {
      for (const host of HOSTS) {
        const answer = await ask({ host, port }, command);
        if (answer === null) return { kind: 'ready', address: { host, port } };
        if (!answer.includes('ECONNREFUSED')) heard = answer;
      }
    }
    const end = watch.end();
    if (end !== null && end.kind !== 'ready') return end;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { kind: 'not-ready', detail: heard };
}

/** The port it was given, then those that came up since. */
function portsToTry({ port, findsPort }: StartCommand, taken: ReadonlySet<number>): number[] {
  if (!findsPort) return [port];
  const others = [...listeningPorts()].filter((other) => other !== port && !taken.has(other));
  return [port, ...others];
}

/** Null when it is ready, else what was heard. */
async function ask(address: Address, { health }: StartCommand): Promise<string | null> {
  const result = await sendRequest(address, {
    method: 'GET',
    path: health ?? '/',
    headers: {},
    body: null,
    timeoutMs: ANSWER_TIMEOUT_MS,
    from: null,
  });
  if (result.kind === 'silent') return result.reason;
  if (health === null || (result.status >= 200 && result.status < 300)) return null;
  return `GET ${health} answered ${String(result.status)}`;
}

function hearOutput(child: ChildProcess, { onLog, onFlood }: ServiceEvents, kill: () => void): void {
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8');
    stream?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= TOLD_BYTES) onLog(decoder.write(chunk));
      if (bytes <= FLOOD_BYTES || bytes - chunk.length > FLOOD_BYTES) return;
      onFlood();
      kill();
    });
  }
}
