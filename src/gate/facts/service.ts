import type { GateSettings } from '../../domain/quality-gate/gate-settings';
import { redactSecrets } from '../../process/redact';
import { minimalEnvironment } from '../../process/run-command';
import { CannotTell, DoesNotApply } from '../checker';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';
import { databaseAccess } from '../stage/database-access';
import { openStage, type Stage, stagePrograms } from '../stage/open-stage';
import { serviceEnvironment } from '../stage/service-environment';
import { freePort } from '../stage/free-port';
import type { SentRequest, StartResult, ToolCommand, ToolResult } from '../stage/protocol';
import type { MigratedDatabase } from './database';

const REQUEST_TIMEOUT_MS = 10_000;
const LOAD_TIMEOUT_MS = 30_000;
const SEED_TIMEOUT_MS = 30_000;
const LAST_LINES = 5;
const LAST_CHARACTERS = 600;
const STACK_FRAME = /^at .*[:)]/;
const ERROR_LINE = /Error\b|Exception\b|\bE[A-Z]{4,}\b|[Rr]efused|missing/;
const LOOKED_AT_LINES = 40;
/** In a network of its own every port is free. */
const PRIVATE_PORT = 18_080;

export interface ServiceOptions {
  /** Variables beside the configured ones; null takes one away. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Whether the configured seed is loaded first. */
  readonly seed: boolean;
  /** In place of the configured command. */
  readonly cmd?: readonly string[];
  /** In place of the configured time to get ready. */
  readonly readyTimeoutMs?: number;
  /** The database is reached through the stage, and can be taken away with `setDatabaseReachable`. */
  readonly interruptible?: boolean;
  /** More folders that the service and what runs beside it can read. */
  readonly readOnly?: readonly string[];
}

export interface ProbeRequest {
  readonly method: string;
  /** With query, beginning with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  /** Which of many clients sends it, from 0: each has a loopback address of its own. Absent: 127.0.0.1. */
  readonly client?: number;
}

export interface ProbeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 256 KiB. */
  readonly body: string;
  readonly ms: number;
}

interface LoadRequest {
  readonly requests: readonly ProbeRequest[];
  /** Requests in all, round robin over `requests`; a closed loop, each connection with a client address of its own. */
  readonly amount: number;
  readonly connections: number;
  readonly timeoutMs?: number;
}

/** Every sample of one load run. */
export interface LoadRun {
  readonly samplesMs: readonly number[];
  readonly non2xx: number;
  readonly errors: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** What the processes that listen use, as the operating system and Node tell. */
export interface ProcessFigures {
  /** Null where there is no /proc to read. */
  readonly rssBytes: number | null;
  /** Of the event loop since the last look, in milliseconds; null where it cannot be told. */
  readonly loopDelayP99Ms: number | null;
  readonly loopDelayMaxMs: number | null;
  /** Heap and buffers in use, of Node; without garbage when asked to collect. */
  readonly heapBytes: number | null;
}

/** The service gave no answer to a request. */
export class NoAnswer extends CannotTell {}

/** The service was started and did not get ready; the message quotes its last lines. */
export class ServiceNotReady extends CannotTell {
  constructor(
    readonly result: Exclude<StartResult, { kind: 'ready' }>,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The target's service, running in the sandbox beside the process that speaks to it: both share one network namespace
 * with nothing else in it.
 */
export interface RunningService {
  readonly argv: readonly string[];
  /** The database it was started with; null for a service without one. */
  readonly database: MigratedDatabase | null;
  /** What it was given beyond the usual: secrets made up for it among them, so not to be kept. */
  readonly environment: Readonly<Record<string, string>>;
  readonly readyMs: number;
  /** @throws NoAnswer */
  request(request: ProbeRequest): Promise<ProbeResponse>;
  load(request: LoadRequest): Promise<LoadRun>;
  /** Runs a program of this machine beside the service, in the same network; it has to be among the folders shown. */
  runBeside(tool: ToolCommand): Promise<ToolResult>;
  /** @param options.collect garbage is collected first, where the runtime can be asked to */
  figures(options?: { readonly collect: boolean }): Promise<ProcessFigures>;
  /** How many times longer than its processor time a computation takes right now: 1 on a machine that is free. */
  slowdown(): Promise<number>;
  /** Only of a service started `interruptible`: its connections end and none is admitted, or they are again. */
  setDatabaseReachable(reachable: boolean): Promise<void>;
  /** Whether the service's own process is still there. */
  isAlive(): boolean;
  /** Everything it has written so far, unredacted: for looking into, never to be kept as it is. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts the service on a database of its own; `stop` ends everything it started. The database goes with the inspection.
 * @throws CannotTell where it is not known how, or it does not get ready
 */
export async function startRunningService(
  inspection: Inspection,
  setting: InspectionSetting,
  options: ServiceOptions,
): Promise<RunningService> {
  const { settings, survey, target, signal } = inspection;
  const run = settings.run === null ? null : { ...settings.run, cmd: [...(options.cmd ?? settings.run.cmd)] };
  if (run === null) {
    throw new CannotTell(
      'It is not known how the service is started; give `run` with `cmd` and `portEnv` in coordinator.config.json.',
    );
  }
  const provision = await inspection.provision();
  await refuseFailedBuild(inspection);
  const database = await databaseFor(inspection);
  signal.throwIfAborted();
  const confined = setting.sandbox.level !== 'none';
  const stage = await openStage({
    sandbox: setting.sandbox,
    worktree: target.root,
    readOnly: [target.gitDir, setting.dependencyStore, ...provision.readOnly, ...(options.readOnly ?? [])],
    readWrite: socketFolders(database),
    signal,
  });
  try {
    const access =
      database === null
        ? null
        : await databaseAccess(database, {
            stage,
            survey,
            interruptible: options.interruptible === true,
            confined,
          });
    const port = confined ? PRIVATE_PORT : await freePort();
    const environment = serviceEnvironment({ run, survey, settings, access, port, options });
    if (options.seed) await seed(inspection, database, environment);
    const node = survey.stack === 'node' ? withProbe(environment) : {};
    const result = await stage.start({
      argv: run.cmd,
      cwd: target.path,
      env: {
        ...pathOf(provision.path),
        ...provision.env,
        HOME: stage.scratch,
        TMPDIR: stage.scratch,
        ...environment,
        ...node,
      },
      port,
      health: run.health,
      readyTimeoutMs: options.readyTimeoutMs ?? run.readyTimeoutMs,
      findsPort: confined,
    });
    signal.throwIfAborted();
    if (result.kind !== 'ready') throw notReady(result, run, stage);
    return serviceOn(stage, { argv: run.cmd, database, environment, readyMs: result.ms });
  } catch (error) {
    await stage.stop();
    signal.throwIfAborted();
    throw error;
  }
}

async function refuseFailedBuild(inspection: Inspection): Promise<void> {
  const built = await inspection.built();
  if (built !== null && built.outcome.kind !== 'ran-clean') {
    throw new CannotTell('The build fails, so the service cannot be started.');
  }
}

async function databaseFor(inspection: Inspection): Promise<MigratedDatabase | null> {
  if (inspection.settings.database === null && inspection.survey.database !== 'postgres') return null;
  try {
    return await inspection.openDatabase();
  } catch (error) {
    if (error instanceof DoesNotApply) return null;
    throw error;
  }
}

/** A server reached over TCP, without a sandbox, has none. */
function socketFolders(database: MigratedDatabase | null): string[] {
  return database === null || database.socketDir === '' ? [] : [database.socketDir];
}

async function seed(
  inspection: Inspection,
  database: MigratedDatabase | null,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const { database: configured } = inspection.settings;
  const argv = configured?.seed ?? null;
  if (argv === null || configured === null || database === null) return;
  const seeded = await inspection.run({
    argv,
    // Straight to the database: the stage's own way to it exists on the stage only.
    env: { ...environment, PGHOST: database.socketDir, [configured.urlEnv]: database.url },
    timeoutMs: SEED_TIMEOUT_MS,
    readWrite: socketFolders(database),
  });
  if (seeded.end.kind === 'exited' && seeded.end.code === 0) return;
  const how = seeded.end.kind === 'exited' ? `exit ${String(seeded.end.code)}` : seeded.end.kind;
  throw new CannotTell(
    `The seed command failed (${how}): ${lastLines(`${seeded.stdout}\n${seeded.stderr}`)}`,
  );
}

function pathOf(folders: readonly string[]): Record<string, string> {
  const { PATH = '' } = minimalEnvironment(folders);
  return { PATH, LANG: 'C.UTF-8' };
}

/** Node loads the probe into every process of the service, behind `npm start` as well. */
function withProbe({ NODE_OPTIONS }: Readonly<Record<string, string>>): Record<string, string> {
  const load = `--require ${JSON.stringify(stagePrograms().probe)}`;
  return { NODE_OPTIONS: NODE_OPTIONS === undefined ? load : `${NODE_OPTIONS} ${load}` };
}

function notReady(
  result: Exclude<StartResult, { kind: 'ready' }>,
  run: NonNullable<GateSettings['run']>,
  stage: Stage,
): ServiceNotReady {
  const command = run.cmd.join(' ');
  const last = lastLines(stage.log());
  const said = last === '' ? 'It wrote nothing.' : `Its last lines: ${last}`;
  if (stage.flooded()) {
    return new ServiceNotReady(result, `${command} was ended because it flooded its log. ${said}`);
  }
  switch (result.kind) {
    case 'exited': {
      const how = result.signal ?? `code ${String(result.code)}`;
      return new ServiceNotReady(result, `${command} ended with ${how} before it was ready. ${said}`);
    }
    case 'not-ready':
      return new ServiceNotReady(result, `${command} was not ready in time (${result.detail}). ${said}`);
    case 'not-started':
      return new ServiceNotReady(result, `${command} could not be started: ${result.detail}.`);
  }
}

/** What it said last; before that, where it stands further up, what it calls an error. */
function lastLines(text: string): string {
  const lines = redactSecrets(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !STACK_FRAME.test(line))
    .slice(-LOOKED_AT_LINES);
  const from = Math.max(0, lines.length - LAST_LINES);
  const error = lines.findIndex((line) => ERROR_LINE.test(line));
  const named = error === -1 || error >= from ? [] : [(lines[error] ?? '').slice(0, LAST_CHARACTERS / 2)];
  return [
    ...named,
    lines
      .slice(from)
      .join(' | ')
      .slice(-LAST_CHARACTERS / 2),
  ].join(' | ');
}

function serviceOn(
  stage: Stage,
  about: Pick<RunningService, 'argv' | 'database' | 'environment' | 'readyMs'>,
): RunningService {
  return {
    ...about,
    async request(request) {
      const result = await stage.request(toSent(request));
      if (result.kind === 'answered') return result;
      throw new NoAnswer(
        `${request.method} ${request.path.slice(0, 200)} got no answer: ${result.reason}${
          stage.ended() === null ? '' : '; the service has ended'
        }.`,
      );
    },
    load: ({ requests, amount, connections, timeoutMs }) =>
      stage.load({
        requests: requests.map(toSent),
        amount,
        connections,
        timeoutMs: timeoutMs ?? LOAD_TIMEOUT_MS,
      }),
    runBeside: (tool) => stage.tool(tool),
    figures: (options) => stage.figures(options?.collect ?? false),
    slowdown: () => stage.slowdown(),
    setDatabaseReachable: (reachable) => stage.setDatabaseReachable(reachable),
    isAlive: () => stage.ended() === null,
    log: () => stage.log(),
    stop: () => stage.stop(),
  };
}

function toSent({ method, path, headers, body, timeoutMs, client }: ProbeRequest): SentRequest {
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const isTyped = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  return {
    method: method.toUpperCase(),
    path,
    headers: {
      ...(text === null || isTyped ? {} : { 'content-type': 'application/json' }),
      ...(text === null ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      ...headers,
    },
    body: text,
    timeoutMs: timeoutMs ?? REQUEST_TIMEOUT_MS,
    from: client === undefined ? null : clientAddress(client),
  };
}

/** Apart from those that load runs use. */
function clientAddress(client: number): string {
  return `127.2.${String((client >> 8) & 255)}.${String(client & 255 || 1)}`;
}
