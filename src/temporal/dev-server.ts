import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../domain/objective/messages';
import { endProcessGroup } from '../process/process-group';
import { isRunning, listProcesses, type ProcessInfo } from '../process/process-info';
import { answersAsTemporal, knowsSearchAttribute } from './grpc-probe';
import { isPortFree, pickFreePorts } from './ports';
import { keepHistories } from './retention';
import { SEARCH_ATTRIBUTE_TYPES } from './search-attributes';
import type { ServerRecord } from './server-record';

const HOST = '127.0.0.1';
const NAMESPACE = 'default';
const READY_WITHIN_MS = 60_000;
const LARGEST_LOG_BYTES = 16 * 1024 * 1024;

// Measured: the eight-task DAG goes from 550 ms to 173 ms on a database file. 2000 polls a second is slower.
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=100',
  'system.enableActivityEagerExecution=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
] as const;

/** A living server process, started here or found. */
export interface DevServer {
  readonly record: ServerRecord;
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** SIGTERM to its process group, after two seconds SIGKILL. */
  stop(): Promise<void>;
}

/** The frontend's and the Web UI's port. */
export interface DevServerPorts {
  readonly frontend: number;
  readonly ui: number;
}

/** The server could not have one of its ports: try again with others. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

export interface StartDevServerOptions {
  readonly binary: string;
  readonly home: string;
  readonly ports: DevServerPorts;
  /** Told the pid before the server answers, so that it can be found again after a crash. */
  readonly onSpawn?: (pid: number) => Promise<void>;
}

/** The ports of an earlier server if they come free within seconds, so that addresses people hold stay true. */
export async function choosePorts(wanted?: DevServerPorts): Promise<DevServerPorts> {
  for (let tries = 0; wanted !== undefined && wanted.frontend !== wanted.ui && tries < 20; tries += 1) {
    if ((await isPortFree(wanted.frontend)) && (await isPortFree(wanted.ui))) return wanted;
    await sleep(100);
  }
  const [frontend = 0, ui = 0] = await pickFreePorts(2);
  return { frontend, ui };
}

/** The ports in a record; undefined when it does not hold two. */
export function portsOf(record: ServerRecord): DevServerPorts | undefined {
  const frontend = Number(record.address.split(':').at(-1));
  const ui = Number(/:(\d+)\/?$/.exec(record.ui)?.[1]);
  return Number.isInteger(frontend) && Number.isInteger(ui) ? { frontend, ui } : undefined;
}

/**
 * Starts the server on the home's database file and resolves once it answers, knows the search attributes and
 * was told to keep histories.
 * @throws PortTaken, or an Error with the last line of the server's log.
 */
export async function startDevServer(options: StartDevServerOptions): Promise<DevServer> {
  const logFile = await prepareLog(options.home);
  const logStart = (await stat(logFile)).size;
  const [metricsPort = 0] = await pickFreePorts(1);
  const log = openSync(logFile, 'a');
  const child = spawn(options.binary, commandLine(options, metricsPort), {
    cwd: options.home,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  const pid = child.pid;
  if (pid === undefined) {
    await ended;
    throw new Error(`The Temporal binary ${options.binary} could not be started.`);
  }
  await options.onSpawn?.(pid);
  const record = {
    pid,
    address: `${HOST}:${String(options.ports.frontend)}`,
    ui: `http://${HOST}:${String(options.ports.ui)}`,
  };
  const server: DevServer = { record, ended, stop: () => endProcessGroup(pid) };
  if (await isReady(record.address, ended)) {
    await keepHistories(record.address, NAMESPACE);
    return server;
  }
  await server.stop();
  throw startFailure(await readFrom(logFile, logStart), logFile);
}

/** Takes over a server this process did not start. */
export function adoptDevServer(record: ServerRecord, info: ProcessInfo): DevServer {
  return {
    record,
    ended: untilGone(info),
    stop: () => endProcessGroup(record.pid),
  };
}

/** The server processes that have the home's database file open, by their command lines. */
export async function findDevServers(home: string): Promise<ProcessInfo[]> {
  const mark = ` --db-filename ${databaseFile(home)} `;
  return (await listProcesses()).filter(
    (info) => info.command.includes(' start-dev ') && `${info.command} `.includes(mark),
  );
}

function commandLine(options: StartDevServerOptions, metricsPort: number): string[] {
  return [
    'server',
    'start-dev',
    ...['--ip', HOST, '--port', String(options.ports.frontend), '--ui-port', String(options.ports.ui)],
    ...['--metrics-port', String(metricsPort)],
    ...['--db-filename', databaseFile(options.home)],
    // A write-ahead log halves what a commit writes; FULL keeps every commit through a power cut as well.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=FULL'],
    ...['--log-level', 'warn', '--ui-disable-news-fetch'],
    ...DYNAMIC_CONFIG.flatMap((pair) => ['--dynamic-config-value', pair]),
    ...SEARCH_ATTRIBUTES.flatMap(({ name, type }) => [
      '--search-attribute',
      `${name}=${SEARCH_ATTRIBUTE_TYPES[type].cli}`,
    ]),
  ];
}

function databaseFile(home: string): string {
  return join(home, 'temporal.db');
}

async function prepareLog(home: string): Promise<string> {
  const folder = join(home, 'logs');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'server.log');
  await (await open(file, 'a', 0o600)).close();
  if ((await stat(file)).size > LARGEST_LOG_BYTES) {
    await rename(file, `${file}.1`);
    await (await open(file, 'a', 0o600)).close();
  }
  return file;
}

async function isReady(address: string, ended: Promise<void>): Promise<boolean> {
  const state = { ended: false };
  void ended.then(() => (state.ended = true));
  const deadline = performance.now() + READY_WITHIN_MS;
  // The last one registered: with it, all are there.
  const lastAttribute = SEARCH_ATTRIBUTES[SEARCH_ATTRIBUTES.length - 1]?.name ?? '';
  while (performance.now() < deadline) {
    if (state.ended) return false;
    if (
      (await answersAsTemporal(address)) &&
      (await knowsSearchAttribute(address, NAMESPACE, lastAttribute))
    ) {
      return true;
    }
    await sleep(50);
  }
  return false;
}

async function untilGone(info: ProcessInfo): Promise<void> {
  while (await isRunning(info)) await sleep(200);
}

async function readFrom(file: string, start: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const size = Math.min(Math.max((await handle.stat()).size - start, 0), 64 * 1024);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function startFailure(output: string, logFile: string): Error {
  if (output.includes('address already in use')) return new PortTaken(output.trim());
  if (/database is locked/i.test(output)) {
    return new Error(
      'The database file of the embedded Temporal server is locked by another program; stop that program.',
    );
  }
  const last = output.trim().split('\n').at(-1);
  return new Error(
    `The embedded Temporal server did not start${last === undefined || last === '' ? '' : ` (${last})`}; its log is ${logFile}.`,
  );
}
